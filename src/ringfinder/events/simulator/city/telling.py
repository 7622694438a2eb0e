"""From visits to events: log in, look, compare, fill the cart, pay, review, send back."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.city.aisles import HABIT
from ringfinder.events.simulator.city.market import Market
from ringfinder.events.simulator.city.networks import Networks
from ringfinder.events.simulator.clock import END
from ringfinder.events.simulator.told import ACTIONS, NOTHING, Events
from ringfinder.events.simulator.trips import OWN, Trips

Ints = NDArray[np.int64]

_ACTION = {name: code for code, name in enumerate(ACTIONS)}
_SECOND = 1000
_ABANDONED = 0.3
_PAID = 0.96
_NO_DEVICE = 0.035
_NO_ADDRESS = 0.02


def planned(market: Market, networks: Networks, rng: np.random.Generator, trips: Trips) -> Events:
    """The events of trips that were planned: each has a check-out of its own."""
    inside = np.flatnonzero((trips.t >= 0) & (trips.t < END))
    trips = Trips(**{name: column[inside] for name, column in vars(trips).items()})
    bought = np.flatnonzero(trips.buy)
    market.sold.append((trips.t[bought], trips.item[bought].astype(np.int64)))
    users = trips.user.astype(np.int64)
    device, ip, moves = networks.at(rng, users, trips.t)
    now = replace(
        trips,
        device=np.where(trips.device == OWN, device, trips.device).astype(np.int32),
        ip=np.where(trips.ip == OWN, ip, trips.ip).astype(np.int32),
    )
    own = trips.device == OWN, trips.ip == OWN
    return told(market, networks, rng, now, late=own, moves=moves & own[1])


def told(
    market: Market,
    networks: Networks,
    rng: np.random.Generator,
    trips: Trips,
    *,
    late: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    moves: NDArray[np.bool_],
    checkout: Ints | None = None,
) -> Events:
    """The events of trips whose devices and addresses are known, those inside the log only.

    `late` says for which trips the device and the address of a later review or refund are those
    of that hour; `moves` says who is on the move and changes addresses. `checkout` is when a
    basket is ordered, at the earliest; else right away.
    """
    n = len(trips)
    item = trips.item.astype(np.int64)
    users = trips.user.astype(np.int64)
    every = np.arange(n)
    pace = rng.lognormal(np.log(25 * _SECOND), 0.7, n)
    look = np.repeat(every, trips.views)
    turn = np.arange(len(look)) - np.repeat(np.cumsum(trips.views) - trips.views, trips.views)
    opened = trips.t + np.where(trips.login, 8 * _SECOND * rng.random(n) + _SECOND, 0)
    seen = opened + trips.views * pace
    cart = seen + pace * rng.exponential(1.2, n) + _SECOND
    order = cart + rng.exponential(50 * _SECOND, n) + 5 * _SECOND
    if checkout is not None:
        order = np.maximum(order, checkout)
    pay = order + rng.exponential(20 * _SECOND, n) + 3 * _SECOND
    carted = np.flatnonzero(trips.buy | (rng.random(n) < _ABANDONED))
    bought = np.flatnonzero(trips.buy)
    refunded = np.flatnonzero(trips.buy & (trips.refund >= 0))
    paid = np.flatnonzero(trips.buy & ((rng.random(n) < _PAID) | (trips.refund >= 0)))
    reviewed = np.flatnonzero(trips.buy & (trips.review >= 0))
    pieces = 1 + rng.poisson(0.12 + 0.7 * HABIT[market.aisle[item]])
    amount = np.maximum(0.01, (market.price[item] * pieces * trips.factor).round(2))
    nothing = np.full(n, NOTHING)
    stages: tuple[tuple[str, Ints, Any, Any], ...] = (
        ("login", np.flatnonzero(trips.login), trips.t, nothing),
        ("view", every, seen, item),
        ("cart", carted, cart, item),
        ("order", bought, order, item),
        ("pay", paid, pay, item),
        ("review", reviewed, pay + trips.review, item),
        ("refund", refunded, pay + trips.refund, item),
    )
    row = np.concatenate([look, *[rows for _, rows, _, _ in stages]])
    t = np.concatenate(
        [opened[look] + (turn + 0.8 * rng.random(len(look))) * pace[look]]
        + [times[rows] for _, rows, times, _ in stages]
    ).astype(np.int64)
    things = np.concatenate(
        [market.similar(rng, item[look]), *[what[rows] for _, rows, _, what in stages]]
    )
    action = np.concatenate(
        [np.full(len(look), _ACTION["view"])]
        + [np.full(len(rows), _ACTION[name]) for name, rows, _, _ in stages]
    )
    inside = np.flatnonzero(t < END)
    row, t, things, action = row[inside], t[inside], things[inside], action[inside]
    device, ip = trips.device[row].astype(np.int64), trips.ip[row].astype(np.int64)
    moving = np.flatnonzero(moves[row])
    ip[moving] = networks.mobile(rng, users[row[moving]], t[moving])
    for column, own, place in ((device, late[0], 0), (ip, late[1], 1)):
        then = np.flatnonzero((action >= _ACTION["review"]) & own[row])
        column[then] = networks.at(rng, users[row[then]], t[then])[place]
    hidden = networks.chances(users[row], t, 3)
    device[hidden < _NO_DEVICE] = NOTHING
    ip[hidden > 1 - _NO_ADDRESS] = NOTHING
    priced = np.isin(action, [_ACTION[name] for name in ("cart", "order", "pay", "refund")])
    return Events(
        t=t,
        user=trips.user[row],
        action=action.astype(np.int8),
        item=things.astype(np.int32),
        device=device.astype(np.int32),
        ip=ip.astype(np.int32),
        amount=np.where(priced, amount[row], np.nan),
        ring=trips.ring[row],
        camouflage=trips.camouflage[row],
    )
