"""Crowds that grow from person to person: what friends tell, catch and plan together."""

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.city.aisles import AISLE, AISLES
from ringfinder.events.simulator.city.meetings import (
    begin,
    daytime,
    errands,
    shopping,
    soon,
    spread,
    wishes,
)
from ringfinder.events.simulator.city.routine import awake
from ringfinder.events.simulator.city.town import Town
from ringfinder.events.simulator.clock import DAY, END, HOUR
from ringfinder.events.simulator.trips import Trips

Ints = NDArray[np.int64]


def viral_trend(town: Town, rng: np.random.Generator) -> Trips:
    """A thing, or two or three that go together, that people show to friends; some fizzle out."""
    items = town.market.some_of(rng, int(rng.integers(len(AISLES))), int(rng.integers(1, 4)))
    people, since = spread(
        town,
        rng,
        town.people.some(rng, 8),
        begin(rng, 8) + int(rng.uniform(8, 20) * HOUR),
        reach=rng.uniform(1.4, 2.2),
        hours=rng.uniform(4, 14),
        most=town.crowd_size(rng, 30, 400),
    )
    return _each_in_time(town, rng, people, since, items, rng.uniform(0.4, 0.7), 2.0)


def flu_wave(town: Town, rng: np.random.Generator) -> Trips:
    """Who catches a cold buys for it, and gives it to family, class and office."""
    items = town.market.some_of(rng, AISLE["medicine"], int(rng.integers(4, 9)))
    people, since = spread(
        town,
        rng,
        town.people.some(rng, 6),
        begin(rng, 16),
        reach=rng.uniform(1.3, 1.9),
        hours=rng.uniform(36, 72),
        most=town.crowd_size(rng, 40, 300),
    )
    return _each_in_time(town, rng, people, since, items, rng.uniform(0.15, 0.35), 12.0)


def wedding(town: Town, rng: np.random.Generator) -> Trips:
    """Friends of a couple pick from its list; what is taken is taken."""
    guests, _ = spread(
        town,
        rng,
        town.people.some(rng, 2),
        0,
        reach=6.0,
        hours=1.0,
        most=town.crowd_size(rng, 15, 60),
    )
    aisles = (AISLE["kitchen"], AISLE["furniture"], AISLE["gifts"], AISLE["household"])
    listed = np.concatenate([town.market.some_of(rng, aisle, 9) for aisle in aisles])
    rng.shuffle(listed)
    guests = np.repeat(guests, 1 + rng.binomial(2, 0.2, len(guests)))
    items = np.resize(listed, len(guests))
    days = rng.uniform(8, 20)
    t = errands(rng, guests, 2, daytime(town, rng, begin(rng, days), days))
    return shopping(rng, guests, items, t)


def group_buying(town: Town, rng: np.random.Generator) -> Trips:
    """A few friends who need to be enough for a discount."""
    friends, since = spread(
        town,
        rng,
        town.people.some(rng, 1),
        begin(rng, 2) + int(rng.uniform(8, 22) * HOUR),
        reach=4.0,
        hours=2.0,
        most=int(rng.integers(3, 11)),
    )
    items = town.market.popular(rng, int(rng.integers(1, 4)))
    return _each_in_time(town, rng, friends, since, np.unique(items), 0.8, 1.0, factor=0.8)


def new_user_campaign(town: Town, rng: np.random.Generator) -> Trips:
    """A first order for little: newcomers open accounts these days, often asked by a friend."""
    people = town.people
    newcomers = np.flatnonzero(people.join > 0)
    count = min(town.crowd_size(rng, 20, 250), len(newcomers) // 3)
    chosen = rng.choice(newcomers, count, replace=False)
    start, days = begin(rng, 6), rng.uniform(1.5, 5)
    people.join[chosen] = daytime(town, rng, start, days)(count)
    people.leave[chosen] = np.maximum(people.leave[chosen], people.join[chosen] + DAY)
    people.leave[chosen] = np.minimum(people.leave[chosen], END)
    items = town.market.popular(rng, int(rng.integers(1, 4)))
    after = rng.exponential(4 * HOUR, count).astype(np.int64)
    return shopping(rng, chosen, rng.choice(items, count), people.join[chosen] + after, factor=0.6)


def _each_in_time(
    town: Town,
    rng: np.random.Generator,
    people: Ints,
    since: Ints,
    items: Ints,
    density: float,
    hours: float,
    factor: float = 1.0,
) -> Trips:
    """Each goes some `hours` after being reached, for a share of the things."""
    order = np.argsort(people, kind="stable")
    who, what = wishes(rng, people, items, density)
    heard = since[order][np.searchsorted(people[order], who)]
    ties = town.people.ties
    t = heard + errands(rng, who, 1, soon(rng, 0, hours))
    t = awake(rng, ties.job[who], ties.zone[who], t)
    return shopping(rng, who, what, t, factor=factor)
