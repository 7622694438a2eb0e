"""Lineage: how the rings of this sweep continue those of the last one, or of one long past."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ringfinder.rings.ring import NEW, Lineage, Ring
from ringfinder.vocabulary import ENTITY_TYPES

SAME_RING = 0.3
"""Share of the smaller ring that both must have in common to be told as one story."""

UNCHANGED = 0.9
"""Jaccard index from which a ring is called the same."""

RETURNED = "returned"
NEW_DEVICES = f"{RETURNED} under new devices"
NEW_ACCOUNTS = f"{RETURNED} under new accounts"

_NO_THINGS = {kind.name for kind in ENTITY_TYPES if kind.place or not kind.identifier}


class Past(NamedTuple):
    """A ring of an earlier sweep: its members, and the devices and the like that they shared."""

    members: frozenset[str]
    things: frozenset[tuple[str, str]]


def past(members: Iterable[str], entities: Mapping[str, Iterable[str]]) -> Past:
    """What is remembered of a ring; `entities` by kind, as rings.jsonl has them."""
    things = {
        (kind, thing) for kind, some in entities.items() if kind not in _NO_THINGS for thing in some
    }
    return Past(frozenset(members), frozenset(things))


def follow(
    rings: Sequence[Ring],
    previous: Mapping[str, Past],
    earlier: Sequence[Mapping[str, Past]] = (),
) -> list[Ring]:
    """Rings with their lineage; `previous` holds the last sweep's rings by id.

    `earlier` holds those of sweeps before it, the newest first. A ring that continues none of the
    last sweep has returned where its accounts, or else its devices, were a ring's before.
    """
    sets = [frozenset(ring.members) for ring in rings]
    parents = [_continued(members, previous) for members in sets]
    children: dict[str, int] = {}
    for names in parents:
        for name in names:
            children[name] = children.get(name, 0) + 1
    return [
        replace(
            ring,
            lineage=_lineage(members, names, previous, children)
            if names
            else _returned(ring, previous, earlier),
        )
        for ring, members, names in zip(rings, sets, parents, strict=True)
    ]


def _lineage(
    members: frozenset[str],
    names: list[str],
    previous: Mapping[str, Past],
    children: Mapping[str, int],
) -> Lineage:
    best = previous[names[0]].members
    overlap = _jaccard(members, best)
    if len(names) > 1:
        status = "merged"
    elif children[names[0]] > 1:
        status = "split"
    elif overlap >= UNCHANGED:
        status = "same"
    else:
        status = "grew" if len(members) >= len(best) else "shrank"
    return Lineage(status, tuple(names), round(overlap, 4))


def _returned(
    ring: Ring, previous: Mapping[str, Past], earlier: Sequence[Mapping[str, Past]]
) -> Lineage:
    """Lineage of a ring none of whose accounts continue a ring of the last sweep."""
    own = past(ring.members, ring.entities)
    for known in earlier:
        if names := _continued(own.members, known):
            old = known[names[0]]
            anew = own.things and old.things and not own.things & old.things
            overlap = round(_jaccard(own.members, old.members), 4)
            return Lineage(NEW_DEVICES if anew else RETURNED, tuple(names), overlap)
    for known in (previous, *earlier):
        if names := sorted(name for name, old in known.items() if _common(own.things, old.things)):
            return Lineage(NEW_ACCOUNTS, tuple(names), 0.0)
    return NEW


def changes(rings: Sequence[Ring], previous: Mapping[str, Past]) -> dict[str, Any]:
    """What changed since the last sweep: ring ids by status, and how many stayed the same."""
    by_status: dict[str, list[str]] = {}
    for ring in rings:
        status = ring.lineage.status
        word = RETURNED if status.startswith(RETURNED) else status
        by_status.setdefault(word, []).append(ring.ring_id)
    continued = {name for ring in rings for name in ring.lineage.previous}
    words = ("new", "grew", "shrank", "merged", "split", RETURNED)
    return {
        **{word: by_status.get(word, []) for word in words},
        "gone": sorted(set(previous) - continued),
        "same": len(by_status.get("same", [])),
    }


def _continued(members: frozenset[str], known: Mapping[str, Past]) -> list[str]:
    """Rings that these members continue, the most alike first."""
    names = [name for name, old in known.items() if _common(members, old.members)]
    return sorted(names, key=lambda name: (-_jaccard(members, known[name].members), name))


def _common(one: frozenset[Any], other: frozenset[Any]) -> bool:
    return len(one & other) >= SAME_RING * min(len(one), len(other)) and bool(one & other)


def _jaccard(members: frozenset[str], old: frozenset[str]) -> float:
    return len(members & old) / len(members | old)
