"""How people come to do the same: they hear of it from each other, wish for it, run errands."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.city.parcels import after_purchase
from ringfinder.events.simulator.city.town import Town
from ringfinder.events.simulator.clock import DAY, DAYS, HOUR
from ringfinder.events.simulator.trips import Trips, make_trips

Ints = NDArray[np.int64]

_BUYS = 0.92
_STEP = 90_000
"""Milliseconds between two things of one errand, about."""


def begin(rng: np.random.Generator, days: float) -> int:
    """A midnight from which `days` days of the log are left, in milliseconds."""
    return int(rng.integers(0, max(1, DAYS - int(np.ceil(days)) + 1))) * DAY


def shopping(rng: np.random.Generator, users: Ints, items: Ints, t: Ints, **columns: Any) -> Trips:
    """Trips of people who know what they came for."""
    n = len(users)
    review, refund = after_purchase(rng, n)
    given = {
        "views": rng.geometric(0.5, n) - 1,
        "login": rng.random(n) < 0.5,
        "buy": rng.random(n) < _BUYS,
        "review": review,
        "refund": refund,
        **columns,
    }
    return make_trips(users, items, t, **given)


def wishes(
    rng: np.random.Generator, people: Ints, items: Ints, density: float
) -> tuple[Ints, Ints]:
    """Who takes what: rows of people and items, about a share `density` of all pairs.

    Things differ in appeal and people in keenness; who wishes for nothing does not come.
    """
    appeal = rng.gamma(4.0, 0.25, len(items))
    keen = rng.gamma(4.0, 0.25, len(people))
    takes = rng.random((len(people), len(items))) < density * np.outer(keen, appeal)
    who, what = np.nonzero(takes)
    return people[who], items[what]


def errands(rng: np.random.Generator, who: Ints, most: int, draw: Callable[[int], Ints]) -> Ints:
    """A time for each row of `who`: each runs up to `most` errands, at times that `draw` gives."""
    errand = who * most + rng.integers(0, most, len(who))
    known, each = np.unique(errand, return_inverse=True)
    return draw(len(known))[each] + (rng.exponential(_STEP, len(who))).astype(np.int64)


def daytime(town: Town, rng: np.random.Generator, start: int, days: float) -> Callable[[int], Ints]:
    """Draws times in the rhythm of everybody in [start, start + days)."""
    return lambda n: town.rhythm.times(rng, n, start=start, end=start + int(days * DAY))


def office_hours(rng: np.random.Generator, start: int, days: int) -> Callable[[int], Ints]:
    """Draws times from nine to five on `days` days from the midnight `start` on."""

    def drawn(n: int) -> Ints:
        return start + rng.integers(0, days, n) * DAY + rng.integers(9 * HOUR, 17 * HOUR, n)

    return drawn


def soon(rng: np.random.Generator, start: int, hours: float) -> Callable[[int], Ints]:
    """Draws times from `start` on that get rarer, `hours` later in the mean."""
    return lambda n: start + (rng.exponential(hours * HOUR, n)).astype(np.int64)


def spread(
    town: Town,
    rng: np.random.Generator,
    seeds: Ints,
    start: int,
    reach: float,
    hours: float,
    most: int,
) -> tuple[Ints, Ints]:
    """Who is reached by word of mouth, and when: people and times in milliseconds.

    Each tells Poisson(reach) friends, log-normally some `hours` later; friends of friends often
    know already, which ends it, as does a size of `most`.
    """
    reached, times = seeds, start + (rng.random(len(seeds)) * 6 * HOUR).astype(np.int64)
    front, since = reached, times
    while len(front) and len(reached) < most:
        teller = np.repeat(np.arange(len(front)), rng.poisson(reach, len(front)))
        friend = town.people.ties.friends(rng, front[teller])
        new, first = np.unique(friend, return_index=True)
        fresh = ~np.isin(new, reached)
        front, teller = new[fresh], teller[first[fresh]]
        lag = np.exp(rng.normal(np.log(hours * HOUR), 0.8, len(front)))
        since = since[teller] + lag.astype(np.int64)
        reached, times = np.concatenate([reached, front]), np.concatenate([times, since])
    return reached[:most], times[:most]
