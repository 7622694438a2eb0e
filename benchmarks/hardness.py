"""Whether our worlds are as hard as the reference worlds: each peer's ring AP on both.

Ours are five seeds of 300 k events of each mix. A figure below `NOISE` is no more than luck, so
ratios are taken of figures no lower than that. The reference worlds only judge here: nothing that
finds rings is fitted on them, but the mechanics of the engine `tastes` and of the rings were moved
towards them. Smaller worlds are measured too, so that a test can hold their figures.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from data import RESULTS, data_directory

from ringfinder.evaluate.benchmark.machine import machine
from ringfinder.evaluate.matching import match
from ringfinder.evaluate.metrics import ring_ap
from ringfinder.evaluate.peers.log import read_log
from ringfinder.evaluate.peers.registry import PEERS, load, missing
from ringfinder.evaluate.truth import read_truth
from ringfinder.events.simulator.engine import ENGINES
from ringfinder.pipeline.simulate import simulate

REFERENCE = {
    "bursty": ("bursty-11",),
    "mixed": ("mixed-11", "mixed-12", "mixed-13"),
    "slow": ("slow-11",),
    "identifier": ("identifier-11",),
}
"""The reference worlds of each mix, all of 300 k events."""
EVENTS = 300_000
SEEDS = (1, 2, 3, 4, 5)
NOISE = 0.05
FACTOR = 2.0
SMALL_EVENTS = 80_000
SMALL_SEEDS = (1, 2, 3)
SMALL_PEERS = ("leiden-cpm", "time-cells", "identifier-rule")


def ring_aps(world: Path, peers: list[str]) -> dict[str, float]:
    """Each peer's ring AP on one world."""
    truth = read_truth(world)
    rings = [ring.members for ring in truth.rings]
    log = read_log(world / "events.parquet")
    names = log.users.to_pylist()
    found = {}
    for peer in peers:
        groups = [frozenset(names[u] for u in group) for group in load(peer).groups(log)]
        found[peer] = ring_ap(match(groups, rings)) or 0.0
    return found


def on_ours(job: tuple[str, str, int, int, list[str]]) -> dict[str, float]:
    """Each peer's ring AP on the world of that engine, mix, size and seed."""
    engine, mix, events, seed, peers = job
    with tempfile.TemporaryDirectory() as place:
        simulate(Path(place) / "world", events=events, seed=seed, mix=mix, engine=engine)
        return ring_aps(Path(place) / "world", peers)


def mean(rows: list[dict[str, float]]) -> dict[str, float]:
    """The mean of each peer's figures."""
    return {peer: round(statistics.mean(row[peer] for row in rows), 4) for peer in rows[0]}


def compared(ours: dict[str, float], theirs: dict[str, float]) -> dict[str, float]:
    """How much easier ours are: the ratio of figures no lower than `NOISE`."""
    return {p: round(max(ours[p], NOISE) / max(theirs[p], NOISE), 2) for p in ours}


def measure(engines: list[str], mixes: list[str], peers: list[str], seeds: int) -> dict[str, Any]:
    """The figures of every engine and mix, of the reference where it is here, and their ratios."""
    root = data_directory("worlds")
    jobs = [(e, m, EVENTS, s, peers) for e in engines for m in mixes for s in SEEDS[:seeds]]
    theirs: dict[str, dict[str, float]] = {}
    rows: dict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        if root is not None:
            worlds = [(mix, root / name) for mix in mixes for name in REFERENCE[mix]]
            found = pool.map(ring_aps, [w for _, w in worlds], [peers] * len(worlds))
            for (mix, _), row in zip(worlds, found, strict=True):
                rows["reference", mix].append(row)
            theirs = {mix: mean(rows["reference", mix]) for mix in mixes}
        for job, row in zip(jobs, pool.map(on_ours, jobs), strict=True):
            rows[job[0], job[1]].append(row)
    result: dict[str, Any] = {"reference": theirs}
    for engine in engines:
        result[engine] = {}
        for mix in mixes:
            ours = mean(rows[engine, mix])
            result[engine][mix] = {"ring_ap": ours}
            if theirs:
                result[engine][mix]["ratio"] = compared(ours, theirs[mix])
    return result


def measure_small() -> dict[str, dict[str, float]]:
    """The figures of the quick peers on small worlds of the engine `tastes`, by mix."""
    peers = list(SMALL_PEERS)
    return {
        mix: mean([on_ours(("tastes", mix, SMALL_EVENTS, s, peers)) for s in SMALL_SEEDS])
        for mix in REFERENCE
    }


def tell(result: dict[str, Any], engine: str) -> None:
    """Print the figures of an engine beside the reference's; `!` marks what is off by too much."""
    for mix, row in result[engine].items():
        for peer, ours in row["ring_ap"].items():
            ratio = row.get("ratio", {}).get(peer, 1.0)
            theirs = result["reference"].get(mix, {}).get(peer, float("nan"))
            mark = "" if 1 / FACTOR <= ratio <= FACTOR else "  !"
            print(f"{engine:7s}{mix:11s}{peer:18s}{ours:7.3f}{theirs:7.3f}{ratio:6.2f}{mark}")


def main() -> None:
    """Write benchmarks/results/hardness.json, or only print where --dry is given."""
    able = [name for name, row in PEERS.items() if row.fast and not missing(name)]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", action="append", choices=list(ENGINES), help="only these")
    parser.add_argument("--mix", action="append", choices=list(REFERENCE), help="only these")
    parser.add_argument("--peer", action="append", choices=able, help="only these")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="how many seeds")
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    options = parser.parse_args()
    begun = time.perf_counter()
    engines = options.engine or list(ENGINES)
    result = measure(engines, options.mix or list(REFERENCE), options.peer or able, options.seeds)
    for engine in engines:
        tell(result, engine)
    print(f"{time.perf_counter() - begun:.0f} s")
    if not options.dry:
        small = {"events": SMALL_EVENTS, "seeds": list(SMALL_SEEDS), "tastes": measure_small()}
        told = {
            "machine": machine(),
            "events": EVENTS,
            "seeds": list(SEEDS),
            **result,
            "small": small,
        }
        (RESULTS / "hardness.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
