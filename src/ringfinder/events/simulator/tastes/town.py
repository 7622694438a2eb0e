"""The world of this engine: which market and people it has."""

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.tastes.market import Market
from ringfinder.events.simulator.tastes.people import People
from ringfinder.events.simulator.world import World, distinct

Town = World[Market, People]


def admirers(
    world: Town, rng: np.random.Generator, community: int, count: int
) -> NDArray[np.int64]:
    """Different users, those with a taste for the community first."""
    fond = world.people.fond_of(community)
    share = 30 * len(fond) / (30 * len(fond) + len(world.people))
    found = np.empty(0, dtype=np.int64)
    while len(found) < count:
        drawn = rng.integers(len(world.people), size=2 * count)
        first = rng.random(2 * count) < share
        drawn[first] = rng.choice(fond, int(first.sum())) if first.any() else 0
        found = distinct(np.concatenate([found, drawn]))
    return found[:count]
