"""What an engine is: the background that rings are planted into, behind one set of functions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from ringfinder.events.progress import Progress
from ringfinder.events.simulator.mixes import Mix
from ringfinder.events.simulator.told import Events
from ringfinder.events.simulator.trips import Trips
from ringfinder.events.simulator.world import World

ENGINES = {
    "tastes": "ringfinder.events.simulator.tastes.engine:ENGINE",
    "city": "ringfinder.events.simulator.city.engine:ENGINE",
}
"""The engines by name; listing them imports none."""


@dataclass(frozen=True)
class Engine:
    """How a background comes about. A world is built in the order of these functions.

    `found(seed, events)` opens a market with its people for a log of about `events` events.
    `gather(world, mix, progress)` adds the innocent groups: trips, promotions, and the record of
    each crowd.
    Rings are planted between the two. `tell(world, rng, trips)` gives the events of planned trips
    that fall inside the log. `live_on(world, left)` gives about `left` further events of ordinary
    life, in parts of a few million events at most, at least one visit for every user who lives.
    """

    found: Callable[[int, int], World[Any, Any]]
    gather: Callable[[World[Any, Any], Mix, Progress], None]
    tell: Callable[[World[Any, Any], np.random.Generator, Trips], Events]
    live_on: Callable[[World[Any, Any], int], Iterator[Events]]


def engine(name: str) -> Engine:
    """The engine of that name in `ENGINES`."""
    module, _, attribute = ENGINES[name].partition(":")
    found: Engine = getattr(import_module(module), attribute)
    return found
