"""What a team gains in its first week: rings after 0, 10, 20 and 50 verdicts.

The investigator opens the list from its top, ten rings at a time; after each ten the list is ranked
anew. The truth speaks: a ring is confirmed when at least half of its members are in rings, cleared
when fewer than a tenth are, and unsure in between, which teaches nothing. All logs are
foreign to the head that ranks them: the shipped one ranks the reference worlds, and one that
learned from one engine alone (across_engines.py) worlds of the other.

Verdicts sort what was judged, and that alone lifts the figure of a whole list. So each figure
stands beside the same without learning, where judged rings take their place and the rest keeps the
head's order:

- `ap`: ring AP of the whole list, judged rings at the place of their new score;
- `rest_ap`: ring AP of the rings not opened yet, against the planted ones not found yet;
- `found`: planted rings among those opened so far, beside those among as many of the first list.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from across_engines import head_of
from data import RESULTS, write_result
from worlds import REFERENCE, World, each_world

from ringfinder.detect.hybrid import Hybrid
from ringfinder.evaluate.benchmark.canvas import canvas, finish
from ringfinder.evaluate.matching import match
from ringfinder.evaluate.metrics import interval, ring_ap
from ringfinder.evaluate.truth import Truth, read_truth
from ringfinder.events.simulator.engine import ENGINES
from ringfinder.features.load import ids
from ringfinder.pipeline.models import shipped_model
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.rings.find import Found, find_groups
from ringfinder.rings.score import head_inputs
from ringfinder.rings.selection import select
from ringfinder.rings.statistics import column
from ringfinder.rings.verdicts import WIDTHS, Verdict, Widths, learn

VERDICTS = (0, 10, 20, 50)
BATCH = 10
LISTED = 200
SEED = 0
CONFIRMED, CLEARED = 0.5, 0.1
UNMOVED = Widths(level=0, trust=0, linear=0, alike=0, reach=1, members=0)
"""Judged rings take their place and teach nothing."""

OWN_MIXES, OWN_SEEDS = ("mixed", "slow", "bursty"), (211, 212)

Group = frozenset[str]


@dataclass(frozen=True)
class Ranked:
    """Candidates of one log with the head's scores float32 [groups], and the planted rings."""

    found: Found
    score: npt.NDArray[np.float32]
    truth: Truth
    names: list[str]
    code: dict[str, int]

    def ranked(self, said: dict[Group, bool], widths: Widths) -> list[Group]:
        """The list after verdicts, best first, chosen as `rings.find.tell_rings` chooses it."""
        verdicts = [
            Verdict(np.array([self.code[user] for user in ring], np.int32), len(ring), confirmed)
            for ring, confirmed in said.items()
        ]
        groups, statistics = self.found.groups, self.found.statistics
        score = learn(groups, statistics, self.score, verdicts, widths)
        nats = column(statistics, "net_nats") * column(statistics, "size")
        chosen = select(groups, score, nats, LISTED)
        return [frozenset(self.names[v] for v in groups.members(g).tolist()) for g in chosen]


def read_world(world: World, head: Hybrid) -> Ranked:
    """Find the candidates of a world and score them."""
    snapshot = snapshot_at(world.workspace, as_of=None, window=None)
    found = find_groups(snapshot)
    score = head.score_groups(
        snapshot, found.groups, head_inputs(found.statistics, snapshot.n_users)
    )
    names = ids(snapshot, "user")
    code = {name: i for i, name in enumerate(names)}
    return Ranked(found, score, read_truth(world.directory), names, code)


def spoken(group: Group, truth: Truth) -> bool | None:
    """What the truth says of a ring that is opened; None is unsure."""
    share = len(group & truth.guilty) / len(group)
    return True if share >= CONFIRMED else False if share < CLEARED else None


def hit(groups: Sequence[Group], rings: Sequence[Group]) -> set[int]:
    """Positions of the rings that a group meets with a Jaccard index of 0.5 or more."""
    return {
        position
        for position, ring in enumerate(rings)
        if any(2 * len(group & ring) >= len(group | ring) for group in groups)
    }


