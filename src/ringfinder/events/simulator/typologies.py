"""How rings work: one function a typology, in a plain and a stealthy form, and the table of them.

Each function takes a scene and returns the trips that are the ring's work. Mechanics follow the
table of typologies in the evaluation guide, scaled to rings of 10-60 accounts with 2-6 orders.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ringfinder.events.simulator.clock import DAY, DAYS, END, HOUR, MINUTE, within
from ringfinder.events.simulator.improvised import improvised
from ringfinder.events.simulator.plots import Ints, Scene, at_least_one
from ringfinder.events.simulator.trips import NEVER, OWN, Trips
from ringfinder.events.simulator.world import Promotion

_STARS = 0.5


def device_farm(scene: Scene) -> Trips:
    """Order brushing from few devices in daily shifts of hours, addresses rotating daily."""
    rng, n = scene.rng, len(scene.members)
    items = scene.listing(int(rng.integers(5, 13)), int(rng.integers(1, 6)))
    who, what = scene.orders(items, (0.25, 0.6), (2, 5))
    start, length = scene.span(7, 27)
    day = start // DAY + rng.integers(0, max(1, length // DAY), len(who))
    shift = int(rng.uniform(6, 20) * HOUR)
    t = day * DAY + within(rng, shift, min(scene.hours(2, 6), DAY), len(who))
    own = np.full(len(who), OWN)
    if scene.stealth:
        addresses = scene.world.counters.new_addresses(at_least_one(n / 3))
        return scene.work(who, what, t, ip=scene.partly(0.4, rng.choice(addresses, len(who)), own))
    farm = scene.world.counters.new_devices(at_least_one(n / 5))
    usual = rng.choice(farm, n, p=rng.dirichlet(np.full(len(farm), 2.0)))
    device = scene.partly(0.75, usual[who], rng.choice(farm, len(who)))
    addresses = scene.world.counters.new_addresses(at_least_one(n / int(rng.integers(3, 11))))
    ip = addresses[(who + day) % len(addresses)]
    return scene.work(who, what, t, device=device, ip=ip)


def proxy_pool(scene: Scene) -> Trips:
    """Own devices behind a pool of addresses that two to six members have each used."""
    rng = scene.rng
    items = scene.listing(int(rng.integers(8, 15)), int(rng.integers(2, 6)))
    who, what = scene.orders(items, (0.25, 0.5), (2, 6))
    start, length = scene.span(10, 27)
    night = scene.world.rhythm.times(rng, len(who), start=start, end=start + length) // DAY * DAY
    night += within(rng, 0, 6 * HOUR, len(who))
    spread = scene.world.rhythm.times(rng, len(who), start=start, end=start + length)
    t = scene.partly(0.4, night, spread)
    pool = scene.world.counters.new_addresses(at_least_one(len(who) / 5))
    share = 0.5 if scene.stealth else 0.9
    ip = scene.partly(share, rng.choice(pool, len(who)), np.full(len(who), OWN))
    return scene.work(who, what, t, ip=ip)


def lockstep(scene: Scene) -> Trips:
    """A campaign: every item inside one slot of hours, nothing else shared."""
    rng = scene.rng
    items = scene.listing(int(rng.integers(3, 8)), int(rng.integers(1, 4)))
    who, what = scene.orders(items, (0.45, 0.9), (2, 5))
    start, length = scene.span(*((8, 20) if scene.stealth else (1, 5)))
    slot = scene.hours(*((8, 24) if scene.stealth else (0.5, 6)))
    opens = rng.integers(0, max(1, length - slot), len(items))
    order = np.argsort(items)
    position = order[np.searchsorted(items[order], what)]
    t = start + within(rng, opens[position], slot, len(who))
    return scene.work(who, what, t)


def one_merchant(scene: Scene) -> Trips:
    """One seller's many accounts: one to three orders each, a steady trickle for weeks."""
    rng = scene.rng
    items = scene.listing(int(rng.integers(2, 9)), 1)
    who, what = scene.orders(items, (0.2, 0.6), (1, 3))
    device = _shared_by(scene, 0.0 if scene.stealth else 0.2, 3)
    return scene.work(who, what, scene.any_time(len(who)), device=device[who])


def task_platform(scene: Scene) -> Trips:
    """People paid per order: each job, one seller's item, is filled within a day by a part."""
    rng = scene.rng
    jobs = scene.longer(int(rng.integers(10, 17)))
    items = scene.goods(jobs, jobs)
    who, what = scene.orders(items, (0.25, 0.4) if scene.stealth else (0.3, 0.5), (2, 8))
    order = np.argsort(items)
    position = order[np.searchsorted(items[order], what)]
    pace = min(scene.knobs.pace, DAYS / 2)
    opens = rng.integers(0, END - int(max(1.0, pace) * DAY), len(items))
    filled = (rng.uniform(1, 24, len(items)) * pace * HOUR).astype(np.int64)
    t = within(rng, opens[position], filled[position], len(who))
    return scene.work(who, what, t, views=rng.geometric(0.4, len(who)) - 1)


