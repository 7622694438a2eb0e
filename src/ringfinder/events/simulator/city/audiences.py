"""Crowds that gather round an offer, a host or an hour: they need not know each other."""

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.city.aisles import AISLE
from ringfinder.events.simulator.city.meetings import (
    begin,
    daytime,
    errands,
    shopping,
    soon,
    wishes,
)
from ringfinder.events.simulator.city.routine import awake
from ringfinder.events.simulator.city.town import Town
from ringfinder.events.simulator.clock import DAY, DAYS, HOUR, MINUTE
from ringfinder.events.simulator.trips import Trips, join_trips
from ringfinder.events.simulator.world import Promotion

Ints = NDArray[np.int64]


def flash_sale(town: Town, rng: np.random.Generator) -> Trips:
    """One thing at half its price for an hour or two; the thrifty are there, the first early."""
    item = int(town.market.popular(rng, 1)[0])
    span = int(rng.uniform(0.5, 2.0) * HOUR)
    start = begin(rng, 1) + int(rng.uniform(9, 21) * HOUR)
    town.promotions.append(Promotion(start, span, item, kind="flash_sale"))
    size = town.crowd_size(rng, 60, 2_000)
    heard = town.people.some(rng, 2 * size)
    keen = np.argsort(-town.people.thrift[heard] - 0.4 * rng.random(len(heard)))
    users = heard[keen[:size]]
    t = start + (span * rng.beta(1.1, 2.4, len(users))).astype(np.int64)
    sale = shopping(rng, users, np.full(len(users), item), t, factor=0.5)
    more = users[rng.random(len(users)) < 0.25]
    also = town.people.pick_items(rng, town.market, more)
    return join_trips([sale, shopping(rng, more, also, t[: len(more)] + 4 * MINUTE, login=False)])


