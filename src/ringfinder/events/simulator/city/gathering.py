"""Innocent gatherings of no known kind: every trait is drawn by itself, and widely."""

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.city.aisles import AISLES
from ringfinder.events.simulator.city.meetings import (
    begin,
    daytime,
    errands,
    shopping,
    soon,
    wishes,
)
from ringfinder.events.simulator.city.town import Town
from ringfinder.events.simulator.clock import DAYS, HOUR
from ringfinder.events.simulator.trips import OWN, Trips

Ints = NDArray[np.int64]


def gathering(town: Town, rng: np.random.Generator) -> Trips:
    """People of a circle or of none agree on some things, at meetings or over weeks."""
    people = _who(town, rng)
    items = _what(town, rng, int(np.exp(rng.uniform(np.log(2), np.log(31)))))
    at_most = min(0.7, 6.0 / len(items))
    who, what = wishes(rng, people, items, rng.uniform(0.3, 1.0) * max(at_most, 0.12))
    if rng.random() < 0.5:
        days = rng.uniform(2, DAYS)
        t = errands(rng, who, int(rng.integers(1, 5)), daytime(town, rng, begin(rng, days), days))
    else:
        meetings = int(rng.integers(1, 5))
        opens = np.array([begin(rng, 2) + int(rng.uniform(8, 22) * HOUR) for _ in range(meetings)])
        late = errands(rng, who, 1, soon(rng, 0, rng.uniform(0.3, 3.0) ** 2))
        t = opens[rng.integers(0, meetings, len(town.market.seller) + 1)[what]] + late
    ip = np.full(len(who), OWN)
    if rng.random() < 0.3:
        hall = town.counters.new_addresses(1)
        ip = np.where(rng.random(len(who)) < rng.uniform(0.1, 0.7), hall, ip)
    return shopping(rng, who, what, t, ip=ip, factor=rng.uniform(0.7, 1.0))


def _who(town: Town, rng: np.random.Generator) -> Ints:
    ties = town.people.ties
    kinds = (ties.street, ties.club, ties.team, ties.grade, ties.work)
    if rng.random() < 0.35:
        return town.people.some(rng, town.crowd_size(rng, 10, 120))
    people = kinds[int(rng.integers(len(kinds)))].any_of(rng, 8, 120)
    return people[rng.random(len(people)) < rng.uniform(0.5, 1.0)]


def _what(town: Town, rng: np.random.Generator, count: int) -> Ints:
    way = rng.integers(3)
    if way == 0:
        return np.unique(town.market.popular(rng, count))
    if way == 1:
        return town.market.some_of(rng, int(rng.integers(len(AISLES))), count)
    return town.market.of_shop(rng, count)
