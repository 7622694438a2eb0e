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
from ringfinder.events.simulator.trips import OWN, Trips
from ringfinder.events.simulator.world import Promotion


def device_farm(scene: Scene) -> Trips:
    """Order brushing from few devices in daily shifts of hours, addresses rotating daily."""
    rng, n = scene.rng, len(scene.members)
    items = scene.world.market.listing(rng, int(rng.integers(5, 13)), int(rng.integers(1, 6)))
    who, what = scene.orders(items, (0.25, 0.6), (2, 5))
    start, length = scene.span(7, 27)
    day = start // DAY + rng.integers(0, length // DAY, len(who))
    shift = int(rng.uniform(6, 20) * HOUR)
    t = day * DAY + within(rng, shift, int(rng.uniform(2, 6) * HOUR), len(who))
    own = np.full(len(who), OWN)
    farm = rng.choice(scene.world.counters.new_devices(at_least_one(n / 5)), n)
    lines = at_least_one(n / 6)
    addresses = scene.world.counters.new_addresses(lines * DAYS)
    ip = addresses[day * lines + rng.integers(lines, size=len(who))]
    if scene.stealth:
        return scene.work(who, what, t, ip=scene.partly(0.4, ip, own))
    return scene.work(who, what, t, device=scene.partly(0.85, farm[who], own), ip=ip)


def proxy_pool(scene: Scene) -> Trips:
    """Own devices behind a pool of addresses that two to six members have each used."""
    rng = scene.rng
    items = scene.world.market.listing(rng, int(rng.integers(8, 15)), int(rng.integers(2, 6)))
    who, what = scene.orders(items, (0.15, 0.4), (2, 5))
    start, length = scene.span(10, 27)
    night = scene.world.rhythm.times(rng, len(who), start=start, end=start + length) // DAY * DAY
    night += within(rng, 0, 6 * HOUR, len(who))
    spread = scene.world.rhythm.times(rng, len(who), start=start, end=start + length)
    t = scene.partly(0.4, night, spread)
    pool = scene.world.counters.new_addresses(at_least_one(len(who) / 3))
    share = 0.3 if scene.stealth else 0.9
    ip = scene.partly(share, rng.choice(pool, len(who)), np.full(len(who), OWN))
    return scene.work(who, what, t, ip=ip)


def lockstep(scene: Scene) -> Trips:
    """A campaign: every item inside one slot of hours, nothing else shared."""
    rng = scene.rng
    items = scene.world.market.listing(rng, int(rng.integers(3, 8)), int(rng.integers(1, 4)))
    who, what = scene.orders(items, (0.45, 0.9), (2, 5))
    start, length = scene.span(*((8, 20) if scene.stealth else (1, 5)))
    slot = int(rng.uniform(*((8, 24) if scene.stealth else (0.5, 6))) * HOUR)
    opens = rng.integers(0, max(1, length - slot), len(items))
    order = np.argsort(items)
    position = order[np.searchsorted(items[order], what)]
    t = start + within(rng, opens[position], slot, len(who))
    return scene.work(who, what, t)


def one_merchant(scene: Scene) -> Trips:
    """One seller's many accounts: one to three orders each, a steady trickle for weeks."""
    rng = scene.rng
    items = scene.world.market.listing(rng, int(rng.integers(1, 7)), 1)
    who, what = scene.orders(items, (0.2, 0.6), (1, 3))
    device = _shared_by(scene, 0.0 if scene.stealth else 0.2, 3)
    return scene.work(who, what, scene.world.rhythm.times(rng, len(who)), device=device[who])


def task_platform(scene: Scene) -> Trips:
    """People paid per order: each job, one seller's item, is filled within a day by a part."""
    rng = scene.rng
    jobs = int(rng.integers(10, 17))
    items = scene.world.market.listing(rng, jobs, jobs)
    who, what = scene.orders(items, (0.2, 0.3) if scene.stealth else (0.25, 0.4), (2, 6))
    order = np.argsort(items)
    position = order[np.searchsorted(items[order], what)]
    opens = rng.integers(0, END - DAY, len(items))
    filled = (rng.uniform(1, 24, len(items)) * HOUR).astype(np.int64)
    t = within(rng, opens[position], filled[position], len(who))
    return scene.work(who, what, t, views=rng.geometric(0.4, len(who)) - 1)


def empty_parcel(scene: Scene) -> Trips:
    """Subsidy hunting: dear items right after the subsidy starts, receipts minutes apart."""
    rng = scene.rng
    items = scene.world.market.dear(rng, int(rng.integers(1, 4)))
    who, what = scene.orders(items, (0.5, 0.9), (1, 2))
    start, length = scene.span(*((3, 5) if scene.stealth else (0.4, 1.0)))
    start = min(start, 20 * DAY)
    t = start + (length * rng.beta(1, 2, len(who))).astype(np.int64)
    received = start + length + int(rng.uniform(2, 5) * DAY)
    review = received + within(rng, 0, 5 * MINUTE * len(who), len(who)) - t
    device = _shared_by(scene, 0.1 if scene.stealth else 0.3, 3)
    return scene.work(who, what, t, device=device[who], review=review, factor=0.7)


