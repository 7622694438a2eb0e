"""Train the shipped bundle on worlds of the project's own simulator, and on nothing else.

Users are learned on some worlds of the first engine, groups on others of both: whole worlds with
their rings; worlds whose rings work otherwise than a mix at rest has them; and honest life as
poorer logs tell of it, with the injector's rings. The community head is calibrated on the groups
that heads of one engine alone tell of the other's worlds: a log that somebody brings is foreign
too.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from ringfinder.evaluate.truth import read_truth
from ringfinder.events.progress import silent
from ringfinder.events.simulator.engine import ENGINES
from ringfinder.features.load import ids
from ringfinder.nn.bundle import Bundle, load_bundle
from ringfinder.nn.fit_groups import GroupExamples
from ringfinder.nn.holdout import SHARE
from ringfinder.nn.infer import group_logits
from ringfinder.nn.model import calibrated
from ringfinder.nn.refit import calibrate_groups, refit_groups
from ringfinder.nn.train import TrainingSet, fit
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.models import shipped_model
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.rings.selection import select
from ringfinder.store.workspace import Workspace

from tellings import NO_BROWSING, NO_IDENTIFIERS, SELLERS_ONLY, WHOLE  # isort: skip - a script
from training_groups import World, told_world, training_groups  # isort: skip - a script

USER_WORLDS = (
    ("mixed", 300_000, 1, WHOLE),
    ("mixed", 150_000, 2, NO_BROWSING),
    ("slow", 150_000, 3, WHOLE),
    ("bursty", 150_000, 4, NO_IDENTIFIERS),
    ("identifier", 150_000, 5, WHOLE),
    ("none", 150_000, 6, WHOLE),
    ("mixed", 100_000, 7, WHOLE),
    ("improvised", 150_000, 8, WHOLE),
    ("improvised", 150_000, 9, NO_BROWSING),
    ("mixed", 150_000, 10, SELLERS_ONLY),
)
EPOCHS = 10
SEED = 1
HIT = 0.5
APART = 0.25
"""A group is a ring when its Jaccard index with one is at least `HIT`, none when below `APART`."""

CPU = torch.device("cpu")

TOLD = 200
"""Groups of a world that a list tells, and that calibrate."""


def examples(
    stats: npt.NDArray[np.float32], jaccard: npt.NDArray[np.float64], *, held: bool
) -> GroupExamples:
    """The groups of a world that are surely a ring or surely none."""
    known = np.flatnonzero((jaccard >= HIT) | (jaccard < APART))
    target = (jaccard[known] >= HIT).astype(np.float32)
    return GroupExamples(stats[known], target, np.full(len(known), held))


def held_out(count: int, rng: np.random.Generator) -> list[bool]:
    """Which of so many worlds are judged by and not learned from, whole worlds each."""
    chosen = set(rng.permutation(count)[: max(1, round(SHARE * count))].tolist())
    return [position in chosen for position in range(count)]


def user_set(place: Path, world: tuple[str, int, int, str]) -> TrainingSet:
    """Every user of one world of the first engine, with its label."""
    directory = place / f"users-{world[0]}-{world[2]}"
    told_world(directory, next(iter(ENGINES)), world)
    workspace = Workspace(directory / "workspace")
    ingest(workspace, [directory / "events.parquet"])
    snapshot = snapshot_at(workspace, as_of=None, window=None)
    print(f"{directory.name}: {snapshot.n_users} users", flush=True)
    members = {user for ring in read_truth(directory).rings for user in ring.members}
    label = np.array([user in members for user in ids(snapshot, "user")], np.int8)
    return TrainingSet(snapshot, np.arange(snapshot.n_users, dtype=np.int32), label)


def learn_groups(bundle: Bundle, worlds: Mapping[str, Sequence[World]]) -> Bundle:
    """Put a community head into the bundle that learns from all engines' worlds."""
    rng = np.random.default_rng(SEED)
    parts = {}
    for engine, some in worlds.items():
        parts[engine] = [
            examples(world.stats, world.jaccard, held=held)
            for world, held in zip(some, held_out(len(some), rng), strict=True)
        ]
    logits, targets = [], []
    for engine, some in worlds.items():
        others = [part for other, made in parts.items() if other != engine for part in made]
        model = refit_groups(bundle, others, device="auto", seed=SEED, progress=silent).model(CPU)
        for world in some:
            logit = group_logits(model, world.stats)
            score = calibrated(logit, model.group_calibration).numpy()
            told = select(world.groups, score, world.nats, TOLD)
            logits.append(logit.numpy()[told])
            targets.append(world.jaccard[told] >= HIT)
    everything = [part for made in parts.values() for part in made]
    whole = refit_groups(bundle, everything, device="auto", seed=SEED, progress=silent)
    return calibrate_groups(whole, np.concatenate(logits), np.concatenate(targets))


def main() -> None:
    """Train and write the bundle, by default where the package ships it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=shipped_model())
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--keep-users", action="store_true", help="learn groups only")
    options = parser.parse_args()
    torch.set_num_threads(1)  # two threads on two busy cores wait for each other at small batches
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        if options.keep_users:
            bundle = load_bundle(shipped_model())
        else:
            sets = [user_set(place, world) for world in USER_WORLDS]
            trained = fit(sets, epochs=options.epochs, device="auto", seed=SEED, progress=silent)
            bundle = trained.bundle
    worlds = {engine: list(training_groups(engine)) for engine in ENGINES}
    bundle = learn_groups(bundle, worlds)
    bundle.save(options.out)
    print(bundle.training["metrics"])


if __name__ == "__main__":
    main()
