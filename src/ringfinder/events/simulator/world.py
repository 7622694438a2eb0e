"""A world while it is being built: market, people, and what has happened so far."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import END
from ringfinder.events.simulator.market import Market, open_market
from ringfinder.events.simulator.people import Counters, People, settle
from ringfinder.events.simulator.trips import Trips

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Promotion:
    """An honest flash sale: its interval [start, start + span) in milliseconds and its item."""

    start: int
    span: int
    item: int


@dataclass(frozen=True)
class RingRecord:
    """A planted ring: its members (int64, distinct), each with a role; trips carry its number."""

    typology: str
    stealth: bool
    members: Ints
    roles: list[str]


@dataclass
class World:
    """Everything the look-alikes and the rings add to, in the order they are added."""

    seed: int
    events: int
    market: Market
    people: People
    counters: Counters
    trips: list[Trips] = field(default_factory=list)
    crowds: list[tuple[str, Ints]] = field(default_factory=list)
    promotions: list[Promotion] = field(default_factory=list)
    rings: list[RingRecord] = field(default_factory=list)

    def stage(self, name: str) -> np.random.Generator:
        """The random stream of one stage of the building, its own for every name."""
        return np.random.default_rng([self.seed, *name.encode()])

    def crowd_size(self, rng: np.random.Generator, low: int, high: int) -> int:
        """A size log-uniform in [low, high], at most a tenth of all users."""
        size = int(np.exp(rng.uniform(np.log(low), np.log(high + 1))))
        return max(2, min(size, high, len(self.people) // 10))

    def anybody(self, rng: np.random.Generator, count: int) -> Ints:
        """Different users, the more active ones rather."""
        weight = np.sqrt(self.people.activity)
        return rng.choice(len(self.people), count, replace=False, p=weight / weight.sum())

    def admirers(self, rng: np.random.Generator, community: int, count: int) -> Ints:
        """Different users, those with a taste for the community first."""
        fond = (self.people.taste == community).any(axis=1)
        weight = np.where(fond, 30.0, 1.0)
        return rng.choice(len(self.people), count, replace=False, p=weight / weight.sum())

    def present(self, rng: np.random.Generator, users: Ints, t: Ints) -> Ints:
        """The times `t`, moved to a random time of the user's life where they lie outside it."""
        join, leave = self.people.join[users], self.people.leave[users]
        other = join + (rng.random(len(users)) * (leave - join)).astype(np.int64)
        return np.where((t < join) | (t >= leave), other, t)

    def gather(self, users: Ints, t: Ints) -> None:
        """Lengthen the lives of users who are seen at the times `t`."""
        np.minimum.at(self.people.join, users, np.maximum(t, 0))
        np.maximum.at(self.people.leave, users, np.minimum(t + 1, END))


def found(seed: int, events: int) -> World:
    """An empty world for a log of about `events` events."""
    rng = np.random.default_rng([seed, *b"found"])
    market = open_market(rng, events)
    counters = Counters()
    people = settle(rng, events, market, counters)
    return World(seed, events, market, people, counters)
