"""Leave each typology out of training, and see how many of its rings are still found.

Ranking is what is learned: the community head. It is trained from scratch on the groups of the
project's own training worlds (scripts/train_base.py), with every group left out that is or touches
a ring of the typology in question, and measured on worlds of other seeds and of both engines. One
more head sees no named typology at all, only improvised and injected rings and gatherings.
Candidates, evidence and statistics are not learned; they are the same for every head. What heads
add is seen beside the order of the statistical evidence alone, as a sweep without a model has it.
"""

import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from data import ROOT, write_result

sys.path.append(str(ROOT / "scripts"))

from train_base import SEED, examples, held_out
from training_groups import World, training_groups

from ringfinder.detect.hybrid import Hybrid
from ringfinder.evaluate.report import report
from ringfinder.evaluate.reported import ReportedGroup
from ringfinder.evaluate.truth import Truth, read_truth
from ringfinder.events.progress import silent
from ringfinder.events.simulator.engine import ENGINES
from ringfinder.events.simulator.typologies import TYPOLOGIES
from ringfinder.nn.bundle import load_bundle
from ringfinder.nn.fit_groups import GroupExamples
from ringfinder.nn.refit import refit_groups
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.models import shipped_model
from ringfinder.pipeline.simulate import simulate
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.rings.find import Found, find_groups, tell_rings
from ringfinder.rings.score import evidence, head_inputs
from ringfinder.store.workspace import Workspace

TEST_SEEDS = (201, 202)
TEST_EVENTS = 300_000
NAMED = tuple(name for name in TYPOLOGIES if name != "improvised")
EVERYTHING, NONE_NAMED, ALONE = "nothing left out", "no named typology", "no head"
LISTED = 200


@dataclass(frozen=True)
class TestWorld:
    """A world to rank: its candidate groups and the truth.

    `stats` float32 [g, F] are their statistics as the head reads them.
    """

    found: Found
    truth: Truth
    stats: npt.NDArray[np.float32]


def test_world(directory: Path) -> TestWorld:
    """Ingest a world and find its candidate groups."""
    workspace = Workspace(directory / "workspace")
    ingest(workspace, [directory / "events.parquet"])
    snapshot = snapshot_at(workspace, as_of=None, window=None)
    found = find_groups(snapshot)
    print(directory.name, flush=True)
    return TestWorld(found, read_truth(directory), head_inputs(found.statistics, snapshot.n_users))


def without(world: World, left_out: frozenset[str], *, held: bool) -> GroupExamples:
    """What a head that knows nothing of the typologies left out learns from one world."""
    untouched = ~np.isin(world.typology, sorted(left_out))
    return examples(world.stats[untouched], world.jaccard[untouched], held=held)


def by_head(world: TestWorld, head: Hybrid) -> npt.NDArray[np.float32]:
    """What a head makes of the groups of a world, float32 [g]."""
    return head.score_groups(world.found.log.snapshot, world.found.groups, world.stats)


def figures(world: TestWorld, score: npt.NDArray[np.float32]) -> dict[str, Any]:
    """Rank the groups of a world by their scores, and measure."""
    rings = tell_rings(world.found, score, max_rings=LISTED)
    told = [ReportedGroup(frozenset(ring.members), ring.alert) for ring in rings]
    measured = asdict(report(world.truth, told, None).rings)
    kept = ("planted", "ap", "precision_at", "recall_at", "by_typology", "false_by_kind_at_50")
    return {name: measured[name] for name in kept}


def summary(heads: dict[str, dict[str, Any]]) -> dict[str, dict[str, int]]:
    """By typology: rings planted, and found in the first 50 by the heads that matter for it."""
    told: dict[str, dict[str, int]] = {}
    for name in NAMED:
        told[name] = {"rings": 0}
        for head in (EVERYTHING, f"without {name}", NONE_NAMED, ALONE):
            rows = [world["by_typology"].get(name) for world in heads[head].values()]
            key = "left out" if head == f"without {name}" else head
            told[name]["rings"] = sum(row["rings"] for row in rows if row)
            told[name][key] = sum(row["hits_at_50"] for row in rows if row)
    return told


def main() -> None:
    """Write benchmarks/results/leave_typology_out.json."""
    torch.set_num_threads(1)  # the head is small: threads only wait for each other
    bundle = load_bundle(shipped_model())
    with tempfile.TemporaryDirectory() as place:
        tests: dict[str, TestWorld] = {}
        for engine in ENGINES:
            for seed in TEST_SEEDS:
                name = f"{engine} mixed {seed}"
                at = Path(place, name)
                simulate(at, events=TEST_EVENTS, seed=seed, engine=engine)
                tests[name] = test_world(at)
        training = list(training_groups(next(iter(ENGINES))))
        held = held_out(len(training), np.random.default_rng(SEED))
        heads: dict[str, dict[str, Any]] = {
            ALONE: {
                test: figures(world, evidence(world.found.statistics))
                for test, world in tests.items()
            }
        }
        for name, left_out in (
            (EVERYTHING, frozenset[str]()),
            *((f"without {one}", frozenset({one})) for one in NAMED),
            (NONE_NAMED, frozenset(NAMED)),
        ):
            parts = [
                without(world, left_out, held=away)
                for world, away in zip(training, held, strict=True)
            ]
            refit = refit_groups(bundle, parts, device="cpu", seed=SEED, progress=silent)
            head = Hybrid(refit, "cpu")
            heads[name] = {
                test: figures(world, by_head(world, head)) for test, world in tests.items()
            }
            aps = {test: round(row["ap"], 3) for test, row in heads[name].items()}
            print(f"{name}: ring AP {aps}", flush=True)
    result = {"summary": summary(heads), "heads": heads}
    print(json.dumps(result["summary"], indent=1))
    write_result("leave_typology_out", result)


if __name__ == "__main__":
    main()
