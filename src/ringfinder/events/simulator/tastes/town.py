"""The world of this engine: which market and people it has."""

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.tastes.market import Market
from ringfinder.events.simulator.tastes.people import People
from ringfinder.events.simulator.world import World

Town = World[Market, People]


def admirers(
    world: Town, rng: np.random.Generator, community: int, count: int
) -> NDArray[np.int64]:
    """Different users, those with a taste for the community first."""
    fond = (world.people.taste == community).any(axis=1)
    weight = np.where(fond, 30.0, 1.0)
    return rng.choice(len(world.people), count, replace=False, p=weight / weight.sum())
