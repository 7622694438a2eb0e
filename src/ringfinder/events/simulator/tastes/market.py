"""Items and sellers: communities of interest, power-law demand, prices."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_TRIES = 60
"""Sellers who are asked whether they alone have a list, before several are taken."""


@dataclass(frozen=True)
class Market:
    """What is on sale; items of one community lie side by side.

    `seller` int64 [n_items]; `price` float64 [n_items] in currency units; `cumulative` float64
    [n_items] running demand; `bounds` int64 [communities + 1] first item of each community;
    `by_seller` items ordered by seller, with `seller_bounds` int64 [n_sellers + 1].
    """

    seller: Ints
    price: NDArray[np.float64]
    cumulative: NDArray[np.float64]
    bounds: Ints
    by_seller: Ints
    seller_bounds: Ints

    @property
    def sellers(self) -> int:
        """How many sellers there are."""
        return len(self.seller_bounds) - 1

    @property
    def communities(self) -> int:
        """The number of communities of interest."""
        return len(self.bounds) - 1

    def popular(self, rng: np.random.Generator, count: int) -> Ints:
        """Items drawn by demand."""
        return self._find(rng.random(count) * self.cumulative[-1])

    def of_taste(self, rng: np.random.Generator, communities: Ints) -> Ints:
        """One item of each community named, drawn by demand."""
        low, high = self._edges[communities], self._edges[communities + 1]
        return self._find(low + rng.random(len(communities)) * (high - low))

    def some_of(self, rng: np.random.Generator, community: int, count: int) -> Ints:
        """At most `count` different items of one community, any demand."""
        items = np.arange(self.bounds[community], self.bounds[community + 1])
        return rng.choice(items, min(count, len(items)), replace=False)

    def listing(self, rng: np.random.Generator, items: int, sellers: int) -> Ints:
        """`items` different items of at least `sellers` sellers, as a paying client would list."""
        chosen: list[Ints] = []
        left, tried = items, set[int]()
        while left and len(tried) < self.sellers:
            seller = int(rng.integers(self.sellers))
            if seller in tried:
                continue
            tried.add(seller)
            shelf = self.by_seller[self.seller_bounds[seller] : self.seller_bounds[seller + 1]]
            if sellers == 1 and len(shelf) < items and len(tried) < _TRIES:
                continue
            open_sellers = max(1, sellers - len(chosen))
            share = min(len(shelf), left, -(-left // open_sellers))
            if share:
                chosen.append(rng.choice(shelf, share, replace=False))
                left -= share
        return np.concatenate(chosen)

    def dear(self, rng: np.random.Generator, items: int) -> Ints:
        """`items` different items out of the dearest tenth."""
        return rng.choice(self._dearest, items, replace=False)

    @cached_property
    def _edges(self) -> NDArray[np.float64]:
        """The demand that is reached where each community begins, and in the end."""
        return np.concatenate(([0.0], self.cumulative))[self.bounds]

    @cached_property
    def _dearest(self) -> Ints:
        return np.flatnonzero(self.price >= np.quantile(self.price, 0.9))

    def _find(self, demand: NDArray[np.float64]) -> Ints:
        found = np.searchsorted(self.cumulative, demand, side="right")
        return np.minimum(found, len(self.cumulative) - 1)


def open_market(rng: np.random.Generator, events: int) -> Market:
    """A market for a log of about `events` events."""
    n_items = max(200, events // 26)
    n_sellers = max(12, events // 400)
    n_communities = int(np.clip(events // 5_000, 8, 2_000))
    sizes = rng.multinomial(n_items - 2 * n_communities, rng.dirichlet(np.full(n_communities, 2.0)))
    bounds = np.concatenate(([0], np.cumsum(sizes + 2)))
    community = np.repeat(np.arange(n_communities), sizes + 2)

    seller_size = rng.pareto(1.2, n_sellers) + 0.3
    seller_home = rng.integers(n_communities, size=n_sellers)
    order = np.argsort(seller_home, kind="stable")
    homes = np.searchsorted(seller_home[order], np.arange(n_communities + 1))
    weight = np.cumsum(seller_size[order])
    edges = np.concatenate(([0.0], weight))[homes]
    low, high = edges[community], edges[community + 1]
    elsewhere = (high <= low) | (rng.random(n_items) < 0.2)
    low, high = np.where(elsewhere, 0.0, low), np.where(elsewhere, weight[-1], high)
    drawn = np.searchsorted(weight, low + rng.random(n_items) * (high - low), side="right")
    seller = order[np.minimum(drawn, n_sellers - 1)]

    level = rng.normal(3.3, 0.8, n_sellers)
    price = np.exp(level[seller] + rng.normal(0, 0.5, n_items))
    ending = rng.choice([0.0, 0.5, 0.9, 0.99], n_items)
    price = np.maximum(np.floor(price), 0.0) + np.where(price < 1, 0.9, ending)
    demand = rng.pareto(1.5, n_items) + 0.6
    demand *= np.repeat(rng.lognormal(0, 0.4, n_communities), sizes + 2)
    demand = np.minimum(demand, demand.sum() * 0.004)
    by_seller = np.argsort(seller, kind="stable")
    return Market(
        seller=seller,
        price=np.maximum(price, 0.9),
        cumulative=np.cumsum(demand),
        bounds=bounds,
        by_seller=by_seller,
        seller_bounds=np.searchsorted(seller[by_seller], np.arange(n_sellers + 1)),
    )
