"""The smallest changes that would weaken the case against a user, counted and not guessed."""

import numpy as np
import numpy.typing as npt

from ringfinder.cases.lockstep import Cells, Lockstep, lockstep
from ringfinder.cases.names import Names
from ringfinder.cases.plain_text import count, visible
from ringfinder.cases.shared_entities import (
    SharedEntity,
    holders_of,
    shared_codes,
    types_and_links,
    weak_hubs,
)
from ringfinder.features.snapshot import Snapshot
from ringfinder.graph.entity_graph import Links
from ringfinder.vocabulary import EntityType

Int32 = npt.NDArray[np.int32]

_IDENTIFIERS_TRIED = 2


def what_would_change(
    snapshot: Snapshot,
    names: Names,
    user: int,
    *,
    members: Int32,
    shared: list[SharedEntity],
    cells: Cells,
    steps: Lockstep,
) -> tuple[str, ...]:
    """Sentences on what falls away without one identifier or one item.

    `members` are the codes of the user's ring, empty where there is none. The score itself is the
    model's and is not worked out again here.
    """
    return (
        *_without_identifiers(snapshot, members, shared),
        *_without_item(snapshot, names, user, cells, steps),
    )


def _without_identifiers(
    snapshot: Snapshot, members: Int32, shared: list[SharedEntity]
) -> list[str]:
    # Hubs do not count as shared identifiers: a carrier's address links nobody.
    tried = [one for one in shared if one.identifier and one.in_ring and not one.weak]
    if not tried:
        return []
    holding = {
        (entity_type.name, code): members[np.isin(members, holders_of(links, code))]
        for entity_type, links in types_and_links(snapshot.graph)
        if entity_type.identifier
        for code in _telling_codes(snapshot, entity_type, links, members)
    }
    linked = _linked(holding, None)
    sentences = []
    for one in tried[:_IDENTIFIERS_TRIED]:
        left = _linked(holding, (one.kind, one.code))
        name = f"Without {one.kind} {visible(one.entity)}"
        sentences.append(
            f"{name}, {len(left)} of {count(len(members), 'member')} share an identifier "
            f"(now {len(linked)})."
        )
    return sentences


def _telling_codes(
    snapshot: Snapshot, entity_type: EntityType, links: Links, members: Int32
) -> list[int]:
    codes, _ = shared_codes(links, members)
    return [int(code) for code in codes[~weak_hubs(snapshot, entity_type, codes)]]


def _linked(holding: dict[tuple[str, int], Int32], without: tuple[str, int] | None) -> set[int]:
    return {
        member
        for entity, holders in holding.items()
        if entity != without
        for member in holders.tolist()
    }


def _without_item(
    snapshot: Snapshot, names: Names, user: int, cells: Cells, steps: Lockstep
) -> list[str]:
    before = steps.beyond_chance
    if not before:
        return []
    own = np.unique(cells.item[cells.user == user])
    left = [
        (len(lockstep(snapshot, cells, user, without_item=int(item)).beyond_chance), int(item))
        for item in own.tolist()
    ]
    fewest, item = min(left)
    name = visible(names.ids("item", [item])[0])
    partners = count(len(before), "lockstep partner")
    return [f"Without item {name}, {fewest} of {partners} stay beyond chance."]
