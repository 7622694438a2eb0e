"""Trips told as events: login, views, cart, order, pay, then a review or a refund."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import END
from ringfinder.events.simulator.tastes.town import Town
from ringfinder.events.simulator.told import ACTIONS, NOTHING, Events
from ringfinder.events.simulator.trips import NEVER, OWN, Trips

_NO_DEVICE = 0.05
_NO_ADDRESS = 0.004
_MOVES = 0.2
_UNPAID = 0.04
_LOOKS_TWICE = 0.25
_LEFT_IN_CART = 0.2


def tell(world: Town, rng: np.random.Generator, trips: Trips) -> Events:
    """Every event of the trips that falls inside the log, in no particular order."""
    n = len(trips)
    users = trips.user.astype(np.int64)
    people = world.people
    device = np.where(trips.device == OWN, people.pick_device(rng, users), trips.device)
    ip = np.where(trips.ip == OWN, people.pick_address(rng, users, trips.t), trips.ip)
    price = np.round(world.market.price[trips.item] * trips.factor, 2)
    quantity = np.where(rng.random(n) < 0.08, rng.integers(2, 4, n), 1)
    amount = np.round(price * quantity, 2)

    pace = rng.lognormal(np.log(35_000), 0.6, n)
    looked = trips.t + (pace * (trips.views + 0.4 + rng.random(n) * 0.6)).astype(np.int64)
    carted = looked + (pace * rng.uniform(0.3, 2.0, n)).astype(np.int64)
    ordered = carted + (pace * rng.uniform(0.3, 3.0, n)).astype(np.int64)
    paid = ordered + (pace * rng.uniform(0.1, 1.0, n)).astype(np.int64) + 800

    everyone = np.arange(n)
    browsers = np.repeat(everyone, trips.views)
    glance = trips.t[browsers] + (pace[browsers] * _nth(trips.views)).astype(np.int64)
    glance += (pace[browsers] * rng.random(len(browsers)) * 0.4).astype(np.int64)
    twice = np.flatnonzero(rng.random(n) < _LOOKS_TWICE)
    carts = np.flatnonzero(trips.buy | (rng.random(n) < _LEFT_IN_CART))
    buys = np.flatnonzero(trips.buy)
    pays = buys[rng.random(len(buys)) >= _UNPAID]
    reviews = pays[trips.review[pays] != NEVER]
    refunds = pays[trips.refund[pays] != NEVER]
    logins = np.flatnonzero(trips.login)

    blocks: list[tuple[str, NDArray[Any], NDArray[Any], NDArray[Any] | None]] = [
        ("login", logins, trips.t[logins] - 600, None),
        ("view", browsers, glance, people.pick_items(rng, world.market, users[browsers])),
        ("view", everyone, looked, trips.item),
        ("view", twice, (looked[twice] + carted[twice]) // 2, trips.item[twice]),
        ("cart", carts, carted[carts], trips.item[carts]),
        ("order", buys, ordered[buys], trips.item[buys]),
        ("pay", pays, paid[pays], trips.item[pays]),
        ("review", reviews, ordered[reviews] + trips.review[reviews], trips.item[reviews]),
        ("refund", refunds, ordered[refunds] + trips.refund[refunds], trips.item[refunds]),
    ]
    trip = np.concatenate([block[1] for block in blocks])
    t = np.concatenate([block[2] for block in blocks])
    action = np.concatenate(
        [np.full(len(block[1]), ACTIONS.index(block[0]), np.int8) for block in blocks]
    )
    item = np.concatenate(
        [np.full(len(b[1]), NOTHING, np.int32) if b[3] is None else b[3] for b in blocks]
    )
    priced = np.isin(action, [ACTIONS.index(name) for name in ("cart", "order", "pay", "refund")])
    moved = np.flatnonzero((rng.random(len(trip)) < _MOVES) & (trips.ip[trip] == OWN))
    address = ip[trip]
    address[moved] = people.pick_address(rng, users[trip[moved]], t[moved])
    hidden_device = rng.random(len(trip)) < _NO_DEVICE
    hidden_ip = ~hidden_device & (rng.random(len(trip)) < _NO_ADDRESS)
    inside = np.flatnonzero((t >= 0) & (t < END))
    of = trip[inside]
    return Events(
        t=t[inside],
        user=trips.user[of],
        action=action[inside],
        item=item[inside].astype(np.int32),
        device=np.where(hidden_device[inside], NOTHING, device[of]).astype(np.int32),
        ip=np.where(hidden_ip[inside], NOTHING, address[inside]).astype(np.int32),
        amount=np.where(priced[inside], amount[of], np.nan),
        ring=trips.ring[of],
        camouflage=trips.camouflage[of],
    )


def _nth(counts: NDArray[np.int16]) -> NDArray[np.int64]:
    """0, 1, ..., count - 1 for each of the counts, one after another."""
    starts = np.cumsum(counts, dtype=np.int64) - counts
    return np.arange(int(counts.sum(dtype=np.int64))) - np.repeat(starts, counts)
