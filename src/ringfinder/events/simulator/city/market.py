"""What is on sale: items on shelves by aisle and price, with the fame that history left them."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.city.aisles import AISLES, PRICE, RANGE, VISITS
from ringfinder.events.simulator.clock import DAYS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_EVENTS_AN_ITEM = 15
_ITEMS_A_SELLER = 14
_FEWEST_ITEMS = 400
_FEWEST_SELLERS = 60
_FAME = 1.25
"""Yule's rho: each new buyer picks an item by its buyers so far, but one in five at random."""
_MOST_FAME = 0.25
"""Fame saturates at so much for each item of the aisle: no thing takes an aisle for itself."""
_NO_NEED_TO_PAY = 0.97
_BUZZ_ONE_IN = 60
_TALK_SPREAD = 1.2


@dataclass(frozen=True)
class Market:
    """A catalogue: arrays by item, ordered by aisle and then by price.

    `fame` float64 is the weight that past demand left an item, `reach` its running sum; `talk`
    float64 is how much oftener than usual a buyer speaks of it;
    `edges` int64 [aisles + 1] bounds the aisles. `trends` are items that rise on a day `rises`
    and fade; `sold` collects what planned trips bought, as (times, items), so that the ranking
    hears of it.
    """

    seller: Ints
    sellers: int
    price: Floats
    aisle: Ints
    fame: Floats
    talk: Floats
    reach: Floats
    edges: Ints
    trends: Ints
    rises: Floats
    sold: list[tuple[Ints, Ints]] = field(default_factory=list)

    def searched(self, rng: np.random.Generator, aisles: Ints) -> Ints:
        """An item of each aisle, by fame."""
        low, high = self.reach[self.edges[aisles]], self.reach[self.edges[aisles + 1]]
        found = np.searchsorted(self.reach, rng.uniform(low, high), side="right") - 1
        item: Ints = np.clip(found, self.edges[aisles], self.edges[aisles + 1] - 1)
        return item

    def similar(self, rng: np.random.Generator, items: Ints) -> Ints:
        """Another item for each, from the same shelf and of about the same price."""
        aisles = self.aisle[items]
        low, high = self.edges[aisles], self.edges[aisles + 1]
        step = np.minimum(rng.geometric(0.12, len(items)), high - low - 1)
        other = np.where(rng.random(len(items)) < 0.5, items + step, items - step)
        item: Ints = low + (other - low) % (high - low)
        return item

    def popular(self, rng: np.random.Generator, count: int) -> Ints:
        """Items drawn by demand, with repeats."""
        return self.searched(rng, rng.choice(len(AISLES), count, p=VISITS))

    def some_of(self, rng: np.random.Generator, aisle: int, count: int) -> Ints:
        """At most `count` different items of one aisle, by fame."""
        drawn = self.searched(rng, np.full(4 * count + 8, aisle))
        return rng.permutation(np.unique(drawn))[:count]

    def of_shop(self, rng: np.random.Generator, items: int, aisle: int | None = None) -> Ints:
        """At most `items` different items of one shop that has many, of an aisle if given."""
        low, high = (0, len(self.seller)) if aisle is None else self.edges[[aisle, aisle + 1]]
        best = np.empty(0, dtype=np.int64)
        for shop in self.seller[rng.integers(low, high, 12)]:
            mine = self._stock[self._shops[shop] : self._shops[shop + 1]]
            mine = mine[(mine >= low) & (mine < high)]
            if min(len(mine), items) > min(len(best), items):
                best = mine
        return rng.permutation(best)[:items]

    def listing(self, rng: np.random.Generator, items: int, sellers: int) -> Ints:
        """`items` different items of `sellers` shops in lively aisles, best sellers left out.

        Further shops help out where these have too few.
        """
        stock, trade = self._clients
        each = -(-items // sellers)
        able = np.flatnonzero(stock >= min(each, int(self._stocks[-sellers])))
        share = trade[able] / stock[able]
        chosen = rng.choice(able, sellers, replace=False, p=share / share.sum())
        mine, turn = [], []
        for shop in chosen:
            own = self._stock[self._shops[shop] : self._shops[shop + 1]]
            own = own[self.fame[own] <= self._famous]
            mine.append(own[np.argsort(rng.exponential(1.0, len(own)) / np.sqrt(self.fame[own]))])
            turn.append(np.arange(len(own)))
        listed = np.concatenate(mine)[np.argsort(np.concatenate(turn), kind="stable")][:items]
        if len(listed) == items:
            return listed
        rest = np.setdiff1d(np.flatnonzero(self.fame <= self._famous), listed)
        return np.concatenate([listed, rng.choice(rest, items - len(listed), replace=False)])

    def dear(self, rng: np.random.Generator, items: int) -> Ints:
        """`items` different items out of the dearest tenth."""
        return rng.choice(self._dearest, items, replace=False)

    @cached_property
    def _stock(self) -> Ints:
        """The items in the order of their shops."""
        return np.argsort(self.seller, kind="stable")

    @cached_property
    def _shops(self) -> Ints:
        """Where each shop begins in `_stock`."""
        return np.searchsorted(self.seller[self._stock], np.arange(self.sellers + 1))

    @cached_property
    def _famous(self) -> float:
        """The fame above which a thing needs no paid orders."""
        return float(np.quantile(self.fame, _NO_NEED_TO_PAY))

    @cached_property
    def _clients(self) -> tuple[Ints, Floats]:
        """How many items a shop might pay for, and how much these aisles are asked for."""
        pool = np.flatnonzero(self.fame <= self._famous)
        asked = (VISITS / RANGE)[self.aisle[pool]]
        return (
            np.bincount(self.seller[pool], minlength=self.sellers).astype(np.int64),
            np.bincount(self.seller[pool], asked, self.sellers).astype(np.float64),
        )

    @cached_property
    def _stocks(self) -> Ints:
        """How many items shops might pay for, ascending."""
        return np.sort(self._clients[0])

    @cached_property
    def _dearest(self) -> Ints:
        return np.flatnonzero(self.price >= np.quantile(self.price, 0.9))


def open_market(rng: np.random.Generator, events: int) -> Market:
    """Shops with their stock for a log of about `events` events.

    Fame is Yule-Simon, where rich-get-richer demand settles (Simon 1955).
    """
    items = max(_FEWEST_ITEMS, events // _EVENTS_AN_ITEM)
    sellers = max(_FEWEST_SELLERS, items // _ITEMS_A_SELLER)
    trade = rng.choice(len(AISLES), sellers, p=RANGE)
    level = rng.lognormal(0.0, 0.25, sellers)
    stock = rng.pareto(1.3, sellers) + 1
    seller = rng.choice(sellers, items, p=stock / stock.sum())
    aisle = np.where(
        rng.random(items) < 0.8, trade[seller], rng.choice(len(AISLES), items, p=RANGE)
    )
    aisle[rng.permutation(items)[: 4 * len(AISLES)]] = np.repeat(np.arange(len(AISLES)), 4)
    price = np.maximum(0.5, PRICE[aisle] * level[seller] * rng.lognormal(0.0, 0.75, items))
    price = np.where(rng.random(items) < 0.6, np.ceil(price) - 0.01, price.round(2))
    order = np.lexsort((price, aisle))
    seller, aisle, price = seller[order], aisle[order], price[order]
    edges = np.searchsorted(aisle, np.arange(len(AISLES) + 1))
    fame = rng.geometric(np.exp(-rng.exponential(1 / _FAME, items))).astype(np.float64)
    fame = np.minimum(fame, 1 + _MOST_FAME * np.diff(edges)[aisle])
    trends = rng.choice(items, max(3, items // _BUZZ_ONE_IN), replace=False)
    return Market(
        seller=seller,
        sellers=sellers,
        price=price,
        aisle=aisle,
        fame=fame,
        talk=rng.lognormal(-0.5 * _TALK_SPREAD**2, _TALK_SPREAD, items),
        reach=np.concatenate(([0.0], np.cumsum(fame))),
        edges=edges,
        trends=trends[np.argsort(aisle[trends], kind="stable")],
        rises=rng.uniform(-6, DAYS, len(trends)),
    )
