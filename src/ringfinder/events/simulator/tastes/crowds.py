"""Innocent groups that do the same thing: sales, streams, clubs, friends, newcomers, habits.

Each function sends one group on its trips and returns the people.
"""

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import DAY, END, HOUR, MINUTE, within
from ringfinder.events.simulator.tastes.background import habits
from ringfinder.events.simulator.tastes.town import Town, admirers
from ringfinder.events.simulator.trips import make_trips
from ringfinder.events.simulator.world import Promotion

Ints = NDArray[np.int64]


def flash(world: Town, rng: np.random.Generator) -> Ints:
    """A flash sale: one item at a discount, everybody inside half an hour to two hours."""
    users = world.anybody(rng, world.crowd_size(rng, 60, 700))
    item = int(world.market.popular(rng, 1)[0])
    span = int(rng.uniform(0.5, 2.0) * HOUR)
    start = int(rng.integers(1, 27)) * DAY + int(rng.uniform(9, 21) * HOUR)
    world.promotions.append(Promotion(start, span, item))
    t = start + (span * rng.beta(1.0, 2.5, len(users))).astype(np.int64)
    world.gather(users, t)
    trips = habits(rng, make_trips(users, item, t, factor=0.6, buy=rng.random(len(users)) < 0.85))
    world.trips.append(trips)
    return users


def live(world: Town, rng: np.random.Generator) -> Ints:
    """A live-stream drop: 10-20 items of one host in three hours, each taken by 10-20 %."""
    community = int(rng.integers(world.market.communities))
    users = admirers(world, rng, community, world.crowd_size(rng, 70, 200))
    items = world.market.listing(rng, int(rng.integers(10, 21)), 1)
    start = int(rng.integers(1, 27)) * DAY + int(rng.uniform(17, 20.5) * HOUR)
    shown = start + np.sort(rng.integers(0, 160 * MINUTE, len(items)))
    took = rng.random((len(users), len(items))) < rng.uniform(0.1, 0.2, len(items))
    who, what = np.nonzero(took)
    t = within(rng, shown[what], 20 * MINUTE, len(who))
    world.gather(users[who], t)
    world.trips.append(habits(rng, make_trips(users[who], items[what], t, factor=0.75)))
    return np.unique(users[who])


def fan(world: Town, rng: np.random.Generator) -> Ints:
    """A fan club or niche hobby: the same 20-50 items, taken at leisure over weeks."""
    community = int(rng.integers(world.market.communities))
    users = admirers(world, rng, community, world.crowd_size(rng, 25, 60))
    items = world.market.some_of(rng, community, int(rng.integers(20, 50)))
    took = rng.random((len(users), len(items))) < rng.uniform(0.15, 0.35) * rng.uniform(
        0.5, 1.5, (len(users), 1)
    )
    who, what = np.nonzero(took)
    t = world.present(rng, users[who], world.rhythm.times(rng, len(who)))
    world.trips.append(habits(rng, make_trips(users[who], items[what], t)))
    return np.unique(users[who])


def groupbuy(world: Town, rng: np.random.Generator) -> Ints:
    """Friends who order one to three things together within hours to reach a group price."""
    users = world.anybody(rng, int(rng.integers(3, 11)))
    world.people.taste[users, 2] = world.people.taste[users[0], 0]
    deals = world.people.pick_items(rng, world.market, np.repeat(users[:1], rng.integers(1, 4)))
    orders = np.tile(users, len(deals))
    opened = rng.integers(0, END - DAY, len(deals))
    t = within(rng, np.repeat(opened, len(users)), 12 * HOUR, len(orders))
    world.gather(orders, t)
    trips = make_trips(orders, np.repeat(deals, len(users)), t, factor=0.8)
    world.trips.append(habits(rng, trips))
    return users


def new_users(world: Town, rng: np.random.Generator) -> Ints:
    """A campaign for newcomers: accounts born within days that start with one of a few offers."""
    late = np.flatnonzero(world.people.join > 0)
    size = min(world.crowd_size(rng, 80, 280), len(late))
    users = rng.choice(late, size, replace=False)
    offers = world.market.popular(rng, int(rng.integers(2, 6)))
    start = int(rng.integers(1, 20)) * DAY
    born = world.rhythm.times(rng, size, start=start, end=start + int(rng.integers(2, 6)) * DAY)
    world.people.join[users] = born
    world.people.leave[users] = END
    trips = make_trips(users, rng.choice(offers, size), born, factor=0.5)
    world.trips.append(habits(rng, trips))
    return users


def staple(world: Town, rng: np.random.Generator) -> Ints:
    """Gift cards and staples: one cheap thing that many buy again and again."""
    users = world.anybody(rng, world.crowd_size(rng, 100, 300))
    orders = np.repeat(users, rng.integers(1, 4, len(users)))
    t = world.present(rng, orders, world.rhythm.times(rng, len(orders)))
    trips = make_trips(orders, world.market.popular(rng, 1)[0], t)
    world.trips.append(habits(rng, trips))
    return users


def bundle(world: Town, rng: np.random.Generator) -> Ints:
    """Items recommended together: strangers who take one to three of one set in one visit."""
    community = int(rng.integers(world.market.communities))
    users = admirers(world, rng, community, world.crowd_size(rng, 20, 80))
    items = world.market.some_of(rng, community, int(rng.integers(4, 8)))
    took = rng.random((len(users), len(items))) < rng.uniform(0.25, 0.45)
    who, what = np.nonzero(took)
    visit = world.present(rng, users, world.rhythm.times(rng, len(users)))
    t = within(rng, visit[who], 15 * MINUTE, len(who))
    world.trips.append(habits(rng, make_trips(users[who], items[what], t)))
    return np.unique(users[who])