def referral_chain(scene: Scene) -> Trips:
    """Accounts born minutes apart that take the first-order offer once and are gone in a day."""
    rng, n, people = scene.rng, len(scene.members), scene.world.people
    items = scene.world.market.listing(rng, 2 if scene.stealth else 1, 1)
    gap = 2.5 if scene.stealth else 1.0
    start = int(rng.integers(0, END - 3 * DAY))
    born = start + np.cumsum(rng.uniform(MINUTE, 20 * MINUTE, n) * gap).astype(np.int64)
    people.join[scene.members] = np.minimum(born, END - DAY)
    people.leave[scene.members] = people.join[scene.members] + DAY
    who = np.arange(n)
    own = np.full(n, OWN)
    device = rng.choice(scene.world.counters.new_devices(at_least_one(n / 8)), n)
    ip = rng.choice(scene.world.counters.new_addresses(at_least_one(n / 5)), n)
    share = 0.25 if scene.stealth else 0.9
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
    """A burst in the hours of an honest flash sale with many times its traffic."""
    rng, promotions = scene.rng, scene.world.promotions
    sale: Promotion = promotions[int(rng.integers(len(promotions)))]
    items = scene.world.market.listing(rng, int(rng.integers(6, 11)), 2)
    items = np.unique(np.append(items[1:], sale.item))
    who, what = scene.orders(items, (0.25, 0.5), (2, 5))
    length = int(sale.span * (2.5 if scene.stealth else 1.0))
    return scene.work(who, what, within(rng, sale.start, max(length, 2 * HOUR), len(who)))


def slow_drip(scene: Scene) -> Trips:
    """The same items, uniform over four weeks, in the rhythm of people."""
    rng = scene.rng
    count = int(rng.integers(14, 22) if scene.stealth else rng.integers(8, 14))
    items = scene.world.market.listing(rng, count, int(rng.integers(2, 6)))
    who, what = scene.orders(items, (0.25, 0.35) if scene.stealth else (0.35, 0.6), (2, 5))
    device = _shared_by(scene, 0.0 if scene.stealth else 0.1, 2)
    return scene.work(
        who,
        what,
        scene.world.rhythm.times(rng, len(who)),
        device=device[who],
        views=rng.geometric(0.4, len(who)) - 1,
    )


def takeover_fleet(scene: Scene) -> Trips:
    """Old honest accounts that all switch to few new devices and buy what is like cash."""
    rng, n, people = scene.rng, len(scene.members), scene.world.people
    items = scene.world.market.popular(rng, int(rng.integers(1, 4)))
    who, what = scene.orders(np.unique(items), (0.4, 1.0), (1, 3))
    hours = rng.uniform(30, 72) if scene.stealth else rng.uniform(1, 24)
    switch = int(rng.integers(12 * DAY, END - 4 * DAY)) + within(rng, 0, int(hours * HOUR), n)
    people.join[scene.members] = np.minimum(people.join[scene.members], 5 * DAY)
    people.leave[scene.members] = switch
    groups = n if scene.stealth else at_least_one(n / 5)
    device = rng.permutation(scene.world.counters.new_devices(groups)[np.arange(n) % groups])
    lines = at_least_one(n / 3)
    ip = rng.permutation(scene.world.counters.new_addresses(lines)[np.arange(n) % lines])
    t = switch[who] + within(rng, 0, 3 * HOUR, len(who))
    return scene.work(who, what, t, device=device[who], ip=ip[who])


def refund_ring(scene: Scene) -> Trips:
    """Dear things of many sellers sent back days later, a few claims from an operator's lines."""
    rng = scene.rng
    items = scene.world.market.dear(rng, int(rng.integers(5, 10)))
    who, what = scene.orders(items, (0.2, 0.4), (1, 3))
    start, length = scene.span(10, 14)
    t = scene.world.rhythm.times(
        rng, len(who), start=start, end=min(start + length, 22 * DAY + length // 2)
    )
    lines = scene.world.counters.new_addresses(int(rng.integers(1, 6)))
    share = 0.1 if scene.stealth else 0.4
    ip = scene.partly(share, rng.choice(lines, len(who)), np.full(len(who), OWN))
    refund = (rng.uniform(1, 14, len(who)) * DAY).astype(np.int64)
    return scene.work(who, what, t, ip=ip, refund=np.minimum(refund, END - 2 * HOUR - t))


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
    pools whose people work for other rings too.
    """

    name: str
    plan: Callable[[Scene], Trips]
    size: tuple[int, int]
    cover: tuple[float, float]
    stealth_cover: tuple[float, float]
    role: str = "member"
    leader: str = ""
    lends: bool = False


TYPOLOGIES = {
    row.name: row
    for row in (
        Typology("device_farm", device_farm, (15, 50), (0.7, 1.7), (0.9, 2.0)),
        Typology("proxy_pool", proxy_pool, (15, 45), (0.3, 1.0), (0.5, 1.2)),
        Typology("lockstep", lockstep, (10, 45), (0.6, 1.5), (0.9, 2.2)),
        Typology("one_merchant", one_merchant, (20, 60), (0.5, 1.1), (0.9, 1.6)),
        Typology(
            "task_platform", task_platform, (20, 45), (0.3, 0.8), (0.4, 1.0), "worker", lends=True
        ),
        Typology("empty_parcel", empty_parcel, (12, 40), (0.5, 1.2), (0.5, 1.4)),
        Typology(
            "referral_chain", referral_chain, (12, 45), (0.0, 0.2), (0.1, 0.4), "recruit", "seed"
        ),
        Typology("promo_burst", promo_burst, (15, 40), (0.6, 1.6), (0.8, 1.8)),
        Typology("slow_drip", slow_drip, (10, 35), (0.5, 1.2), (0.7, 1.4)),
        Typology("takeover_fleet", takeover_fleet, (10, 40), (1.0, 2.0), (1.5, 2.5), "victim"),
        Typology("improvised", improvised, (8, 120), (0.0, 2.0), (0.0, 2.5)),
        Typology("refund_ring", refund_ring, (10, 35), (0.7, 1.5), (1.0, 1.8), "claimant"),
    )
}
