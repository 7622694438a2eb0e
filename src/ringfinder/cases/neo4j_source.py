"""A case read from the shared graph, a handful of queries each.

The graph keeps single events of ring members only. Those of a user in no ring are read from the
snapshot that the sweep was made on, where this workspace has it; elsewhere its timeline counts them
all as left out.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from ringfinder.cases.happenings import window_of
from ringfinder.cases.published_sweep import PublishedSweep
from ringfinder.cases.ring_lines import rings_of, rings_with
from ringfinder.cases.source import (
    Companion,
    Company,
    Happening,
    HeldRing,
    Holding,
    ItemCells,
    Listing,
    Standing,
)
from ringfinder.cases.timeline import iso
from ringfinder.errors import InputError
from ringfinder.features.trading_cells import SLOT
from ringfinder.graph.neo4j.connection import Graph
from ringfinder.vocabulary import (
    ACTIONS,
    BROWSING,
    EntityType,
    entity_types,
    holding_links,
    relationship,
)

OwnEvents = Callable[[Standing, int], tuple[list[Happening], int]]
"""Reads the last so many events of a user in no ring, and how many there are."""


class Neo4jSource:
    """Answers what `CaseSource` promises from an open graph."""

    def __init__(self, graph: Graph, sweep: PublishedSweep, own_events: OwnEvents | None) -> None:
        self._graph = graph
        self._sweep = sweep
        self._own_events = own_events
        self._types: Mapping[str, EntityType] = {
            relationship(link.name): entity for entity, link in holding_links(sweep.declared)
        }

    @property
    def as_of(self) -> int:
        """The end of the log, microseconds UTC, inclusive."""
        return self._sweep.as_of

    @property
    def sweep_id(self) -> str:
        """The id of the sweep."""
        return self._sweep.sweep_id

    @property
    def model(self) -> str:
        """The model that scored."""
        return self._sweep.model

    @property
    def n_users(self) -> int:
        """Number of users of the log."""
        return self._sweep.users

    def standing(self, user: str) -> Standing | None:
        """Find a user by id, None when no event names it.

        Raise `InputError` where its score is of another sweep.
        """
        rows = self._graph.read("read/user", user=user)
        if not rows:
            return None
        row = rows[0]
        if row["sweep"] != self.sweep_id:
            raise InputError(
                "the scores in the graph are not of this sweep",
                f"they are of sweep {row['sweep']}, and sweep {self.sweep_id} is asked for",
                "run `ringfinder graph load`; without --as-of, the latest sweep is read",
            )
        return Standing(
            user=user,
            code=row["code"],
            score=row["score"],
            rank=row["rank"],
            first_seen=row["first_seen"],
            last_seen=row["last_seen"],
            actions=tuple(row["actions"]),
            bursts=tuple(row["bursts"]),
        )

    def near(self, spellings: Sequence[str], user: str, *, around: int) -> list[str]:
        """List users among `spellings`, and up to `around` just before and after `user`."""
        rows = self._graph.read(
            "read/near_ids", spellings=list(spellings), user=user, around=around
        )
        return [row["id"] for row in rows]

    def rings(self) -> list[HeldRing]:
        """List the rings of the sweep, best first."""
        return rings_of(self._graph, self.sweep_id)

    def listings(self, user: Standing) -> list[Listing]:
        """List all rings that hold the user, the best ranked first."""
        rows = self._graph.read("read/rings_of_user", user=user.user, sweep=self.sweep_id)
        return [Listing(row["ring_id"], row["rank"], row["size"]) for row in rows]

    def ring(self, ring_id: str) -> HeldRing:
        """Find a ring of the sweep, or raise `InputError`."""
        found = rings_with(self._graph, [self._key(ring_id)])
        if not found:
            raise InputError(
                f"no ring {ring_id!r}",
                f"sweep {self.sweep_id} in the graph found none of that id",
                "run `ringfinder rings list` to see them",
            )
        return found[0]

    def held(self, user: Standing, *, identifiers_only: bool, limit: int) -> list[Holding]:
        """List what the user holds and others too, at most `limit` of each type."""
        rows = self._graph.read(
            "read/held",
            self._links(identifiers_only=identifiers_only),
            user=user.user,
            limit=limit,
        )
        return self._holdings([{**row, "by": (user.code,)} for row in rows], ranked=True)

    def in_common(self, ring: HeldRing, user: Standing | None) -> list[Holding]:
        """List what two members hold or more; with `user`, what `CaseSource` narrows it to."""
        rows = self._graph.read(
            "read/in_common",
            self._links(identifiers_only=False),
            key=self._key(ring.line["ring_id"]),
            user=None if user is None else user.code,
            always=[link for link, entity in self._types.items() if entity.identifier],
        )
        return self._holdings(rows, ranked=False)

    def other_holders(
        self, user: Standing, held: Sequence[Holding], *, besides: HeldRing | None, limit: int
    ) -> list[tuple[str, ...]]:
        """Name other users of each entity, the first `limit` in code order, no ring members."""
        if not held:
            return []
        links = {entity.name: link for link, entity in self._types.items()}
        asked = [(links[one.type], one.code) for one in held]
        rows = self._graph.read(
            "read/other_holders",
            self._links(identifiers_only=False),
            user=user.user,
            asked=[list(one) for one in asked],
            besides=list(besides.members) if besides else [],
            limit=limit,
        )
        others = {(row["link"], row["code"]): tuple(row["others"]) for row in rows}
        return [others[one] for one in asked]

    def one_in(self, entity_type: str, holders: int) -> float:
        """Tell that one in so many entities of the type is held by at least so many users."""
        row = self._rarity[entity_type]
        counts = zip(row["holders"], row["entities"], strict=True)
        return float(row["total"] / sum(n for held, n in counts if held >= holders))

    def company(self, user: Standing, *, limit: int) -> Company:
        """Give the user's cells and its companions there, `limit` at most."""
        (row,) = self._graph.read("read/company", user=user.user, slot=SLOT, limit=limit)
        return Company(
            items={
                code: ItemCells(name, own, met) for code, name, own, met in sorted(row["items"])
            },
            companions=tuple(
                Companion(name, code, cells, dict(sorted(shared)))
                for name, code, cells, shared in row["companions"]
            ),
            total=self._sweep.cells,
        )

    def happenings(
        self, user: Standing, ring: HeldRing | None, *, limit: int
    ) -> tuple[list[Happening], int]:
        """Give the last `limit` events that a timeline shows, and how many it could."""
        trades = [name for name in ACTIONS if name not in BROWSING]
        traded = sum(user.actions[ACTIONS.index(name)] for name in trades)
        if ring is None:
            if self._own_events is None:
                return [], traded or sum(user.actions)
            return self._own_events(user, limit)
        start, end = window_of(ring.line)
        rows = self._graph.read(
            "read/orders",
            user=user.user,
            actions=trades if traded else list(ACTIONS),
            start=start,
            end=end,
            limit=limit,
        )
        events = sorted((row["event"] for row in rows), key=lambda one: (one["ts"], one["id"]))
        return [self._happening(one) for one in events], rows[0]["chosen"] if rows else 0

    def _happening(self, event: Mapping[str, Any]) -> Happening:
        kinds = [entity.name for entity in entity_types(self._sweep.declared)]
        named = {kind: event[f"{kind}_id"] for kind in kinds if f"{kind}_id" in event}
        return Happening(event["id"], iso(event["ts"]), event["action"], named)

    def _holdings(self, rows: Sequence[Mapping[str, Any]], *, ranked: bool) -> list[Holding]:
        """Make holdings, type by type; `ranked` rows keep their order inside a type."""
        order = {link: position for position, link in enumerate(self._types)}

        def place(row: Mapping[str, Any]) -> tuple[int, int]:
            return order[row["link"]], 0 if ranked else row["code"]

        return [
            Holding(
                self._types[row["link"]].name,
                row["code"],
                row["id"],
                self._types[row["link"]].identifier,
                row["holders"],
                row["kind"],
                row["weight"],
                tuple(sorted(row["by"])),
            )
            for row in sorted(rows, key=place)
        ]

    @cached_property
    def _rarity(self) -> dict[str, dict[str, Any]]:
        return {row["name"]: row for row in self._graph.read("read/rarity")}

    def _links(self, *, identifiers_only: bool) -> dict[str, str]:
        kept = (
            link
            for link, entity in self._types.items()
            if entity.identifier or not identifiers_only
        )
        return {"types": "|".join(kept)}

    def _key(self, ring_id: str) -> str:
        return f"{self.sweep_id}/{ring_id}"