def empty_parcel(scene: Scene) -> Trips:
    """Subsidy hunting: dear items right after the subsidy starts, receipts minutes apart."""
    rng = scene.rng
    items = scene.dear(int(rng.integers(1, 4)))
    who, what = scene.orders(items, (0.5, 0.9), (1, 2))
    start, length = scene.span(*((3, 5) if scene.stealth else (0.4, 1.0)))
    start = max(0, min(start, 20 * DAY, END - length - DAY))
    t = start + (length * rng.beta(1, 2, len(who))).astype(np.int64)
    received = start + length + int(rng.uniform(2, 5) * DAY)
    review = received + within(rng, 0, 5 * MINUTE * len(who), len(who)) - t
    device = _shared_by(scene, 0.1 if scene.stealth else 0.3, 3)
    return scene.work(who, what, t, device=device[who], review=review, factor=0.7)


def referral_chain(scene: Scene) -> Trips:
    """Accounts born minutes apart that take the first-order offer once and are gone in a day.

    In a chain each is invited by the last, in a star all by one, most of them at once.
    """
    rng, n, people = scene.rng, len(scene.members), scene.world.people
    items = scene.goods(2 if scene.stealth else 1, 1)
    gap = min((2.5 if scene.stealth else 1.0) * scene.knobs.pace, 20 * DAY / (20 * MINUTE * n))
    longest = max(3 * DAY, int(20 * MINUTE * n * gap) + DAY)
    start = int(rng.integers(0, END - longest))
    apart = rng.uniform(MINUTE, 20 * MINUTE, n) * gap
    if rng.random() < _STARS:
        apart = np.sort(apart)
    born = start + np.cumsum(apart).astype(np.int64)
    people.join[scene.members] = np.minimum(born, END - DAY)
    people.leave[scene.members] = people.join[scene.members] + DAY
    who = np.arange(n)
    own = np.full(n, OWN)
    few = 3 if scene.stealth else 9
    device = rng.choice(scene.world.counters.new_devices(at_least_one(n / few)), n)
    ip = rng.choice(scene.world.counters.new_addresses(at_least_one(2 * n / few)), n)
    share = 0.6 if scene.stealth else 1.0
    t = people.join[scene.members] + within(rng, MINUTE, HOUR, n)
    return scene.work(
        who,
        rng.choice(items, n),
        t,
        device=scene.partly(share, device, own),
        ip=scene.partly(share, ip, own),
        factor=0.5,
    )


def promo_burst(scene: Scene) -> Trips:
    """A burst in the hours of an honest flash sale, whose crowd buys the same many times over."""
    rng, promotions = scene.rng, scene.world.promotions
    sale: Promotion = promotions[int(rng.integers(len(promotions)))]
    items = scene.listing(int(rng.integers(6, 11)), 2)
    items = np.unique(np.append(items[1:], sale.item))
    who, what = scene.orders(items, (0.3, 0.7), (2, 7))
    device, ip = np.full(len(who), OWN), np.full(len(who), OWN)
    if not scene.stealth:
        farm = scene.world.counters.new_devices(at_least_one(len(scene.members) / 4))
        device = scene.partly(0.6, rng.choice(farm, len(scene.members))[who], device)
        lines = scene.world.counters.new_addresses(at_least_one(len(scene.members) / 4))
        ip = scene.partly(0.3, rng.choice(lines, len(scene.members))[who], ip)
    length = max(int(sale.span * (2.5 if scene.stealth else 1.0)), 2 * HOUR) * scene.knobs.pace
    length = min(int(length), END - sale.start)
    t = within(rng, sale.start, length, len(who))
    orders = scene.work(who, what, t, device=device, ip=ip)
    scene.draw_a_crowd(sale.kind, orders, rng.uniform(4, 9))
    return orders


def slow_drip(scene: Scene) -> Trips:
    """The same items, uniform over four weeks, in the rhythm of people."""
    rng = scene.rng
    items = scene.listing(int(rng.integers(8, 18)), int(rng.integers(2, 6)))
    who, what = scene.orders(items, (0.3, 0.5) if scene.stealth else (0.4, 0.6), (2, 9))
    device = _shared_by(scene, 0.0 if scene.stealth else 0.1, 2)
    return scene.work(
        who,
        what,
        scene.any_time(len(who)),
        device=device[who],
        views=rng.geometric(0.4, len(who)) - 1,
    )


