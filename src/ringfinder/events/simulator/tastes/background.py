"""Ordinary life: visits by taste and habit that make up most of a log."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import DAY, HOUR
from ringfinder.events.simulator.tastes.telling import tell
from ringfinder.events.simulator.tastes.town import Town
from ringfinder.events.simulator.told import Events
from ringfinder.events.simulator.trips import NEVER, Trips, make_trips

EVENTS_A_TRIP = 5.95
TRIPS_AT_ONCE = 250_000
"""Trips, about, that are told in one part; the bytes of a world depend on it."""
_DRAWN_AT_ONCE = 1_000_000
_BUYS = 0.72
_REPEATS = 0.06
_REVIEWS = 0.08
_RETURNS = 0.021


def habits(rng: np.random.Generator, trips: Trips) -> Trips:
    """The same trips with the reviews, returns and looks around of honest users."""
    n = len(trips)
    review = (rng.gamma(2.0, 2.5, n) * DAY + 6 * HOUR).astype(np.int64)
    refund = (rng.uniform(2, 14, n) * DAY).astype(np.int64)
    return replace(
        trips,
        views=(rng.geometric(0.32, n) - 1).astype(np.int16),
        login=rng.random(n) < 0.6,
        review=np.where(rng.random(n) < _REVIEWS, review, NEVER),
        refund=np.where(rng.random(n) < _RETURNS, refund, NEVER),
    )


def ordinary_trips(world: Town, rng: np.random.Generator, users: NDArray[np.int64]) -> Trips:
    """One ordinary visit for every entry of `users`, in their life, taste and rhythm."""
    people = world.people
    t = world.rhythm.times(rng, len(users))
    for _ in range(3):
        early = np.flatnonzero((t < people.join[users]) | (t >= people.leave[users]))
        t[early] = world.rhythm.times(rng, len(early))
    t = world.present(rng, users, t)
    item = people.pick_items(rng, world.market, users)
    trips = make_trips(users, item, t, buy=rng.random(len(users)) < _BUYS)
    return habits(rng, trips)


def _visits(
    rng: np.random.Generator, activity: NDArray[np.float64], count: int
) -> NDArray[np.int64]:
    """How often each user comes, one time at least and more by activity, about `count` in all."""
    visits = np.ones(len(activity), dtype=np.int64)
    reach = np.cumsum(activity)
    more = max(0, count - len(activity))
    for first in range(0, more, _DRAWN_AT_ONCE):
        drawn = rng.random(min(_DRAWN_AT_ONCE, more - first)) * reach[-1]
        np.add.at(visits, np.minimum(np.searchsorted(reach, drawn, "right"), len(reach) - 1), 1)
    return visits


def live_on(world: Town, left: int) -> Iterator[Events]:
    """About `left` events of ordinary life, at least one visit for every user who has one."""
    rng = world.stage("background")
    alive = np.flatnonzero(world.people.activity > 0)
    visits = _visits(rng, world.people.activity[alive], int(left / EVENTS_A_TRIP))
    telling = world.stage("telling ordinary life")
    begins = np.cumsum(visits) - visits
    cuts = np.searchsorted(begins, np.arange(0, visits.sum(), TRIPS_AT_ONCE))
    for first, last in pairwise(np.unique([*cuts, len(alive)]).tolist()):
        users = np.repeat(alive[first:last], visits[first:last])
        trips = ordinary_trips(world, rng, users)
        same = trips.user[1:] == trips.user[:-1]
        again = np.flatnonzero(same & (rng.random(len(same)) < _REPEATS)) + 1
        item = trips.item.copy()
        item[again] = item[again - 1]
        yield tell(world, telling, replace(trips, item=item))
