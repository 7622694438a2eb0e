"""Innocent gatherings of no known kind: what draws people together is drawn itself, and widely."""

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.improvised import log_uniform, times
from ringfinder.events.simulator.tastes.background import habits
from ringfinder.events.simulator.tastes.town import Town, admirers
from ringfinder.events.simulator.trips import make_trips

Ints = NDArray[np.int64]


def gathering(world: Town, rng: np.random.Generator) -> Ints:
    """Innocent people drawn together by anything: taste, an evening, an offer, a season."""
    size = world.crowd_size(rng, 5, 500)
    community = int(rng.integers(world.market.communities))
    users = (
        admirers(world, rng, community, size) if rng.random() < 0.5 else world.anybody(rng, size)
    )
    count = log_uniform(rng, 1, 60)
    menu = (
        world.market.some_of(rng, community, count)
        if rng.random() < 0.5
        else world.market.listing(rng, count, int(rng.integers(1, count + 1)))
    )
    # One thing that everybody takes, or a menu from which each picks a little.
    share = rng.uniform(0.5, 1.0) if count < 3 else max(1.5 / count, rng.uniform(0.03, 0.35))
    leaning = rng.uniform(0.4, 1.6, (size, 1)) * rng.uniform(0.4, 1.6, (1, len(menu)))
    who, what = np.nonzero(rng.random((size, len(menu))) < share * leaning)
    t = times(world.rhythm, rng, int(rng.integers(0, 2)), menu[what])
    if rng.random() < 0.5:
        t = world.present(rng, users[who], t)
    world.gather(users[who], t)
    world.trips.append(habits(rng, make_trips(users[who], menu[what], t)))
    return np.unique(users[who])
