"""Rings as the shared graph holds them, put together again as lines of rings.jsonl."""

from collections.abc import Mapping, Sequence
from typing import Any

from ringfinder.cases.source import HeldRing
from ringfinder.graph.neo4j.connection import Graph
from ringfinder.vocabulary import label

_MOST_RINGS = 10_000
_HEAD = ("ring_id", "rank", "score", "alert", "p_value", "size")
_FACT = ("kind", "text", "entity_type", "entity", "users", "observed", "expected", "event_ids")
_CHECK = ("hypothesis", "verdict", "value", "text")


def rings_of(graph: Graph, sweep_id: str) -> list[HeldRing]:
    """Read all rings of a sweep, best first."""
    keys = [row["key"] for row in graph.read("read/ring_keys", sweep=sweep_id, limit=_MOST_RINGS)]
    return rings_with(graph, keys)


def rings_with(graph: Graph, keys: Sequence[str]) -> list[HeldRing]:
    """Read the rings with these keys, in their order; those that are not there are left out."""
    found = {row["key"]: row for row in graph.read("read/rings", keys=list(keys))}
    return [_held_ring(found[key]) for key in keys if key in found]


def _held_ring(row: Mapping[str, Any]) -> HeldRing:
    ring, members = row["ring"], sorted(row["members"], key=lambda member: member[1])
    line = {
        **{name: ring[name] for name in _HEAD},
        "members": [user for _, user, _ in members],
        "roles": {user: role for _, user, role in members},
        "window": ring["window"],
        "entities": _entities(ring["kinds"], row["entities"]),
        "operators": _operators(ring["kinds"], row["entities"]),
        "channels": ring["channels"],
        "evidence": _in_order(row["evidence"], _FACT),
        "lookalike_checks": _in_order(row["checks"], _CHECK),
        "lineage": {name: ring[name] for name in ("status", "previous", "overlap")},
    }
    return HeldRing(line, {code: user for code, user, _ in sorted(members)})


def _entities(kinds: Sequence[str], involved: Sequence[Any]) -> dict[str, list[str]]:
    return {
        kind: [
            entity
            for labels, _, entity, _ in sorted(involved, key=lambda one: one[1])
            if label(kind) in labels
        ]
        for kind in kinds
    }


def _operators(kinds: Sequence[str], involved: Sequence[Any]) -> dict[str, list[str]]:
    found = _entities(kinds, [one for one in involved if one[3]])
    return {kind: entities for kind, entities in found.items() if entities}


def _in_order(told: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[dict[str, Any]]:
    ordered = sorted(told, key=lambda one: one["position"])
    return [{name: one.get(name) for name in names} for one in ordered]
