"""Rings that do anything but order: what is found of them by what they do.

Own mixed worlds of both engines, of seeds that no training sees, are told anew: of a ring's own
work only its orders stay, and each is told as a look, a place in the cart, a review, a refund, or
an order as it was. The cover of its members and honest life stay as they are. The shipped head
ranks; no training world held a ring that only browses.
"""

import statistics
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from data import write_result
from worlds import EVENTS, rings_of

from ringfinder.detect.hybrid import Hybrid
from ringfinder.evaluate.matching import match
from ringfinder.evaluate.metrics import ring_ap
from ringfinder.evaluate.truth import read_truth
from ringfinder.events.simulator.engine import ENGINES
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.models import shipped_model
from ringfinder.pipeline.simulate import simulate
from ringfinder.store.workspace import Workspace

SEEDS = (101, 102)
ACTIONS = ("order", "view", "cart", "review", "refund")
TOP = 50


def retell(world: Path, log: Path, action: str) -> None:
    """Write the world's log with the orders of its rings, cover left out, told as `action`."""
    events = pd.read_parquet(world / "events.parquet")
    marked = pd.read_parquet(world / "truth_events.parquet")
    work = events["event_id"].isin(marked.loc[~marked["is_camouflage"], "event_id"])
    events = events[~work | (events["action"] == "order")]
    events.loc[work, "action"] = action
    events.to_parquet(log, index=False)


def measure(world: Path, action: str, head: Hybrid) -> dict[str, Any]:
    """What is found of the world's rings where their work is `action`."""
    rings = read_truth(world).rings
    with tempfile.TemporaryDirectory() as place:
        retell(world, Path(place, "events.parquet"), action)
        workspace = Workspace(Path(place, "workspace"))
        ingest(workspace, [Path(place, "events.parquet")])
        listed = rings_of(workspace, head)
    matching = match([frozenset(ring.members) for ring in listed], [ring.members for ring in rings])
    return {
        "rings": len(rings),
        "ring_ap": round(ring_ap(matching) or 0.0, 4),
        "found": int(matching.hit[:TOP].sum()),
    }


def main() -> None:
    """Write benchmarks/results/actions.json."""
    torch.set_num_threads(1)
    head = Hybrid.load(shipped_model(), "cpu")
    worlds: dict[str, dict[str, Any]] = {}
    for engine in ENGINES:
        for seed in SEEDS:
            with tempfile.TemporaryDirectory() as place:
                world = Path(place)
                simulate(world, events=EVENTS, seed=seed, mix="mixed", engine=engine)
                worlds[f"{engine} {seed}"] = {
                    action: measure(world, action, head) for action in ACTIONS
                }
            print(engine, seed, worlds[f"{engine} {seed}"], flush=True)
    summary = {
        action: {
            "rings": sum(of[action]["rings"] for of in worlds.values()),
            "ring_ap": round(statistics.mean(of[action]["ring_ap"] for of in worlds.values()), 4),
            "found": sum(of[action]["found"] for of in worlds.values()),
        }
        for action in ACTIONS
    }
    write_result("actions", {"top": TOP, "summary": summary, "worlds": worlds})


if __name__ == "__main__":
    main()
