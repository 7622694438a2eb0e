"""Who knows whom: people meet in circles (a class, a team, a street, a club) and talk there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Circles:
    """Disjoint groups of people: `of` int32 [n] is the circle of each or -1.

    `order` int32 lists people by circle, and `starts` int64 [circles + 1] bounds each circle there.
    """

    of: NDArray[np.int32]
    order: NDArray[np.int32]
    starts: Ints

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> Ints:
        """How many people each circle has."""
        return np.diff(self.starts)

    def members(self, circle: int) -> Ints:
        """The people of one circle."""
        return self.order[self.starts[circle] : self.starts[circle + 1]].astype(np.int64)

    def mates(self, rng: np.random.Generator, people: Ints) -> Ints:
        """Somebody of the circle of each, who may be the same person; -1 without a circle."""
        circle = self.of[people]
        low = self.starts[np.maximum(circle, 0)]
        size = self.starts[np.maximum(circle, 0) + 1] - low
        place = low + (rng.random(len(people)) * size).astype(np.int64)
        mate = self.order[place].astype(np.int64)
        return np.where(circle < 0, -1, mate)

    def any_of(self, rng: np.random.Generator, low: int, high: int) -> Ints:
        """The people of one circle of `low` to `high` members, or of the one nearest to that."""
        sizes = self.sizes
        away = np.maximum(low - sizes, 0) + np.maximum(sizes - high, 0)
        return self.members(int(rng.choice(np.flatnonzero(away == away.min()))))


def circles(of: Ints | NDArray[np.int32]) -> Circles:
    """Circles from the circle of each person, -1 for none; numbers are made dense."""
    known, dense = np.unique(of, return_inverse=True)
    dense = dense - int(known[0] < 0)
    order = np.argsort(dense, kind="stable")
    order = order[np.searchsorted(dense[order], 0) :]
    groups = len(known) - int(known[0] < 0)
    starts = np.searchsorted(dense[order], np.arange(groups + 1))
    return Circles(dense.astype(np.int32), order.astype(np.int32), starts)


def parted(rng: np.random.Generator, people: Ints, n: int, low: int, high: int) -> Ints:
    """A circle for each of `people` out of `n`, -1 for all others.

    Sizes are log-uniform in [low, high]; neighbours in `people` fall into the same circle.
    """
    of = np.full(n, -1, dtype=np.int64)
    most = len(people) // low + 2
    sizes = np.exp(rng.uniform(np.log(low), np.log(high + 1), most)).astype(np.int64)
    of[people] = np.searchsorted(np.cumsum(sizes), np.arange(len(people)), side="right")
    return of
