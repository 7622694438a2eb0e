"""Train the shipped bundle on worlds of the project's own simulator, and on nothing else.

Users are learned on one half of the worlds and groups on the other, so that the community head
meets user scores as honest as those of a log it never saw.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ringfinder.evaluate.truth import Truth, read_truth
from ringfinder.events.progress import silent
from ringfinder.features.groups import Groups
from ringfinder.features.load import ids
from ringfinder.nn.train import UNKNOWN, TrainingSet, fit
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.models import shipped_model
from ringfinder.pipeline.simulate import simulate
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.rings.find import find_groups
from ringfinder.rings.score import head_inputs
from ringfinder.store.workspace import Workspace

USER_WORLDS = (
    ("mixed", 300_000, 1),
    ("mixed", 150_000, 2),
    ("slow", 150_000, 3),
    ("bursty", 150_000, 4),
    ("identifier", 150_000, 5),
    ("none", 150_000, 6),
    ("mixed", 100_000, 7),
    ("improvised", 150_000, 8),
    ("improvised", 150_000, 9),
)
GROUP_WORLDS = (
    ("mixed", 300_000, 11),
    ("mixed", 300_000, 12),
    ("mixed", 150_000, 13),
    ("slow", 300_000, 14),
    ("bursty", 300_000, 15),
    ("identifier", 300_000, 16),
    ("none", 300_000, 17),
    ("none", 150_000, 18),
    ("mixed", 800_000, 19),
    ("none", 600_000, 20),
    ("mixed", 100_000, 21),
    ("mixed", 100_000, 22),
    ("improvised", 300_000, 23),
    ("improvised", 300_000, 24),
    ("improvised", 150_000, 25),
    ("improvised", 150_000, 26),
    ("improvised", 600_000, 27),
    ("gatherings", 300_000, 28),
    ("gatherings", 300_000, 29),
)
"""Mix, events and seed of each world."""

EPOCHS = 16
SEED = 1
HIT = 0.5
APART = 0.25
"""A group is a ring when its Jaccard index with one is at least `HIT`, none when below `APART`."""


def group_labels(groups: Groups, rings: list[npt.NDArray[np.int32]]) -> npt.NDArray[np.int8]:
    """1, 0 or `UNKNOWN` for each group, by its best Jaccard index with a planted ring."""
    best = np.zeros(len(groups))
    for ring in rings:
        inside = np.isin(groups.user, ring)
        both = np.add.reduceat(inside, groups.ptr[:-1]) if len(groups) else np.empty(0)
        best = np.maximum(best, both / (groups.sizes + len(ring) - both))
    return np.where(best >= HIT, 1, np.where(best < APART, 0, UNKNOWN)).astype(np.int8)


def training_set(place: Path, world: tuple[str, int, int], *, for_users: bool) -> TrainingSet:
    """Simulate, ingest and describe one world."""
    mix, events, seed = world
    directory = place / f"{mix}-{seed}"
    simulate(directory, events=events, seed=seed, mix=mix)
    workspace = Workspace(place / f"{mix}-{seed}.workspace")
    ingest(workspace, [directory / "events.parquet"])
    snapshot = snapshot_at(workspace, as_of=None, window=None)
    truth: Truth = read_truth(directory)
    code = {name: i for i, name in enumerate(ids(snapshot, "user"))}
    rings = [
        np.array(sorted(code[user] for user in ring.members), np.int32) for ring in truth.rings
    ]
    print(f"{mix} {seed}: {snapshot.n_users} users, {len(rings)} rings", flush=True)
    if for_users:
        label = np.zeros(snapshot.n_users, np.int8)
        for ring in rings:
            label[ring] = 1
        return TrainingSet(snapshot, np.arange(snapshot.n_users, dtype=np.int32), label)
    found = find_groups(snapshot)
    return TrainingSet(
        snapshot,
        np.empty(0, np.int32),
        np.empty(0, np.int8),
        found.groups,
        head_inputs(found.statistics, snapshot.n_users),
        group_labels(found.groups, rings),
    )


def main() -> None:
    """Train and write the bundle, by default where the package ships it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=shipped_model())
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        sets = [training_set(Path(place), world, for_users=True) for world in USER_WORLDS]
        sets += [training_set(Path(place), world, for_users=False) for world in GROUP_WORLDS]
        trained = fit(sets, epochs=options.epochs, device="auto", seed=SEED, progress=silent)
    trained.bundle.save(options.out)
    print(trained.bundle.training["metrics"])


if __name__ == "__main__":
    main()
