"""The people of the city as customers: how often they come, what they need, what price is worth."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.city.aisles import AISLES, DEMAND, HABIT, PERIOD
from ringfinder.events.simulator.city.market import Market
from ringfinder.events.simulator.city.networks import Networks
from ringfinder.events.simulator.city.ties import Ties
from ringfinder.events.simulator.clock import DAY, END

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NEEDS = 6
"""How many aisles a person comes back to."""
_NEWCOMERS = 0.13
_LEAVERS = 0.08
_SPREAD = 0.95
"""Sigma of the log-normal activity: the busiest hundredth comes nine times as often as usual."""
_AT_ONCE = 200_000


@dataclass(eq=False)
class Citizens:
    """People by number.

    `activity` float64 [n] is how often one comes, 0 for one who never does; [`join`, `leave`)
    int64 [n] bounds the life of an account in milliseconds; `thrift` float64 [n] in [0, 1] is how
    much price decides; `needs` int8 [n, NEEDS] holds aisles.
    """

    activity: Floats
    join: Ints
    leave: Ints
    thrift: Floats
    needs: NDArray[np.int8]
    ties: Ties
    networks: Networks

    def __len__(self) -> int:
        return len(self.join)

    @cached_property
    def _reach(self) -> Floats:
        return np.cumsum(np.sqrt(self.activity))

    def some(self, rng: np.random.Generator, count: int) -> Ints:
        """At most `count` different people, the more active ones rather."""
        drawn = rng.random(2 * count + 8) * self._reach[-1]
        found = np.searchsorted(self._reach, drawn, side="right")
        return rng.permutation(np.unique(found))[:count]

    def pick_items(self, rng: np.random.Generator, market: Market, users: Ints) -> Ints:
        """An item that each of the users would look at in ordinary life."""
        reach = np.cumsum(1 / np.sqrt(PERIOD[self.needs[users]]), axis=1)
        slot = (reach <= rng.random((len(users), 1)) * reach[:, -1:]).sum(axis=1)
        return market.searched(rng, self.needs[users, slot].astype(np.int64))


def settle(rng: np.random.Generator, ties: Ties, networks: Networks) -> Citizens:
    """The customers among whom these ties are."""
    n = len(ties.job)
    join, leave = np.zeros(n, dtype=np.int64), np.full(n, END, dtype=np.int64)
    new = rng.random(n) < _NEWCOMERS
    join[new] = rng.integers(0, END - DAY, int(new.sum()))
    gone = ~new & (rng.random(n) < _LEAVERS)
    leave[gone] = rng.integers(DAY, END, int(gone.sum()))
    return Citizens(
        activity=rng.lognormal(0.0, _SPREAD, n),
        join=join,
        leave=leave,
        thrift=rng.beta(2, 3, n),
        needs=_needs(rng, n),
        ties=ties,
        networks=networks,
    )


def _needs(rng: np.random.Generator, n: int) -> NDArray[np.int8]:
    """Different aisles for each, by demand; the habitual ones come first."""
    needs = np.empty((n, NEEDS), dtype=np.int8)
    for start in range(0, n, _AT_ONCE):
        rows = needs[start : start + _AT_ONCE]
        wish = np.log(DEMAND) + rng.gumbel(size=(len(rows), len(AISLES)))
        top = np.argpartition(-wish, NEEDS, axis=1)[:, :NEEDS]
        rows[:] = np.take_along_axis(top, np.argsort(-HABIT[top], axis=1, kind="stable"), axis=1)
    return needs
