"""Who of a ring takes what of its list: the shapes of random rings."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ringfinder.evaluate.background import log_uniform

Takes = NDArray[np.bool_]
"""Who takes what, bool [members, things of the list]; everybody something."""

DENSITY = (0.2, 0.95)
_MOST_TAKEN = (2, 30)


def of_each(rng: np.random.Generator, wanted: NDArray[np.int64], count: int) -> Takes:
    """For each member as many of `count` things as wanted, at random."""
    place = rng.random((len(wanted), count)).argsort(axis=1).argsort(axis=1)
    found: Takes = place < wanted[:, None]
    return found


def pairs(taken: Takes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Members and things of all that is taken, int64 [orders], by position."""
    who, what = np.nonzero(taken)
    return who.astype(np.int64), what.astype(np.int64)


def block(rng: np.random.Generator, size: int, count: int) -> Takes:
    """Everybody takes much the same share of the list, of at most a few to thirty things."""
    most = log_uniform(rng, *_MOST_TAKEN)
    wanted = np.clip(rng.binomial(count, rng.uniform(*DENSITY), size), min(2, count), most)
    return of_each(rng, wanted, count)


def chain(rng: np.random.Generator, size: int, count: int) -> Takes:
    """Each takes a stretch of the list; stretches of neighbours overlap, the ends lie apart."""
    stretch = int(rng.integers(2, 5))
    first = np.arange(size) * max(1, count - stretch) // size
    taken = first[:, None] + np.arange(stretch)
    found: Takes = (taken[:, :, None] == np.arange(count)).any(axis=1)
    return found


def star(rng: np.random.Generator, size: int, count: int) -> Takes:
    """One to three take the whole list, each other one or two things of it."""
    wanted = rng.integers(1, 3, size)
    wanted[: int(rng.integers(1, 4))] = count
    return of_each(rng, wanted, count)


def jobs(rng: np.random.Generator, size: int, count: int) -> Takes:
    """Each thing is a job for some of the pool, any two of whom share a few jobs."""
    share = rng.uniform(0.1, 0.5)
    taken = rng.random((size, count)) < share
    idle = np.flatnonzero(~taken.any(axis=1))
    taken[idle, rng.integers(0, count, len(idle))] = True
    return taken


def one_target(rng: np.random.Generator, size: int, count: int) -> Takes:
    """Nearly everybody takes the one thing, or both of the two."""
    taken = rng.random((size, count)) < rng.uniform(0.8, 1.0)
    taken[:, 0] |= ~taken.any(axis=1)
    return taken


def scattered(rng: np.random.Generator, size: int, count: int) -> Takes:
    """Each takes one to four things of a list so long that hardly two take the same."""
    return of_each(rng, rng.integers(1, 5, size), count)


SHAPES: dict[str, tuple[Callable[[np.random.Generator, int, int], Takes], tuple[int, int]]] = {
    "block": (block, (2, 40)),
    "chain": (chain, (6, 60)),
    "star": (star, (3, 30)),
    "jobs": (jobs, (5, 60)),
    "one target": (one_target, (1, 2)),
    "scattered": (scattered, (1_000, 1_000)),
}
"""By name: who takes what, and the ends, both within, of how many things there are to take."""
