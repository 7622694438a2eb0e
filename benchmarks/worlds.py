"""Sweep every reference world with the shipped model and measure rings and users.

The worlds were made apart from the project; nothing that ships was trained on them. The peers'
ring AP stand in the notes that come with the worlds and were not measured here.
"""

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from data import RESULTS, data_directory

from ringfinder.evaluate.benchmark.machine import machine
from ringfinder.pipeline.evaluate import evaluate
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.sweep import sweep
from ringfinder.store.workspace import Workspace

PEERS_RING_AP = {
    "Leiden CPM 0.02": {"bursty": 0.18, "mixed": 0.185, "slow": 0.365, "identifier": 0.21},
    "time cells + Leiden": {"bursty": 0.24, "mixed": 0.04, "slow": 0.06, "identifier": 0.065},
    "identifier rule": {"bursty": 0.17, "mixed": 0.03, "slow": 0.0, "identifier": 0.16},
    "SynchroTrap-like": {"bursty": 0.15, "mixed": 0.02, "slow": 0.01, "identifier": 0.0},
    "FRAUDAR": {"bursty": 0.01, "mixed": 0.01, "slow": 0.01, "identifier": 0.01},
}
"""Quoted from the worlds' notes, for other seeds of the same kind; FRAUDAR's are upper bounds."""


MIXED = ("mixed-11", "mixed-12", "mixed-13")

PEERS_USER_AP = "0.17 to 0.29"
"""Quoted likewise: boosted trees on flat user columns, rings held out."""


def measure(world: Path, model: str | None) -> dict[str, Any]:
    """Ingest, sweep and evaluate one world in a workspace of its own."""
    with tempfile.TemporaryDirectory() as place:
        workspace = Workspace(Path(place))
        ingest(workspace, [world / "events.parquet"])
        begun = time.perf_counter()
        sweep(workspace, model=model)
        seconds = time.perf_counter() - begun
        figures = asdict(evaluate(workspace, truth=world))
    return {"sweep_seconds": round(seconds, 1), **figures}


def summary(row: dict[str, Any]) -> dict[str, Any]:
    """The figures that are looked at first."""
    rings, users = row["rings"], row["user_level"]["without_label"]
    return {
        "ring_ap": _rounded(rings["ap"]),
        "p@10": _rounded(rings["precision_at"]["10"]),
        "p@24": _rounded(rings["precision_at"]["24"]),
        "recall@50": _rounded(rings["recall_at"]["50"]),
        "median_j": _rounded(rings["median_jaccard"]),
        "user_ap": _rounded(users["ap"]),
        "base": _rounded(users["base_rate"]),
        "alerts": row["alerts"]["alerts"],
        "false_alerts": row["alerts"]["false"],
        "false_in_50": rings["false_by_kind_at_50"],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def main() -> None:
    """Write benchmarks/results/worlds.json, or print where --print is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", action="append", help="only these, by name")
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    options = parser.parse_args()
    root = data_directory("worlds")
    if root is None:
        print("skipped: the reference worlds are not here (set RINGFINDER_DATA)")
        return
    found: dict[str, Any] = {}
    for world in sorted(root.iterdir()):
        if options.world and world.name not in options.world:
            continue
        found[world.name] = row = measure(world, None)
        print(f"{world.name:16s} {json.dumps(summary(row))}", flush=True)
    mixed = [row["rings"]["ap"] for name, row in found.items() if name in MIXED]
    if mixed:
        print(f"mixed, mean of {len(mixed)}: {statistics.mean(mixed):.3f}")
    if not options.dry and not options.world:
        result = {
            "machine": machine(),
            "peers_ring_ap_quoted": PEERS_RING_AP,
            "peers_user_ap_quoted": PEERS_USER_AP,
            "worlds": found,
        }
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "worlds.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
