"""One small snapshot and bundles trained on it."""

from pathlib import Path

import numpy as np

from ringfinder.features.coded_events import CodedEvents
from ringfinder.features.groups import Groups
from ringfinder.features.snapshot import Features, Labels, Snapshot
from ringfinder.graph.build import build_graph
from ringfinder.nn.train import TrainingSet, fit

DAY = 86_400_000_000


def shop(n_users=60, n_events=600, names=("a", "b", "c")):
    rng = np.random.default_rng(7)
    sizes = {"item": 40, "seller": 10, "device": n_users, "ip": 30}
    ts = np.sort(rng.integers(1, 20 * DAY, n_events))
    user = rng.integers(0, max(n_users, 1), n_events).astype(np.int32)
    action = rng.integers(0, 9, n_events).astype(np.int8)
    entity = {k: rng.integers(0, max(n, 1), n_events).astype(np.int32) for k, n in sizes.items()}
    ptr = np.concatenate([[0], np.bincount(user, minlength=n_users).cumsum()]).astype(np.int64)
    return Snapshot(
        as_of=21 * DAY,
        start=0,
        path=Path("nowhere"),
        events=CodedEvents(
            ts,
            user,
            action,
            entity,
            rng.integers(1, 10**6, n_events),
            np.argsort(user, kind="stable"),
            ptr,
        ),
        graph=build_graph(
            as_of=21 * DAY,
            start=0,
            ts=ts,
            user=user,
            action=action,
            entity=entity,
            n_users=n_users,
            n_entities=sizes,
        ),
        features=Features(names, rng.normal(size=(n_users, len(names))).astype(np.float32)),
        labels=Labels(np.empty(0, np.int32), np.empty(0, np.int8)),
    )


def ten_groups(n_users=60):
    rng = np.random.default_rng(1)
    return Groups.of(rng.choice(n_users, rng.integers(3, 9), replace=False) for _ in range(10))


def train(directory, *, grouped):
    snapshot, groups = shop(), ten_groups() if grouped else None
    label = (np.arange(60) % 4 == 0).astype(np.int8)
    part = TrainingSet(
        snapshot,
        np.arange(60, dtype=np.int32),
        label,
        groups,
        np.ones((10, 2), np.float32) if grouped else None,
        (np.arange(10) % 2).astype(np.int8) if grouped else None,
    )
    trained = fit([part], epochs=1, device="cpu", seed=0, progress=lambda *_: None)
    trained.bundle.save(directory)
    return directory
