"""Train the shipped bundle on worlds of the project's own simulator, and on nothing else.

Users are learned on one half of the worlds and groups on the other, so that the community head
meets user scores as honest as those of a log it never saw.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

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
from ringfinder.vocabulary import BROWSING

WHOLE, NO_BROWSING, NO_IDENTIFIERS, SELLERS_ONLY = "whole", "no browsing", "no ids", "sellers"
"""What a log tells: everything; no logins, views and carts; no device and address; or nothing but
who ordered from which seller. Real logs are often as poor as that."""

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
GROUP_WORLDS = (
    ("mixed", 300_000, 11, WHOLE),
    ("mixed", 300_000, 12, WHOLE),
    ("mixed", 150_000, 13, NO_BROWSING),
    ("slow", 300_000, 14, WHOLE),
    ("bursty", 300_000, 15, WHOLE),
    ("identifier", 300_000, 16, WHOLE),
    ("none", 300_000, 17, WHOLE),
    ("none", 150_000, 18, NO_BROWSING),
    ("mixed", 800_000, 19, WHOLE),
    ("none", 600_000, 20, WHOLE),
    ("mixed", 100_000, 21, WHOLE),
    ("mixed", 100_000, 22, NO_IDENTIFIERS),
    ("improvised", 300_000, 23, WHOLE),
    ("improvised", 300_000, 24, WHOLE),
    ("improvised", 150_000, 25, NO_IDENTIFIERS),
    ("improvised", 150_000, 26, WHOLE),
    ("improvised", 600_000, 27, WHOLE),
    ("gatherings", 300_000, 28, WHOLE),
    ("gatherings", 300_000, 29, WHOLE),
    ("mixed", 300_000, 30, SELLERS_ONLY),
)
"""Mix, events, seed and telling of each world."""

EPOCHS = 10
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


def thin(log: Path, telling: str) -> None:
    """Take out of a log what its telling leaves out."""
    events = pq.read_table(log)
    if telling in (NO_BROWSING, SELLERS_ONLY):
        events = events.filter(pc.invert(pc.is_in(events["action"], pa.array(BROWSING))))
    if telling == SELLERS_ONLY:
        events = events.filter(pc.equal(events["action"], "order")).drop_columns("item_id")
    if telling in (NO_IDENTIFIERS, SELLERS_ONLY):
        events = events.drop_columns(["device_id", "ip"])
        named = [name for name in ("item_id", "seller_id") if name in events.column_names]
        events = events.filter(pc.is_valid(events[named[0]]))
    pq.write_table(events, log)


def training_set(place: Path, world: tuple[str, int, int, str], *, for_users: bool) -> TrainingSet:
    """Simulate, ingest and describe one world."""
    mix, events, seed, telling = world
    directory = place / f"{mix}-{seed}"
    simulate(directory, events=events, seed=seed, mix=mix)
    thin(directory / "events.parquet", telling)
    workspace = Workspace(place / f"{mix}-{seed}.workspace")
    ingest(workspace, [directory / "events.parquet"])
    snapshot = snapshot_at(workspace, as_of=None, window=None)
    truth: Truth = read_truth(directory)
    code = {name: i for i, name in enumerate(ids(snapshot, "user"))}
    rings = [
        np.array(sorted(code[user] for user in ring.members), np.int32) for ring in truth.rings
    ]
    print(f"{mix} {seed} {telling}: {snapshot.n_users} users, {len(rings)} rings", flush=True)
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
