"""Train: a bundle from what is known at a time, or from the log alone."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ringfinder.events.mapping import EventMapping
from ringfinder.events.progress import Progress, silent
from ringfinder.features.groups import Groups
from ringfinder.features.load import ids
from ringfinder.features.repeats import repeat_bursts
from ringfinder.features.snapshot import Labels, Snapshot
from ringfinder.graph.neo4j.connection import Address
from ringfinder.pipeline.models import DEFAULT, checked_name, shipped_model
from ringfinder.pipeline.shared_graph import from_graph, load_graph
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.rings.find import find_groups
from ringfinder.rings.score import best_of_user, evidence, head_inputs
from ringfinder.store import casebook
from ringfinder.store.lake import Lake
from ringfinder.store.workspace import Workspace, lock

EPOCHS = 5
SEED = 0
_LOCK_WAIT_S = 60.0  # another training may be writing its bundle: no reason to lose this one
UNKNOWN = -1
SURE = 2
"""Labelled members that a group needs before it teaches the community head."""


@dataclass(frozen=True)
class TrainResult:
    """A finished training: `metrics` are those measured on what was held out.

    `labels` users had a verdict by its time, told by `given` labels of the lake and by decisions;
    `too_late` labels and decisions came after it and were not looked at.
    """

    name: str
    path: Path
    metrics: Mapping[str, Any]
    labels: int
    given: int
    too_late: int
    supervised: bool
    seconds: float


def train(
    workspace: Workspace,
    *,
    labels: Path | None = None,
    as_of: int | None = None,
    window: int | None = None,
    device: str = "auto",
    epochs: int | None = None,
    model: str = DEFAULT,
    graph_at: Address | None = None,
    progress: Progress = silent,
) -> TrainResult:
    """Train on the events in (as_of - window, as_of] and the labels observed by then.

    Times are microseconds UTC; None means the last event and everything up to it. Training starts
    from the shipped bundle. Labels are those of the lake, of the file `labels`, which is taken in,
    and of the casebook's decisions: all of these without `as_of`, since people judge a log after
    its last event, else those taken by then. Where they hold no user of either class, training is
    self-supervised, from the statistical evidence of rings. The old bundle stands until the new
    one is complete. `graph_at` takes the entity graph from the server there, which is brought up to
    the log before.
    """
    from ringfinder.nn.bundle import load_bundle  # noqa: PLC0415 - torch, only where it is needed
    from ringfinder.nn.device import choose_device  # noqa: PLC0415
    from ringfinder.nn.train import (  # noqa: PLC0415
        TrainingSet,
        fit,
        fit_self_supervised,
    )

    begun = time.monotonic()
    directory = workspace.models / checked_name(model)
    choose_device(device)  # an unusable one is told before the work, not after it
    if labels is not None:
        Lake(workspace.lake).add_labels(labels, EventMapping())
    snapshot = snapshot_at(workspace, as_of=as_of, window=window)
    if graph_at is not None:
        load_graph(workspace, graph_at, progress=progress)
        snapshot = from_graph(workspace, snapshot, graph_at)
    decisions = casebook.decisions(workspace.casebook)
    timely = [one for one in decisions if as_of is None or one[2] <= as_of]
    known = with_decisions(snapshot, timely)
    supervised = bool((known.label == 1).any() and (known.label == 0).any())
    progress("groups", 0, None)
    found = find_groups(snapshot)
    inputs = head_inputs(found.statistics, snapshot.n_users)
    base = load_bundle(shipped_model())
    rounds = EPOCHS if epochs is None else epochs
    if supervised:
        verdicts = group_labels(found.groups, known, snapshot.n_users)
        entry = TrainingSet(snapshot, known.user, known.label, found.groups, inputs, verdicts)
        trained = fit(
            [entry], epochs=rounds, device=device, seed=SEED, progress=progress, init=base
        )
    else:
        suspicion = evidence(found.statistics)
        trained = fit_self_supervised(
            snapshot,
            np.maximum(
                best_of_user(found.groups, suspicion, snapshot.n_users),
                repeat_bursts(snapshot.events).strength(snapshot.n_users),
            ),
            epochs=rounds,
            device=device,
            seed=SEED,
            progress=progress,
            groups=found.groups,
            stats=inputs,
            group_targets=suspicion,
            init=base,
        )
    with lock(workspace, "models", wait_s=_LOCK_WAIT_S):
        trained.bundle.save(directory)
    metrics = trained.bundle.training["metrics"]
    seconds = time.monotonic() - begun
    stored = Lake(workspace.lake).labels()
    late = observed_after(stored, as_of=snapshot.as_of)
    return TrainResult(
        name=model,
        path=directory,
        metrics=metrics,
        labels=len(known.user),
        given=len(stored) - late,
        too_late=late + len(decisions) - len(timely),
        supervised=supervised,
        seconds=seconds,
    )


def observed_after(labels: pa.Table, *, as_of: int) -> int:
    """Count the labels observed after `as_of` (microseconds UTC)."""
    observed = labels["observed_at"].cast(pa.int64())
    return int(pc.sum(pc.greater(observed, as_of)).as_py() or 0)


def with_decisions(snapshot: Snapshot, decisions: list[tuple[str, int, int]]) -> Labels:
    """The snapshot's labels, overruled by decisions on its users.

    `decisions` lists (user_id, label, observed_at) in the order they were taken.
    """
    label = dict(zip(snapshot.labels.user.tolist(), snapshot.labels.label.tolist(), strict=True))
    if decisions:
        code = {name: i for i, name in enumerate(ids(snapshot, "user"))}
        label |= {code[user]: verdict for user, verdict, _ in decisions if user in code}
    users = sorted(label)
    return Labels(np.array(users, np.int32), np.array([label[u] for u in users], np.int8))


def group_labels(groups: Groups, known: Labels, n_users: int) -> npt.NDArray[np.int8]:
    """What user labels say of groups, int8 [groups]: 1, 0 or `UNKNOWN`.

    A group is bad when at least `SURE` labelled members are, and more of them than are good; good
    when at least `SURE` are good and none is bad.
    """
    bad, good = np.zeros(n_users, np.int64), np.zeros(n_users, np.int64)
    bad[known.user[known.label == 1]] = 1
    good[known.user[known.label == 0]] = 1
    if not len(groups):
        return np.empty(0, np.int8)
    n_bad = np.add.reduceat(bad[groups.user], groups.ptr[:-1])
    n_good = np.add.reduceat(good[groups.user], groups.ptr[:-1])
    verdict = np.full(len(groups), UNKNOWN, np.int8)
    verdict[(n_good >= SURE) & (n_bad == 0)] = 0
    verdict[(n_bad >= SURE) & (n_bad > n_good)] = 1
    return verdict
