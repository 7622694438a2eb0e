"""The share of rings that some candidate group reaches, before anything is ranked.

A group reaches a ring at a Jaccard index of at least one half; no ranking finds a ring that no
group reaches. `proposed` are the groups as the channels propose them, `settled` those that
`rings.find.find_groups` makes of them, from which the list is chosen. A settled group belongs to
every channel of which a proposal settled on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from data import write_result
from worlds import MIXES, REFERENCE, World, each_world

from ringfinder.evaluate.truth import read_truth
from ringfinder.features.groups import Groups
from ringfinder.features.load import ids
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.rings.channels.registry import CHANNELS, propose
from ringfinder.rings.find import find_groups

SEEDS = (101, 102, 103)
BAR = 0.97
"""Share of the rings of the reference worlds that a settled group reaches."""


@dataclass(frozen=True)
class Reached:
    """One ring: its typology, the channels that reach it as proposed and once settled."""

    typology: str
    proposed: frozenset[str]
    settled: frozenset[str]


def reaching(groups: Groups, ring: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Positions of the groups whose Jaccard index with the ring is at least one half."""
    of = np.repeat(np.arange(len(groups)), groups.sizes)
    shared = np.bincount(of[np.isin(groups.user, ring)], minlength=len(groups))
    union = groups.sizes + len(ring) - shared
    return np.flatnonzero(2 * shared >= union)


def measure(world: World) -> tuple[dict[str, int], list[Reached]]:
    """How many groups stand to choice in a world, and what reaches each of its rings."""
    snapshot = snapshot_at(world.workspace, as_of=None, window=None)
    found = find_groups(snapshot)
    proposals, channel = propose(found.log)
    names = list(CHANNELS)
    code = {name: i for i, name in enumerate(ids(snapshot, "user"))}
    rings = []
    for ring in read_truth(world.directory).rings:
        members = np.array([code[user] for user in ring.members], np.int32)
        proposed = {names[c] for c in channel[reaching(proposals, members)].tolist()}
        settled = {c for g in reaching(found.groups, members).tolist() for c in found.channels[g]}
        rings.append(Reached(ring.typology, frozenset(proposed), frozenset(settled)))
    return {"proposed": len(proposals), "settled": len(found.groups)}, rings


def counts(rings: Iterable[Reached]) -> dict[str, int]:
    """Rings planted, and reached by proposals and by settled groups."""
    planted = list(rings)
    return {
        "planted": len(planted),
        "proposed": sum(bool(ring.proposed) for ring in planted),
        "settled": sum(bool(ring.settled) for ring in planted),
    }


def by_channel(rings: Iterable[Reached]) -> dict[str, dict[str, int]]:
    """Rings that each channel reaches, and that it alone reaches, as proposed and settled."""
    planted = list(rings)
    told = {}
    for name in CHANNELS:
        told[name] = {
            "proposed": sum(name in ring.proposed for ring in planted),
            "proposed_alone": sum(ring.proposed == {name} for ring in planted),
            "settled": sum(name in ring.settled for ring in planted),
            "settled_alone": sum(ring.settled == {name} for ring in planted),
        }
    return told


def summary(rings: list[Reached]) -> dict[str, Any]:
    """Counts over all rings of some worlds, by typology and by channel."""
    kinds = sorted({ring.typology for ring in rings})
    return {
        **counts(rings),
        "by_typology": {k: counts(ring for ring in rings if ring.typology == k) for k in kinds},
        "by_channel": by_channel(rings),
    }


def main() -> None:
    """Write benchmarks/results/reach.json."""
    worlds: dict[str, dict[str, Any]] = {}
    of_kind: dict[str, list[Reached]] = {}
    for world in each_world(MIXES, SEEDS):
        groups, rings = measure(world)
        of_kind.setdefault(world.kind, []).extend(rings)
        missed = sorted(ring.typology for ring in rings if not ring.settled)
        worlds[world.name] = {"groups": groups, **counts(rings), "missed": missed}
        print(world.name, worlds[world.name], flush=True)
    result = {
        "bar": {"worlds": REFERENCE, "share": BAR},
        "summary": {kind: summary(rings) for kind, rings in of_kind.items()},
        "worlds": worlds,
    }
    write_result("reach", result)


if __name__ == "__main__":
    main()
