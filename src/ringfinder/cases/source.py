"""What a case is made of, whatever store it is read from.

A source answers as of one sweep and the log it was made on. Codes are those of the snapshot: users
and entities numbered in order of first appearance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

HUB = "hub"
"""The kind of entity (of `graph.hubs.KINDS`) that a crowd shares."""


@dataclass(frozen=True)
class Standing:
    """A user as the log and the sweep know it.

    `rank` counts from 1, equal scores sharing the better one; `first_seen` and `last_seen` are
    microseconds UTC; `actions` counts events by `vocabulary.ACTIONS`; `bursts` tells in words where
    the user ordered again and again within hours.
    """

    user: str
    code: int
    score: float
    rank: int
    first_seen: int
    last_seen: int
    actions: tuple[int, ...]
    bursts: tuple[str, ...]


@dataclass(frozen=True)
class HeldRing:
    """A ring's line of rings.jsonl, and the ids of its members by code, codes ascending."""

    line: Mapping[str, Any]
    members: Mapping[int, str]


@dataclass(frozen=True)
class Listing:
    """The place of a ring of `size` users in the list of its sweep; `rank` counts from 1."""

    ring_id: str
    rank: int
    size: int


@dataclass(frozen=True)
class Holding:
    """An entity that users hold, by use or trade and never by mere browsing.

    `type` is its entity type, `holders` counts all users who hold it, `kind` is one of
    `graph.hubs.KINDS` and `weight` in (0, 1] falls with the number of users; `by` are the codes of
    those asked for who hold it, ascending.
    """

    type: str
    code: int
    entity: str
    identifier: bool
    holders: int
    kind: str
    weight: float
    by: tuple[int, ...]

    @property
    def weak(self) -> bool:
        """Whether it is an identifier that more users hold than one hand controls."""
        return self.identifier and self.kind == HUB


@dataclass(frozen=True)
class ItemCells:
    """An item that a user traded: in `own` slots, where `others` pairs of slot and user stand."""

    entity: str
    own: int
    others: int


@dataclass(frozen=True)
class Companion:
    """Another user in the cells of one: `cells` in all, `shared` counts the common ones by item."""

    user: str
    code: int
    cells: int
    shared: Mapping[int, int]


@dataclass(frozen=True)
class Company:
    """The cells of one user, by item code, and who else is in them.

    A cell is an item in a slot of three hours. `companions` share two cells or more, at most as
    many as were asked for, those that share most first and then in code order; `total` counts the
    pairs of cell and user of the whole log.
    """

    items: Mapping[int, ItemCells]
    companions: tuple[Companion, ...]
    total: int


@dataclass(frozen=True)
class Happening:
    """One event: its id, time (ISO, UTC), action, and the id of each entity that it names."""

    event_id: str
    ts: str
    action: str
    entities: Mapping[str, str]


class CaseSource(Protocol):
    """A store that holds a log and a sweep on it; the same answers from each, to the last bit."""

    @property
    def as_of(self) -> int:
        """The end of the log, microseconds UTC, inclusive."""
        ...

    @property
    def sweep_id(self) -> str:
        """The id of the sweep."""
        ...

    @property
    def model(self) -> str:
        """The model that scored."""
        ...

    @property
    def n_users(self) -> int:
        """Number of users of the log."""
        ...

    def standing(self, user: str) -> Standing | None:
        """Find a user by id, None when no event names it."""
        ...

    def near(self, spellings: Sequence[str], user: str, *, around: int) -> list[str]:
        """List users among `spellings`, and up to `around` just before and after `user`.

        Ids are ordered by code points; the list is in no order and may name a user twice.
        """
        ...

    def listings(self, user: Standing) -> list[Listing]:
        """List all rings that hold the user, the best ranked first."""
        ...

    def ring(self, ring_id: str) -> HeldRing:
        """Find a ring of the sweep, or raise `InputError`."""
        ...

    def held(self, user: Standing, *, identifiers_only: bool, limit: int) -> list[Holding]:
        """List what the user holds and others too, at most `limit` of each type.

        Hubs come last, then those with fewest holders first, then in code order.
        """
        ...

    def in_common(self, ring: HeldRing, user: Standing | None) -> list[Holding]:
        """List what two members hold or more, by type and code.

        With `user`, a member: only what it holds, and all identifiers that are no hubs.
        """
        ...

    def other_holders(
        self, user: Standing, held: Sequence[Holding], *, besides: HeldRing | None, limit: int
    ) -> list[tuple[str, ...]]:
        """Name other users of each of the `user`'s entities, the first `limit` in code order.

        Members of the ring `besides` are not among them.
        """
        ...

    def one_in(self, entity_type: str, holders: int) -> float:
        """Tell that one in so many entities of the type is held by at least so many users."""
        ...

    def company(self, user: Standing, *, limit: int) -> Company:
        """Give the user's cells and its companions there, `limit` at most."""
        ...

    def happenings(
        self, user: Standing, ring: HeldRing | None, *, limit: int
    ) -> tuple[list[Happening], int]:
        """Give the last `limit` events that a timeline shows, in time order, and how many it could.

        They are the trading events inside the window of the user's `ring`; where one of the two
        leaves nothing, it does not narrow the choice.
        """
        ...
