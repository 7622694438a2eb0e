"""How much of the ranking survives on a foreign log: heads of one engine on the other's worlds.

The shipped community head learned from both engines, so that neither is foreign to it. Here a head
is trained on the worlds of one engine alone, as scripts/train_base.py trains the shipped one but
without its calibration, and ranks worlds of either, of seeds that no training sees: what it ranks
worse abroad than the head at home there is the loss. Beside them the order of the statistical
evidence alone, with nothing learned.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from data import write_result
from leave_typology_out import TEST_EVENTS, TestWorld, by_head, figures, test_world

from ringfinder.detect.hybrid import Hybrid
from ringfinder.events.progress import silent
from ringfinder.events.simulator.engine import ENGINES
from ringfinder.nn.bundle import load_bundle
from ringfinder.nn.refit import refit_groups
from ringfinder.pipeline.models import shipped_model
from ringfinder.pipeline.simulate import simulate
from ringfinder.rings.score import evidence

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


def tests(place: Path) -> dict[str, dict[str, TestWorld]]:
    """Worlds to test on by engine and name, each named for its engine, mix and seed."""
    made: dict[str, dict[str, TestWorld]] = {}
    for engine in ENGINES:
        made[engine] = {}
        for mix, seed in TESTS:
            at = place / f"{engine} {mix} {seed}"
            simulate(at, events=TEST_EVENTS, seed=seed, mix=mix, engine=engine)
            made[engine][at.name] = test_world(at)
    return made


def head_of(engine: str) -> Hybrid:
    """A head that learned from the worlds of one engine alone."""
    training = list(training_groups(engine))
    away = held_out(len(training), np.random.default_rng(SEED))
    parts = [
        examples(world.stats, world.jaccard, held=held)
        for world, held in zip(training, away, strict=True)
    ]
    bundle = load_bundle(shipped_model())
    return Hybrid(refit_groups(bundle, parts, device="cpu", seed=SEED, progress=silent), "cpu")


def told(worlds: Mapping[str, TestWorld], head: Hybrid) -> dict[str, dict[str, Any]]:
    """Figures of a head by world."""
    return {name: figures(world, by_head(world, head)) for name, world in worlds.items()}


def main() -> None:
    """Write benchmarks/results/across_engines.json."""
    torch.set_num_threads(1)  # the head is small: threads only wait for each other
    with tempfile.TemporaryDirectory() as place:
        worlds = tests(Path(place))
        alone = {
            name: figures(world, evidence(world.found.statistics))
            for some in worlds.values()
            for name, world in some.items()
        }
        heads: dict[str, dict[str, dict[str, Any]]] = {"home": {}, "away": {}}
        for engine in ENGINES:
            head = head_of(engine)
            for other, some in worlds.items():
                heads["home" if other == engine else "away"] |= told(some, head)
    for name in alone:
        print(name, *(rows[name]["ap"] for rows in (heads["away"], heads["home"], alone)))
    write_result("across_engines", {"heads": heads, "alone": alone})


if __name__ == "__main__":
    main()
