"""How much of the ranking survives on a foreign log: heads of one engine on the other's worlds.

The shipped community head learned from both engines, so that neither is foreign to it. Here a head
is trained on the worlds of one engine alone, as scripts/train_base.py trains the shipped one but
without its calibration, and ranks worlds of the other, of seeds that no training sees.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from data import write_result
from leave_typology_out import TEST_EVENTS, figures, test_world

from ringfinder.detect.hybrid import Hybrid
from ringfinder.events.progress import silent
from ringfinder.events.simulator.engine import ENGINES
from ringfinder.nn.bundle import load_bundle
from ringfinder.nn.refit import refit_groups
from ringfinder.pipeline.models import shipped_model
from ringfinder.pipeline.simulate import simulate

from train_base import SEED, examples, held_out  # isort: skip - a script
from training_groups import training_groups  # isort: skip - a script

TESTS = (
    ("mixed", 201),
    ("mixed", 202),
    ("bursty", 203),
    ("slow", 204),
    ("identifier", 205),
    ("none", 206),
)
"""Mix and seed of each world to test on."""


def across(place: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Figures by the engine learned from and the test world of the other."""
    told: dict[str, dict[str, dict[str, Any]]] = {}
    for engine in ENGINES:
        worlds = list(training_groups(engine))
        away = held_out(len(worlds), np.random.default_rng(SEED))
        parts = [
            examples(world.stats, world.jaccard, held=held)
            for world, held in zip(worlds, away, strict=True)
        ]
        bundle = load_bundle(shipped_model())
        head = Hybrid(refit_groups(bundle, parts, device="cpu", seed=SEED, progress=silent), "cpu")
        told[engine] = {}
        for other in ENGINES:
            for mix, seed in TESTS if other != engine else ():
                at = place / f"{engine}, {other} {mix} {seed}"
                simulate(at, events=TEST_EVENTS, seed=seed, mix=mix, engine=other)
                told[engine][f"{other} {mix} {seed}"] = figures(test_world(at), head)
    return told


def main() -> None:
    """Write benchmarks/results/across_engines.json."""
    torch.set_num_threads(1)  # the head is small: threads only wait for each other
    with tempfile.TemporaryDirectory() as place:
        heads = across(Path(place))
    for engine, worlds in heads.items():
        print(engine, {name: row["ap"] for name, row in worlds.items()})
    write_result("across_engines", {"heads": heads})


if __name__ == "__main__":
    main()