def takeover_fleet(scene: Scene) -> Trips:
    """Old honest accounts that all switch to few new devices and buy what is like cash."""
    rng, n, people = scene.rng, len(scene.members), scene.world.people
    items = scene.world.market.popular(rng, scene.longer(int(rng.integers(1, 4))))
    who, what = scene.orders(np.unique(items), (0.4, 1.0), (1, 3))
    length = scene.hours(*((30, 72) if scene.stealth else (1, 24)))
    latest = END - max(4 * DAY, length + DAY)
    switch = int(rng.integers(12 * DAY, latest)) + within(rng, 0, length, n)
    people.join[scene.members] = np.minimum(people.join[scene.members], 5 * DAY)
    people.leave[scene.members] = switch
    groups = at_least_one(n / (5 if scene.stealth else 8))
    fleet = scene.world.counters.new_devices(groups)
    usual = rng.permutation(fleet[np.arange(n) % groups])
    device = scene.partly(0.6, usual[who], rng.choice(fleet, len(who)))
    lines = at_least_one(n / (4 if scene.stealth else 12))
    ip = rng.permutation(scene.world.counters.new_addresses(lines)[np.arange(n) % lines])
    t = switch[who] + within(rng, 0, 3 * HOUR, len(who))
    return scene.work(who, what, t, device=device, ip=ip[who])


def refund_ring(scene: Scene) -> Trips:
    """Dear things of many sellers sent back days later, a few claims from an operator's lines."""
    rng = scene.rng
    items = scene.dear(int(rng.integers(5, 10)))
    who, what = scene.orders(items, (0.2, 0.4), (1, 3))
    start, length = scene.span(10, 14)
    t = scene.world.rhythm.times(
        rng, len(who), start=start, end=min(start + length, 22 * DAY + min(length, 12 * DAY) // 2)
    )
    lines = scene.world.counters.new_addresses(int(rng.integers(1, 6)))
    share = 0.25 if scene.stealth else 0.5
    ip = scene.partly(share, rng.choice(lines, len(who)), np.full(len(who), OWN))
    refund = (rng.uniform(1, 14, len(who)) * DAY).astype(np.int64)
    return scene.work(who, what, t, ip=ip, refund=np.where(t + refund < END - HOUR, refund, NEVER))


def _shared_by(scene: Scene, share: float, group: int) -> Ints:
    """A device for each member: one of `group` members' for about a share, else their own."""
    n = len(scene.members)
    device = np.full(n, OWN, dtype=np.int64)
    sharers = scene.rng.permutation(n)[: round(share * n)]
    common = scene.world.counters.new_devices(-(-len(sharers) // group))
    device[sharers] = common[np.arange(len(sharers)) // group]
    return device


@dataclass(frozen=True)
class Typology:
    """A way to run a ring.

    `size` bounds the number of accounts; `cover` and `stealth_cover` the camouflage visits for each
    ring order; `role` is what its accounts are called, `leader` the first of them; `lends` marks
    pools of workers, `hires` rings that take some of them too, `fleeting` accounts that live for
    one ring only.
    """

    name: str
    plan: Callable[[Scene], Trips]
    size: tuple[int, int]
    cover: tuple[float, float]
    stealth_cover: tuple[float, float]
    role: str = "member"
    leader: str = ""
    lends: bool = False
    hires: bool = False
    fleeting: bool = False


TYPOLOGIES = {
    row.name: row
    for row in (
        Typology("device_farm", device_farm, (15, 50), (0.0, 1.0), (0.5, 1.5)),
        Typology("proxy_pool", proxy_pool, (15, 45), (0.3, 0.9), (0.4, 1.0)),
        Typology("lockstep", lockstep, (10, 45), (0.3, 1.2), (0.5, 1.6)),
        Typology("one_merchant", one_merchant, (20, 60), (0.8, 1.6), (1.0, 2.0), hires=True),
        Typology(
            "task_platform", task_platform, (20, 45), (0.5, 1.0), (0.6, 1.2), "worker", lends=True
        ),
        Typology("empty_parcel", empty_parcel, (12, 40), (0.1, 0.5), (0.2, 0.6)),
        Typology(
            "referral_chain",
            referral_chain,
            (12, 45),
            (0.0, 0.2),
            (0.1, 0.4),
            "recruit",
            "seed",
            fleeting=True,
        ),
        Typology("promo_burst", promo_burst, (15, 40), (0.3, 0.9), (0.4, 1.1)),
        Typology("slow_drip", slow_drip, (15, 45), (0.9, 2.0), (1.0, 2.2)),
        Typology(
            "takeover_fleet",
            takeover_fleet,
            (10, 40),
            (1.0, 2.0),
            (1.5, 2.5),
            "victim",
            fleeting=True,
        ),
        Typology("improvised", improvised, (8, 120), (0.0, 2.0), (0.0, 2.5)),
        Typology("refund_ring", refund_ring, (10, 35), (1.0, 2.0), (1.2, 2.2), "claimant"),
    )
}
