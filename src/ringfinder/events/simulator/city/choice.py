"""How a thing is chosen: the usual one, what the ranking shows, what is talked of, or a search."""

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.city.aisles import AISLES, HABIT
from ringfinder.events.simulator.city.market import Market
from ringfinder.events.simulator.clock import DAYS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_PLACES_A_RANKING = 600
_MOST_PLACES = 12
"""No thing gets more than one in so many places of a ranking in a night."""
_RANKED, _TALKED_OF = 0.26, 0.06
_RISE_DAYS, _FADE_DAYS = 1.0, 4.0


class Ranking:
    """What others bought lately: for each aisle a list of late purchases, renewed every night.

    Whoever picks from it picks a thing by how often it sold, so that the rich get richer.
    """

    def __init__(self, rng: np.random.Generator, market: Market) -> None:
        self._rng, self._market = rng, market
        places = int(np.clip(len(market.seller) // len(AISLES), 40, _PLACES_A_RANKING))
        aisles = np.repeat(np.arange(len(AISLES)), places)
        self._shown = market.searched(rng, aisles).reshape(len(AISLES), places)
        self._today: list[Ints] = []
        self._planned: list[list[Ints]] = [[] for _ in range(DAYS)]
        age = np.arange(DAYS)[:, None] - market.rises[None, :]
        heat = np.where(age < 0, np.exp(age / _RISE_DAYS), np.exp(-age / _FADE_DAYS))
        self._heat = np.cumsum(heat * np.sqrt(market.fame[market.trends]), axis=1)
        self._edges = np.searchsorted(market.aisle[market.trends], np.arange(len(AISLES) + 1))

    def announce(self, day: int, items: Ints) -> None:
        """Purchases of a day that were planned before."""
        self._planned[day].append(items)

    def bought(self, items: Ints) -> None:
        """Purchases of today."""
        self._today.append(items)

    def close(self, day: int) -> None:
        """Let today's purchases take places of the ranking, at most half of an aisle's."""
        items = self._rng.permutation(np.concatenate([*self._today, *self._planned[day]]))
        self._today, self._planned[day] = [], []
        aisle = self._market.aisle[items]
        places = self._shown.shape[1]
        for number in range(len(AISLES)):
            fresh = _few_of_each(items[aisle == number], places // _MOST_PLACES)[: places // 2]
            self._shown[number, self._rng.permutation(places)[: len(fresh)]] = fresh

    def ranked(self, aisles: Ints) -> Ints:
        """A thing that somebody bought lately, for each aisle."""
        return self._shown[aisles, self._rng.integers(0, self._shown.shape[1], len(aisles))]

    def talked_of(self, aisles: Ints, day: int) -> Ints:
        """A thing that is on the rise or not yet forgotten, for each aisle; -1 without one."""
        heat = np.concatenate(([0.0], self._heat[day]))
        low, high = self._edges[aisles], self._edges[aisles + 1]
        at = self._rng.uniform(heat[low], heat[high])
        place = np.clip(np.searchsorted(heat, at, side="right") - 1, low, np.maximum(high - 1, low))
        found = self._market.trends[np.minimum(place, len(self._market.trends) - 1)]
        return np.where(high > low, found, -1)


def chosen(
    rng: np.random.Generator,
    market: Market,
    ranking: Ranking,
    aisles: Ints,
    usual: Ints,
    thrift: Floats,
    day: int,
) -> Ints:
    """A thing of each aisle.

    `usual` is what a person took the last time or -1, `thrift` in [0, 1] the chance that the
    cheaper of two finds is taken.
    """
    n = len(aisles)
    found, other = market.searched(rng, aisles), market.searched(rng, aisles)
    cheaper = (market.price[other] < market.price[found]) & (rng.random(n) < thrift)
    item = np.where(cheaper, other, found)
    way = rng.random(n)
    item = np.where(way < _RANKED, ranking.ranked(aisles), item)
    rising = ranking.talked_of(aisles, day)
    item = np.where((way >= _RANKED) & (way < _RANKED + _TALKED_OF) & (rising >= 0), rising, item)
    keeps = (usual >= 0) & (rng.random(n) < HABIT[aisles])
    return np.where(keeps, usual, item)


def _few_of_each(items: Ints, most: int) -> Ints:
    """The items in their order, each at most `most` times."""
    order = np.argsort(items, kind="stable")
    ranked = items[order]
    place = np.arange(len(items)) - np.searchsorted(ranked, ranked)
    return items[np.sort(order[place < most])]
