"""What a user or a ring shares with others, how many hold it in all, and how rare that is."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ringfinder.cases.chance import log10_tail
from ringfinder.cases.names import Names
from ringfinder.features.snapshot import Snapshot
from ringfinder.graph.entity_graph import EntityGraph, Links
from ringfinder.graph.hubs import KINDS
from ringfinder.vocabulary import (
    BROWSING,
    ENTITY_TYPES,
    EntityType,
    entity_types,
    link_types,
)

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_HUB = KINDS.index("hub")
_NAMED_HOLDERS = 10
_BY_CHANCE = -1.0
_RARE_FROM = 1.5


@dataclass(frozen=True)
class SharedEntity:
    """One entity that a user or a ring shares.

    `holders` users hold it in all; `in_ring` ring members do (the user in question not counted),
    chance would give `expected`, and `log10_p` is the decimal logarithm of the chance of at least
    `in_ring`. One in `one_in` entities of the type is held by so many. `weak` marks addresses of
    carriers, offices and the like, whose sharing says little. `users` names up to ten holders, ring
    members first.
    """

    kind: str
    entity: str
    code: int
    identifier: bool
    holders: int
    in_ring: int
    expected: float
    log10_p: float
    one_in: float
    weak: bool
    users: tuple[str, ...]

    @property
    def rarity(self) -> str:
        """How rare it is for an entity of the type to be held by so many, in words."""
        if self.weak:
            return "shared by a crowd: weak evidence"
        if self.one_in < _RARE_FROM:
            return "common"
        return f"1 in {self.one_in:,.0f} {self.kind}s"


def types_and_links(graph: EntityGraph) -> Iterator[tuple[EntityType, Links]]:
    """Each entity type with its links that show use or trade, never mere browsing."""
    built_in = {entity.name for entity in ENTITY_TYPES}
    declared = [name for name in graph.n_entities if name not in built_in]
    by_name = {entity.name: entity for entity in entity_types(declared)}
    for link in link_types(declared):
        if link.actions != BROWSING and link.name in graph.links:
            yield by_name[link.entity], graph.links[link.name]


def held_by(links: Links, user: int) -> Int32:
    """Give the entities of one user, ascending."""
    return links.entity[links.user_ptr[user] : links.user_ptr[user + 1]]


def holders_of(links: Links, entity: int) -> Int32:
    """Give the users of one entity, ascending."""
    return links.user[links.entity_ptr[entity] : links.entity_ptr[entity + 1]]


def shared_by_user(
    snapshot: Snapshot, names: Names, user: int, others: Int32, *, limit: int
) -> list[SharedEntity]:
    """List the entities that `user` shares, those that tell most first, at most `limit`.

    With `others` (the rest of its ring, ascending codes) these are what it shares with the ring,
    items and sellers only where chance gives so many one time in ten at most; without, the
    identifiers it shares with anybody.
    """
    found: list[SharedEntity] = []
    for entity_type, links in types_and_links(snapshot.graph):
        if not len(others) and not entity_type.identifier:
            continue
        codes = held_by(links, user)
        degrees = np.diff(links.entity_ptr)[codes]
        codes = codes[degrees > 1]
        in_ring = np.array(
            [np.isin(others, holders_of(links, int(code))).sum() for code in codes], np.int64
        )
        if len(others):
            codes, in_ring = codes[in_ring > 0], in_ring[in_ring > 0]
        picked = _describe(snapshot, names, entity_type, links, codes, in_ring, others, limit, user)
        found += picked
    return _varied(found)[:limit]


def shared_by_ring(
    snapshot: Snapshot, names: Names, members: Int32, *, limit: int
) -> list[SharedEntity]:
    """List entities that two or more of `members` (ascending codes) hold, most telling first.

    Items and sellers are left out where chance gives so many more than one time in ten.
    """
    found: list[SharedEntity] = []
    for entity_type, links in types_and_links(snapshot.graph):
        codes, in_ring = shared_codes(links, members)
        found += _describe(snapshot, names, entity_type, links, codes, in_ring, members, limit, -1)
    return _varied(found)[:limit]


def shared_codes(links: Links, members: Int32) -> tuple[Int32, Int64]:
    """Entities held by at least two of `members`, ascending, and how many of them hold each."""
    held = [held_by(links, int(member)) for member in members]
    codes, in_ring = np.unique(
        np.concatenate(held) if held else np.empty(0, np.int32), return_counts=True
    )
    return codes[in_ring > 1], in_ring[in_ring > 1]


def weak_hubs(snapshot: Snapshot, entity_type: EntityType, codes: Int32) -> npt.NDArray[np.bool_]:
    """Which of these identifiers more users hold than one hand controls: weak evidence."""
    if not entity_type.identifier:
        return np.zeros(len(codes), bool)
    return np.asarray(snapshot.graph.hubs[entity_type.name].kind[codes] == _HUB)


def _describe(
    snapshot: Snapshot,
    names: Names,
    entity_type: EntityType,
    links: Links,
    codes: Int32,
    in_ring: Int64,
    ring: Int32,
    limit: int,
    user: int,
) -> list[SharedEntity]:
    degree = np.diff(links.entity_ptr)
    alone = 1 if user >= 0 else 0
    chance = (degree[codes] - alone) * len(ring) / max(1, snapshot.n_users - alone)
    weak_ones = weak_hubs(snapshot, entity_type, codes).tolist()
    drafts = []
    for code, count, expected, weak in zip(
        codes.tolist(), in_ring.tolist(), chance, weak_ones, strict=True
    ):
        tail = log10_tail(count, float(expected)) if len(ring) else 0.0
        if len(ring) and tail > _BY_CHANCE and not entity_type.identifier:
            continue
        drafts.append((weak, tail, int(degree[code]), code, count, float(expected)))
    shared: list[SharedEntity] = []
    for weak, tail, holders, code, count, expected in sorted(drafts)[:limit]:
        at_least = int((degree >= holders).sum())
        users = holders_of(links, code)
        users = users[users != user]
        member = np.isin(users, ring)
        named = np.concatenate([users[member], users[~member]])[:_NAMED_HOLDERS]
        shared.append(
            SharedEntity(
                kind=entity_type.name,
                entity=names.ids(entity_type.name, [code])[0],
                code=code,
                identifier=entity_type.identifier,
                holders=holders,
                in_ring=count,
                expected=expected,
                log10_p=max(tail, -300.0),
                one_in=len(degree) / at_least,
                weak=weak,
                users=tuple(names.ids("user", named)),
            )
        )
    return shared


def _varied(found: list[SharedEntity]) -> list[SharedEntity]:
    """Put the most telling of each kind first, then the others, crowds last."""
    ordered = sorted(found, key=_telling)
    best: dict[str, SharedEntity] = {}
    for one in ordered:
        if not one.weak:
            best.setdefault(one.kind, one)
    heads = list(best.values())
    return heads + [one for one in ordered if best.get(one.kind) is not one]


def _telling(shared: SharedEntity) -> tuple[bool, float, int, str, int]:
    return (shared.weak, shared.log10_p, shared.holders, shared.kind, shared.code)
