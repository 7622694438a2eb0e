"""A world while it is being built: market, people, and what has happened so far.

Rings know a world only by what stands here, so that they can be planted into any engine's.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import END, Rhythm
from ringfinder.events.simulator.trips import Trips

Ints = NDArray[np.int64]


class Catalogue(Protocol):
    """What is on sale: items by number, each with the number of its seller and a price."""

    @property
    def seller(self) -> Ints:
        """The seller of each item, int64 [n_items]."""
        ...

    @property
    def sellers(self) -> int:
        """How many sellers there are."""
        ...

    def popular(self, rng: np.random.Generator, count: int) -> Ints:
        """Items drawn by demand, with repeats."""
        ...

    def listing(self, rng: np.random.Generator, items: int, sellers: int) -> Ints:
        """`items` different items of at least `sellers` sellers, as a paying client would list."""
        ...

    def dear(self, rng: np.random.Generator, items: int) -> Ints:
        """`items` different items out of the dearest tenth."""
        ...


class Population(Protocol):
    """Users by number. Arrays may be changed in place while a world is built.

    `activity` float64 [n] is how often a user comes in ordinary life, 0 for one who never does;
    `join` and `leave` int64 [n] bound a user's life in milliseconds.
    """

    activity: NDArray[np.float64]
    join: Ints
    leave: Ints

    def __len__(self) -> int: ...

    def pick_items(self, rng: np.random.Generator, market: Any, users: Ints) -> Ints:
        """An item that each of the users would look at in ordinary life."""
        ...


MarketT_co = TypeVar("MarketT_co", bound=Catalogue, covariant=True)
PeopleT_co = TypeVar("PeopleT_co", bound=Population, covariant=True)


class Counters:
    """Hands out devices and addresses, each once."""

    def __init__(self) -> None:
        self.devices = 0
        self.addresses = 0

    def new_devices(self, count: int) -> Ints:
        """`count` devices nobody else has."""
        self.devices += count
        return np.arange(self.devices - count, self.devices)

    def new_addresses(self, count: int) -> Ints:
        """`count` addresses nobody else has."""
        first = self.reserve_addresses(count)
        return np.arange(first, first + count)

    def reserve_addresses(self, count: int) -> int:
        """The first of `count` addresses side by side that nobody else has."""
        self.addresses += count
        return self.addresses - count


@dataclass(frozen=True)
class Promotion:
    """An honest flash sale: its interval [start, start + span) in milliseconds and its item.

    `kind` is what its crowd is called.
    """

    start: int
    span: int
    item: int
    kind: str = "flash"


@dataclass(frozen=True)
class RingRecord:
    """A planted ring: its members (int64, distinct), each with a role; trips carry its number."""

    typology: str
    stealth: bool
    members: Ints
    roles: list[str]


@dataclass(frozen=True)
class World(Generic[MarketT_co, PeopleT_co]):
    """Everything the look-alikes and the rings add to, in the order they are added."""

    seed: int
    events: int
    rhythm: Rhythm
    market: MarketT_co
    people: PeopleT_co
    counters: Counters
    trips: list[Trips] = field(default_factory=list)
    crowds: list[tuple[str, Ints]] = field(default_factory=list)
    promotions: list[Promotion] = field(default_factory=list)
    rings: list[RingRecord] = field(default_factory=list)

    def stage(self, name: str) -> np.random.Generator:
        """The random stream of one stage of the building, its own for every name."""
        return stage(self.seed, name)

    def crowd_size(self, rng: np.random.Generator, low: int, high: int) -> int:
        """A size log-uniform in [low, high], at most a tenth of all users."""
        size = int(np.exp(rng.uniform(np.log(low), np.log(high + 1))))
        return max(2, min(size, high, len(self.people) // 10))

    def anybody(self, rng: np.random.Generator, count: int) -> Ints:
        """Different users, the more active ones rather."""
        found = np.empty(0, dtype=np.int64)
        while len(found) < count:
            drawn = rng.random(2 * count)
            # Mostly the first half is enough, and a search among millions of users is slow.
            for some in (drawn[: count + 2], drawn[count + 2 :]):
                if len(found) < count:
                    found = distinct(np.concatenate([found, self._reached(some)]))
        return found[:count]

    def visitors(self, rng: np.random.Generator, count: int) -> Ints:
        """Users with repeats, the more active ones rather."""
        return self._reached(rng.random(count))

    def _reached(self, drawn: NDArray[np.float64]) -> Ints:
        """Who is met at these shares of the way through all chances."""
        reached = np.searchsorted(self._reach, drawn * self._reach[-1], side="right")
        found: Ints = np.minimum(reached, len(self.people) - 1)
        return found

    @cached_property
    def _reach(self) -> NDArray[np.float64]:
        """Running chance of each user to be drawn, as when it was first asked for."""
        return np.cumsum(np.sqrt(self.people.activity))

    def present(self, rng: np.random.Generator, users: Ints, t: Ints) -> Ints:
        """The times `t`, moved to a random time of the user's life where they lie outside it."""
        join, leave = self.people.join[users], self.people.leave[users]
        other = join + (rng.random(len(users)) * (leave - join)).astype(np.int64)
        return np.where((t < join) | (t >= leave), other, t)

    def gather(self, users: Ints, t: Ints) -> None:
        """Lengthen the lives of users who are seen at the times `t`."""
        np.minimum.at(self.people.join, users, np.maximum(t, 0))
        np.maximum.at(self.people.leave, users, np.minimum(t + 1, END))


AnyWorld = World[Catalogue, Population]
"""A world of any engine."""


def distinct(drawn: Ints) -> Ints:
    """The different numbers among those drawn, in the order of the draw."""
    return drawn[np.sort(np.unique(drawn, return_index=True)[1])]


def stage(seed: int, name: str) -> np.random.Generator:
    """The random stream of one stage of a seed's world, its own for every name."""
    return np.random.default_rng([seed, *name.encode()])