def curve(world: Ranked) -> dict[str, dict[str, Any]]:
    """Figures of one world by the number of rings opened."""
    rings = [ring.members for ring in world.truth.rings]
    first = learned = world.ranked({}, WIDTHS)
    opened: list[Group] = []
    said: dict[Group, bool] = {}
    told: dict[str, dict[str, Any]] = {}
    for k in range(0, max(VERDICTS) + 1, BATCH):
        if k in VERDICTS:
            sorted_only = world.ranked(said, UNMOVED)
            found = hit(opened, rings)
            left = [ring for i, ring in enumerate(rings) if i not in found]
            told[str(k)] = {
                "confirmed": sum(said.values()),
                "cleared": len(said) - sum(said.values()),
                "unsure": len(opened) - len(said),
                "ap": average_precision(learned, rings),
                "ap_without": average_precision(sorted_only, rings),
                "left": len(left),
                "rest_ap": average_precision(unopened(learned, opened), left),
                "rest_ap_without": average_precision(unopened(sorted_only, opened), left),
                "found": len(found) / len(rings),
                "found_without": len(hit(first[:k], rings)) / len(rings),
            }
        batch = unopened(learned, opened)[:BATCH]
        opened += batch
        said |= {group: word for group in batch if (word := spoken(group, world.truth)) is not None}
        learned = world.ranked(said, WIDTHS)
    return told


def unopened(ranked: Sequence[Group], opened: Sequence[Group]) -> list[Group]:
    """The list without the rings that were opened."""
    return [group for group in ranked if group not in set(opened)]


def average_precision(ranked: Sequence[Group], rings: Sequence[Group]) -> float | None:
    """Ring AP; None where no ring is left to find."""
    return ring_ap(match(ranked, rings)) if rings else None


def summary(curves: Sequence[dict[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Means over worlds, and bootstrap intervals over worlds of the figures and of the gains."""
    told: dict[str, dict[str, Any]] = {}
    for k in map(str, VERDICTS):
        told[k] = {}
        for name in ("ap", "rest_ap", "found"):
            pairs = [
                (one[k][name], one[k][f"{name}_without"])
                for one in curves
                if one[k][name] is not None
            ]
            learned, without = np.array(pairs, float).reshape(-1, 2).T
            told[k][name] = {
                "worlds": len(pairs),
                "mean": float(learned.mean()) if pairs else None,
                "interval": interval(learned, seed=SEED),
                "without": float(without.mean()) if pairs else None,
                "gain": float((learned - without).mean()) if pairs else None,
                "gain_interval": interval(learned - without, seed=SEED),
            }
    return told


def draw(told: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Write benchmarks/results/verdicts.svg: means and intervals; dashed what sorting gives."""
    titles = {"ap": "Ring AP of the whole list", "rest_ap": "Ring AP of what is not opened yet"}
    with canvas(RESULTS / "verdicts.svg", columns=2) as panels:
        for axes, (name, title) in zip(panels, titles.items(), strict=True):
            for place, (kind, rows) in enumerate(told.items()):
                known = {int(k): row[name] for k, row in rows.items() if row[name]["worlds"]}
                color, counts = f"C{place}", list(known)
                axes.plot(
                    counts, [one["mean"] for one in known.values()], "o-", label=kind, c=color
                )
                axes.plot(counts, [one["without"] for one in known.values()], "--", c=color)
                axes.fill_between(
                    counts,
                    *zip(*(one["interval"] for one in known.values()), strict=True),
                    color=color,
                    alpha=0.15,
                )
            finish(axes, title, "verdicts (dashed: they only sort what was judged)", "ring AP")


def main() -> None:
    """Write benchmarks/results/verdicts.json and its picture."""
    torch.set_num_threads(1)
    begun = time.monotonic()
    curves: dict[str, dict[str, Any]] = {}
    heads = {REFERENCE: Hybrid.load(shipped_model(), "cpu")}
    heads |= {engine: head_of(other) for engine, other in permutations(ENGINES, 2)}
    for world in each_world(OWN_MIXES, OWN_SEEDS):
        ranked = read_world(world, heads[world.kind])
        if ranked.truth.rings:
            one = curve(ranked)
            curves.setdefault(world.kind, {})[world.name] = one
            told = {k: round(row["ap"], 3) for k, row in one.items()}
            print(f"{world.name}: ring AP after verdicts {told}", flush=True)
    result = {
        "seconds": round(time.monotonic() - begun),
        "summary": {kind: summary(list(own.values())) for kind, own in curves.items()},
        "worlds": curves,
    }
    print(json.dumps(result["summary"], indent=1))
    write_result("verdicts", result)
    draw(result["summary"])


if __name__ == "__main__":
    main()