def live_stream(town: Town, rng: np.random.Generator) -> Trips:
    """A host shows things one by one; followers who watch take a few, some come every time."""
    followers = town.people.some(rng, town.crowd_size(rng, 60, 900))
    evenings = int(rng.integers(1, 3))
    first, parts = begin(rng, 7 * evenings), []
    for evening in range(evenings):
        watch = followers[rng.random(len(followers)) < 0.7]
        items = np.unique(town.market.popular(rng, int(rng.integers(10, 21))))
        who, what = wishes(rng, watch, items, rng.uniform(0.1, 0.2))
        start = first + 7 * evening * DAY + int(rng.uniform(18, 21) * HOUR)
        shown = rng.permutation(len(items)) * (3 * HOUR // len(items))
        t = start + shown[np.searchsorted(items, what)]
        t = t + rng.exponential(9 * MINUTE, len(what)).astype(np.int64)
        parts.append(shopping(rng, who, what, t, views=0, login=rng.random(len(who)) < 0.25))
    return join_trips(parts)


def recipe_fad(town: Town, rng: np.random.Generator) -> Trips:
    """A dish that a cook posted; those who want to try it need most of what goes into it."""
    readers = town.people.some(rng, town.crowd_size(rng, 25, 150))
    count = int(rng.integers(4, 9))
    items = np.union1d(
        town.market.some_of(rng, AISLE["groceries"], count),
        town.market.some_of(rng, AISLE["kitchen"], 1),
    )
    who, what = wishes(rng, readers, items, rng.uniform(0.25, 0.5))
    start = begin(rng, 4) + int(rng.uniform(8, 20) * HOUR)
    ties = town.people.ties
    t = errands(rng, who, 1, soon(rng, start, rng.uniform(10, 30)))
    return shopping(rng, who, what, awake(rng, ties.job[who], ties.zone[who], t))


def game_release(town: Town, rng: np.random.Generator) -> Trips:
    """A game comes out at midnight, wherever one lives; some take what goes with it."""
    size = town.crowd_size(rng, 40, 600)
    people = town.people
    heard = people.some(rng, 4 * size)
    fans = heard[(people.needs[heard] == AISLE["games"]).any(axis=1)]
    fans = np.concatenate([fans, np.setdiff1d(heard[: size // 4], fans)])[:size]
    items = town.market.some_of(rng, AISLE["games"], int(rng.integers(2, 5)))
    extras, with_extra = wishes(rng, fans, items[1:], 0.2)
    who = np.concatenate([fans, extras])
    what = np.concatenate([np.full(len(fans), items[0]), with_extra])
    midnight = begin(rng, 3) + DAY
    t = midnight + errands(rng, who, 1, soon(rng, 0, rng.uniform(0.4, 3)))
    return shopping(rng, who, what, t - people.ties.zone[who] * HOUR)


def match_evening(town: Town, rng: np.random.Generator) -> Trips:
    """The final is on: snacks and flags are ordered in the hours before."""
    viewers = town.people.some(rng, town.crowd_size(rng, 50, 600))
    items = np.concatenate(
        [
            town.market.some_of(rng, AISLE["groceries"], 4),
            town.market.some_of(rng, AISLE["sports"], 2),
        ]
    )
    who, what = wishes(rng, viewers, items, rng.uniform(0.15, 0.35))
    kickoff = begin(rng, 1) + 20 * HOUR
    before = errands(rng, who, 1, soon(rng, 0, 1.5))
    return shopping(rng, who, what, kickoff - before)


def fan_club(town: Town, rng: np.random.Generator) -> Trips:
    """A club whose members collect the same things over weeks."""
    members = town.people.ties.club.any_of(rng, 20, 90)
    aisle = AISLE["crafts" if rng.random() < 0.5 else "toys"]
    items = np.union1d(
        town.market.some_of(rng, aisle, int(rng.integers(6, 24))),
        town.market.of_shop(rng, int(rng.integers(4, 14)), aisle),
    )
    who, what = wishes(rng, members, items, rng.uniform(0.1, 0.3))
    days = rng.uniform(12, DAYS)
    return shopping(
        rng, who, what, errands(rng, who, 5, daytime(town, rng, begin(rng, days), days))
    )


def gift_cards(town: Town, rng: np.random.Generator) -> Trips:
    """Payday or a feast: the same few cards for everybody's nephew."""
    givers = town.people.some(rng, town.crowd_size(rng, 50, 500))
    items = town.market.some_of(rng, AISLE["gifts"], int(rng.integers(1, 4)))
    who, what = wishes(rng, givers, items, 1.0 / len(items))
    days = rng.uniform(1, 4)
    return shopping(
        rng, who, what, errands(rng, who, 1, daytime(town, rng, begin(rng, days), days))
    )


def weekly_bargain(town: Town, rng: np.random.Generator) -> Trips:
    """The leaflet of the week: staples that many would have bought anyway."""
    readers = town.people.some(rng, town.crowd_size(rng, 60, 600))
    aisles = rng.choice(
        [AISLE["household"], AISLE["toiletries"], AISLE["coffee"], AISLE["pets"]], 2
    )
    items = np.unique(np.concatenate([town.market.some_of(rng, int(a), 2) for a in aisles]))
    who, what = wishes(rng, readers, items, rng.uniform(0.2, 0.45))
    t = errands(rng, who, 1, daytime(town, rng, begin(rng, 7), 7))
    return shopping(rng, who, what, t, factor=0.8)


def resellers(town: Town, rng: np.random.Generator) -> Trips:
    """A handful who watch for scarce things and take several, minutes after each restock."""
    traders = town.people.some(rng, int(rng.integers(3, 10)))
    items = town.market.dear(rng, int(rng.integers(4, 9)))
    line = town.counters.new_addresses(1)
    parts = []
    for _ in range(int(rng.integers(2, 6))):
        who, what = wishes(rng, traders, items, rng.uniform(0.2, 0.5))
        restock = begin(rng, 1) + int(rng.uniform(8, 22) * HOUR)
        t = errands(rng, who, 1, soon(rng, restock, 0.3))
        ip = np.where(rng.random(len(who)) < 0.3, line, -2)
        parts.append(shopping(rng, who, what, t, views=0, factor=rng.uniform(1, 4), ip=ip))
    return join_trips(parts)
