"""What users of a snapshot hold: the entities they used or traded, and who holds each."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ringfinder.cases.names import Names
from ringfinder.cases.source import HUB, Holding
from ringfinder.features.snapshot import Snapshot
from ringfinder.graph.entity_graph import EntityGraph, Links
from ringfinder.graph.hubs import KINDS
from ringfinder.vocabulary import EntityType, holding_links

Int32 = npt.NDArray[np.int32]


class Held(NamedTuple):
    """Entities of a type by code, ascending, and for each who of those asked for holds it."""

    codes: Sequence[int]
    by: Sequence[tuple[int, ...]]


def types_and_links(graph: EntityGraph) -> Iterator[tuple[EntityType, Links]]:
    """Each entity type of a graph with its links of use or trade."""
    for entity, link in holding_links(graph.declared):
        if link.name in graph.links:
            yield entity, graph.links[link.name]


def holders_of(links: Links, entity: int) -> Int32:
    """Give the users of one entity, ascending."""
    return links.user[links.entity_ptr[entity] : links.entity_ptr[entity + 1]]


def held_by_user(
    snapshot: Snapshot, names: Names, user: int, *, identifiers_only: bool, limit: int
) -> list[Holding]:
    """Do what `CaseSource.held` promises, for the code of a user."""
    found: list[Holding] = []
    hub = KINDS.index(HUB)
    for entity_type, links in types_and_links(snapshot.graph):
        if entity_type.identifier or not identifiers_only:
            codes = _held(links, user)
            holders = np.diff(links.entity_ptr)[codes]
            codes, holders = codes[holders > 1], holders[holders > 1]
            crowd = np.asarray(snapshot.graph.hubs[entity_type.name].kind)[codes] == hub
            codes = codes[np.lexsort((codes, holders, crowd))][:limit]
            held = Held(codes.tolist(), [(user,)] * len(codes))
            found += _holdings(snapshot, names, entity_type, links, held)
    return found


def held_in_common(
    snapshot: Snapshot, names: Names, members: Sequence[int], user: int | None
) -> list[Holding]:
    """Do what `CaseSource.in_common` promises, for codes of members, ascending, and of a user."""
    found: list[Holding] = []
    hub = KINDS.index(HUB)
    for entity_type, links in types_and_links(snapshot.graph):
        kind = snapshot.graph.hubs[entity_type.name].kind
        shared = [
            (code, by)
            for code, by in _in_common(links, members)
            if user is None or user in by or (entity_type.identifier and kind[code] != hub)
        ]
        held = Held([code for code, _ in shared], [by for _, by in shared])
        found += _holdings(snapshot, names, entity_type, links, held)
    return found


def _held(links: Links, user: int) -> Int32:
    return np.asarray(links.entity[links.user_ptr[user] : links.user_ptr[user + 1]])


def _in_common(links: Links, members: Sequence[int]) -> Iterator[tuple[int, tuple[int, ...]]]:
    held = [_held(links, member) for member in members]
    entity = np.concatenate([np.empty(0, np.int32), *held])
    who = np.repeat(np.array(members, np.int64), [len(codes) for codes in held])
    order = np.argsort(entity, kind="stable")
    entity, who = entity[order], who[order]
    codes, first, size = np.unique(entity, return_index=True, return_counts=True)
    for code, at, n in zip(codes.tolist(), first.tolist(), size.tolist(), strict=True):
        if n > 1:
            yield code, tuple(who[at : at + n].tolist())


def _holdings(
    snapshot: Snapshot, names: Names, entity_type: EntityType, links: Links, held: Held
) -> list[Holding]:
    codes = np.array(held.codes, np.int64)
    hubs = snapshot.graph.hubs[entity_type.name]
    columns = zip(
        held.codes,
        names.ids(entity_type.name, held.codes),
        np.diff(links.entity_ptr)[codes].tolist(),
        np.asarray(hubs.kind)[codes].tolist(),
        np.asarray(hubs.weight)[codes].tolist(),
        held.by,
        strict=True,
    )
    return [
        Holding(
            entity_type.name, code, entity, entity_type.identifier, holders, KINDS[kind], weight, by
        )
        for code, entity, holders, kind, weight, by in columns
    ]
