"""Lineage: how the rings of this sweep continue those of the last one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ringfinder.rings.ring import NEW, Lineage, Ring

SAME_RING = 0.3
"""Share of the smaller ring that both must have in common to be told as one story."""

UNCHANGED = 0.9
"""Jaccard index from which a ring is called the same."""


def follow(rings: Sequence[Ring], previous: Mapping[str, frozenset[str]]) -> list[Ring]:
    """Rings with their lineage; `previous` holds the members of the last sweep's rings by id."""
    sets = [frozenset(ring.members) for ring in rings]
    parents = [
        sorted(
            (name for name, old in previous.items() if _continues(members, old)),
            key=lambda name: (-_jaccard(members, previous[name]), name),
        )
        for members in sets
    ]
    children: dict[str, int] = {}
    for names in parents:
        for name in names:
            children[name] = children.get(name, 0) + 1
    return [
        replace(ring, lineage=_lineage(members, names, previous, children))
        for ring, members, names in zip(rings, sets, parents, strict=True)
    ]


def _lineage(
    members: frozenset[str],
    names: list[str],
    previous: Mapping[str, frozenset[str]],
    children: Mapping[str, int],
) -> Lineage:
    if not names:
        return NEW
    best = previous[names[0]]
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


def changes(rings: Sequence[Ring], previous: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    """What changed since the last sweep: ring ids by status, and how many stayed the same."""
    by_status: dict[str, list[str]] = {}
    for ring in rings:
        by_status.setdefault(ring.lineage.status, []).append(ring.ring_id)
    continued = {name for ring in rings for name in ring.lineage.previous}
    told = {key: by_status.get(key, []) for key in ("new", "grew", "shrank", "merged", "split")}
    return {
        **told,
        "gone": sorted(set(previous) - continued),
        "same": len(by_status.get("same", [])),
    }


def _continues(members: frozenset[str], old: frozenset[str]) -> bool:
    return len(members & old) >= SAME_RING * min(len(members), len(old)) and bool(members & old)


def _jaccard(members: frozenset[str], old: frozenset[str]) -> float:
    return len(members & old) / len(members | old)
