"""Crowds that a place brings about: a class, a street, an office, a storm."""

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.city.aisles import AISLE
from ringfinder.events.simulator.city.meetings import (
    begin,
    daytime,
    errands,
    office_hours,
    shopping,
    soon,
    wishes,
)
from ringfinder.events.simulator.city.town import Town
from ringfinder.events.simulator.clock import DAY, DAYS, HOUR
from ringfinder.events.simulator.trips import Trips, join_trips

Ints = NDArray[np.int64]


def reading_list(town: Town, rng: np.random.Generator) -> Trips:
    """A class gets its list of books; who has none of an older sister buys in the next weeks."""
    pupils = town.people.ties.grade.any_of(rng, 16, 32)
    count = int(rng.integers(3, 10))
    one_shop = rng.random() < 0.4
    books = AISLE["books"]
    items = (
        town.market.of_shop(rng, count, books)
        if one_shop
        else (town.market.some_of(rng, books, count))
    )
    who, what = wishes(rng, pupils, items, rng.uniform(0.35, 0.7))
    days = rng.uniform(4, 14)
    return shopping(
        rng, who, what, errands(rng, who, 2, daytime(town, rng, begin(rng, days), days))
    )


def team_kit(town: Town, rng: np.random.Generator) -> Trips:
    """A club or class orders shirts and shoes of one shop before the season."""
    ties = town.people.ties
    players = (ties.club if rng.random() < 0.6 else ties.grade).any_of(rng, 11, 26)
    aisle = AISLE["sports" if rng.random() < 0.7 else "clothes"]
    items = town.market.of_shop(rng, int(rng.integers(2, 6)), aisle)
    who, what = wishes(rng, players, items, rng.uniform(0.35, 0.7))
    days = rng.uniform(1, 5)
    return shopping(
        rng, who, what, errands(rng, who, 1, daytime(town, rng, begin(rng, days), days))
    )


def bulk_order(town: Town, rng: np.random.Generator) -> Trips:
    """Neighbours who order from one farm or shop on the same evening, some weeks in a row."""
    street = town.people.ties.street.any_of(rng, 14, 45)
    aisle = AISLE["groceries" if rng.random() < 0.7 else "household"]
    items = town.market.of_shop(rng, int(rng.integers(4, 9)), aisle)
    weeks = int(rng.integers(1, 4))
    first = begin(rng, 7 * weeks) + int(rng.uniform(17, 21) * HOUR)
    joins = street[rng.random(len(street)) < rng.uniform(0.4, 0.8)]
    parts = []
    for week in range(weeks):
        who, what = wishes(rng, joins, items, rng.uniform(0.2, 0.45))
        t = errands(rng, who, 1, soon(rng, first + week * 7 * DAY, 1.2))
        parts.append(shopping(rng, who, what, t, factor=0.9))
    return join_trips(parts)


def regulars(town: Town, rng: np.random.Generator) -> Trips:
    """A shop round the corner: its neighbours come back for much the same, week after week."""
    street = town.people.ties.street.any_of(rng, 20, 45)
    joins = street[rng.random(len(street)) < rng.uniform(0.5, 0.95)]
    items = town.market.of_shop(rng, int(rng.integers(6, 18)))
    who, what = wishes(rng, joins, items, rng.uniform(0.15, 0.33))
    again = np.repeat(np.arange(len(who)), 1 + rng.poisson(0.35, len(who)))
    t = errands(rng, who[again], 4, daytime(town, rng, 0, DAYS))
    return shopping(rng, who[again], what[again], t)


def storm(town: Town, rng: np.random.Generator) -> Trips:
    """The power fails in a district: torches, candles, tape within hours, next door and next."""
    size = town.crowd_size(rng, 60, 500)
    first = int(rng.integers(0, len(town.people) - size))
    here = np.arange(first, first + size)
    here = here[rng.random(size) < rng.uniform(0.3, 0.6)]
    aisles = (AISLE["tools"], AISLE["household"])
    items = np.concatenate([town.market.some_of(rng, aisle, 3) for aisle in aisles])
    who, what = wishes(rng, here, items, rng.uniform(0.2, 0.4))
    start = begin(rng, 2) + int(rng.uniform(6, 22) * HOUR)
    return shopping(rng, who, what, errands(rng, who, 1, soon(rng, start, rng.uniform(2, 8))))


def charity_drive(town: Town, rng: np.random.Generator) -> Trips:
    """An office collects: colleagues buy what the charity's shop lists, mostly at their desks."""
    staff = town.people.ties.work.any_of(rng, 15, 90)
    items = town.market.of_shop(rng, int(rng.integers(3, 7)))
    joins = staff[rng.random(len(staff)) < rng.uniform(0.4, 0.8)]
    who, what = wishes(rng, joins, items, rng.uniform(0.3, 0.55))
    hours = office_hours(rng, begin(rng, 5), 3)
    return shopping(rng, who, what, errands(rng, who, 1, hours))


def company_purchasing(town: Town, rng: np.random.Generator) -> Trips:
    """A department that orders its supplies in quantity, every week in working hours."""
    buyers = town.people.ties.team.any_of(rng, 4, 12)
    aisle = AISLE["stationery" if rng.random() < 0.6 else "electronics"]
    items = np.union1d(town.market.some_of(rng, aisle, 8), town.market.of_shop(rng, 5))
    parts = []
    for week in range(int(rng.integers(2, 5))):
        who, what = wishes(rng, buyers, items, rng.uniform(0.15, 0.35))
        day = (7 * week + int(rng.integers(0, 5))) * DAY
        t = errands(rng, who, 2, office_hours(rng, day, 1))
        parts.append(shopping(rng, who, what, t, factor=rng.uniform(2, 10), refund=-1))
    return join_trips(parts)


def travel_agent(town: Town, rng: np.random.Generator) -> Trips:
    """An agent who books in the accounts of customers, from the desk of the agency."""
    customers = town.people.some(rng, town.crowd_size(rng, 8, 40))
    items = town.market.some_of(rng, AISLE["tickets"], 14)
    who, what = wishes(rng, customers, items, 1.6 / len(items))
    t = office_hours(rng, 0, DAYS)(len(who))
    desk = town.counters.new_devices(2)[rng.integers(0, 2, len(who))]
    line = int(town.counters.new_addresses(1)[0])
    return shopping(rng, who, what, t, device=desk, ip=line, views=0)
