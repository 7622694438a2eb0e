"""Training a bundle, from labels or from weak targets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch_geometric.data.hetero_data import HeteroData

from ringfinder.errors import InputError
from ringfinder.features.groups import Groups
from ringfinder.features.snapshot import Snapshot
from ringfinder.nn.bundle import Bundle
from ringfinder.nn.calibrate import judge_and_calibrate
from ringfinder.nn.device import choose_device, deterministic
from ringfinder.nn.fit_groups import GroupExamples, train_groups
from ringfinder.nn.fitting import (
    Epoch,
    Examples,
    Progress,
    best_epoch,
    train_flat,
    train_users,
)
from ringfinder.nn.holdout import SHARE, split_groups, split_users
from ringfinder.nn.infer import embed, group_logits
from ringfinder.nn.model import Dimensions, Hybrid, calibrated, weights_of
from ringfinder.nn.pretrain import pretrain
from ringfinder.nn.tensors import graph_tensors

Float32 = npt.NDArray[np.float32]

WHOLE_SNAPSHOTS = 5
"""From this many snapshots on, whole ones are held out instead of users in each."""

UNKNOWN = -1
"""The label of a group that teaches nothing."""

GROUP_EPOCHS = 15
"""Epochs of the group head, whatever those of the user head."""

_MOST_HELD_OUT = 4_096
_MOST_WEAK = 16_384


@dataclass(frozen=True)
class TrainingSet:
    """One snapshot with what is known of it.

    `user` int32 [k] are distinct codes, `label` int8 [k] 0 or 1. `groups`, `stats` float32 [g, F]
    and `group_label` int8 [g] (1, 0 or `UNKNOWN`) come together or not at all.
    """

    snapshot: Snapshot
    user: npt.NDArray[np.int32]
    label: npt.NDArray[np.int8]
    groups: Groups | None = None
    stats: Float32 | None = None
    group_label: npt.NDArray[np.int8] | None = None


@dataclass(frozen=True)
class Trained:
    """A finished training: its bundle and the losses of each epoch."""

    bundle: Bundle
    user_history: tuple[Epoch, ...]
    group_history: tuple[Epoch, ...]


@dataclass(frozen=True)
class _Part:
    users: Examples
    groups: GroupExamples | None


def fit(
    sets: Sequence[TrainingSet],
    *,
    epochs: int,
    device: str,
    seed: int,
    progress: Progress,
    init: Bundle | None = None,
) -> Trained:
    """Train on labelled users, and groups where given, of one or several snapshots.

    With `init` training starts from that bundle, gently. Raises `InputError` where the labels hold
    one class only or the bundle does not fit the features or statistics.
    """
    labels = np.concatenate([entry.label for entry in sets])
    if not (labels == 1).any() or not (labels == 0).any():
        raise InputError(
            "there is nothing to learn from the labels",
            f"they name {int((labels == 1).sum())} bad and {int((labels == 0).sum())} good users",
            "give at least one user of each, or train without labels",
        )
    widths = {entry.stats.shape[1] for entry in sets if entry.stats is not None}
    dimensions = _dimensions(sets[0].snapshot, widths, init)
    rng = np.random.default_rng(seed)
    whole = np.zeros(len(sets), np.bool_)
    if len(sets) >= WHOLE_SNAPSHOTS:
        whole[rng.permutation(len(sets))[: max(1, round(SHARE * len(sets)))]] = True

    def prepare() -> list[_Part]:
        return [
            _labelled(entry, dimensions, rng, held_out=bool(held) if whole.any() else None)
            for entry, held in zip(sets, whole, strict=True)
        ]

    return _fit(
        prepare, dimensions, "labels", epochs, device, seed, progress, init, self_supervised=False
    )


def fit_self_supervised(
    snapshot: Snapshot,
    targets: Float32,
    *,
    epochs: int,
    device: str,
    seed: int,
    progress: Progress,
    groups: Groups | None = None,
    stats: Float32 | None = None,
    group_targets: Float32 | None = None,
    init: Bundle | None = None,
) -> Trained:
    """Train on one snapshot without labels.

    `targets` float32 [users] in [0, 1] are weak ones, from statistical evidence of rings;
    `groups`, `stats` float32 [g, F] and `group_targets` float32 [g] come together or not at all.
    Without `init` the encoder is first pre-trained on the log itself. With `init` that is left out,
    for it would move the encoder away from under its heads, and the targets are averaged with what
    the bundle says: weak evidence should correct a model that was trained on truth, not replace it.
    """
    widths = {stats.shape[1]} if stats is not None else set()
    dimensions = _dimensions(snapshot, widths, init)
    rng = np.random.default_rng(seed)

    def prepare() -> list[_Part]:
        data = graph_tensors(snapshot, dimensions.features, dimensions.length)
        wanted = np.asarray(targets, np.float32)
        group_wanted = group_targets
        if init is not None:
            model = init.model(choose_device(device))
            known = embed(model, data, choose_device(device))
            said = calibrated(known.logit, model.user_calibration).cpu().numpy()
            wanted = np.asarray((wanted + said) / 2, np.float32)
            if init.has_group_head and groups and stats is not None and group_targets is not None:
                logit = group_logits(model, stats)
                said = calibrated(logit, model.group_calibration).cpu().numpy()
                group_wanted = np.asarray((group_targets + said) / 2, np.float32)
        shuffled = rng.permutation(snapshot.n_users)
        n_held = min(_MOST_HELD_OUT, int(SHARE * snapshot.n_users))
        held = np.zeros(snapshot.n_users, np.bool_)
        held[shuffled[:n_held]] = True
        rest = shuffled[n_held:]
        # The most suspicious users are few: all of them teach, and a random part of the others.
        suspects = rest[np.argsort(-wanted[rest], kind="stable")[: _MOST_WEAK // 4]]
        others = np.setdiff1d(rest, suspects)
        others = rng.permutation(others)[: _MOST_WEAK - len(suspects)]
        user = np.sort(np.concatenate([shuffled[:n_held], suspects, others]))
        users = Examples(data, _long(user), torch.from_numpy(wanted[user]), _bool(held[user]))
        if groups is None or stats is None or group_wanted is None or not len(groups):
            return [_Part(users, None)]
        split = split_groups(groups, held)
        return [_Part(users, GroupExamples(stats, group_wanted, split))]

    return _fit(
        prepare,
        dimensions,
        "weak targets",
        epochs,
        device,
        seed,
        progress,
        init,
        self_supervised=init is None,
    )


def _fit(
    prepare: Callable[[], list[_Part]],
    dimensions: Dimensions,
    method: str,
    epochs: int,
    device: str,
    seed: int,
    progress: Progress,
    init: Bundle | None,
    *,
    self_supervised: bool,
) -> Trained:
    chosen = choose_device(device)
    with deterministic(seed):
        parts = prepare()
        model = init.model(chosen) if init is not None else Hybrid(dimensions).to(chosen)
        if self_supervised:
            pretrain(model, parts[0].users.data, epochs=epochs, seed=seed, progress=progress)
        users = [part.users for part in parts if len(part.users.user)]
        gentle = init is not None
        history = train_users(
            model, users, epochs=epochs, seed=seed, gentle=gentle, progress=progress
        )
        train_flat(model, users)
        embedded = [embed(model, part.data, chosen) for part in users]
        grouped = [part.groups for part in parts if part.groups is not None]
        group_history: list[Epoch] = []
        if grouped:
            group_history = train_groups(
                model, grouped, epochs=GROUP_EPOCHS, seed=seed, gentle=gentle, progress=progress
            )
        metrics, threshold = judge_and_calibrate(
            model,
            users,
            embedded,
            grouped,
            keep_users=init is not None,
            keep_groups=init is not None and init.has_group_head,
        )
    training = {
        "method": method,
        "snapshots": len(parts),
        "users": sum(len(part.user) for part in users),
        "positives": round(float(sum(part.target.sum() for part in users)), 3),
        "groups": sum(len(part) for part in grouped),
        "epochs": len(history) - 1,
        "best_epoch": best_epoch(history),
        "seed": seed,
        "started_from": init.version if init is not None else None,
        "metrics": metrics,
    }
    has_group_head = bool(grouped) or (init is not None and init.has_group_head)
    bundle = Bundle(dimensions, weights_of(model), has_group_head, threshold, training)
    return Trained(bundle, tuple(history), tuple(group_history))


def _labelled(
    entry: TrainingSet, dimensions: Dimensions, rng: np.random.Generator, *, held_out: bool | None
) -> _Part:
    """One training set as tensors; `held_out` None splits inside, else all or nothing is held."""
    data: HeteroData = graph_tensors(entry.snapshot, dimensions.features, dimensions.length)
    n = entry.snapshot.n_users
    groups, stats, label = entry.groups, entry.stats, entry.group_label
    if held_out is None:
        positive = None if label is None else label == 1
        held = split_users(n, entry.user, entry.label == 1, groups, positive, rng)
    else:
        held = np.full(n, held_out)
    user, target = entry.user, entry.label.astype(np.float32)
    learned = ~held[user]
    judged = rng.permutation(np.flatnonzero(~learned))[:_MOST_HELD_OUT]
    keep = np.sort(np.concatenate([np.flatnonzero(learned), judged]))
    examples = Examples(
        data, _long(user[keep]), torch.from_numpy(target[keep]), _bool(held[user[keep]])
    )
    if groups is None or stats is None or label is None or not (label != UNKNOWN).any():
        return _Part(examples, None)
    known = np.flatnonzero(label != UNKNOWN)
    split = split_groups(groups, held)[known]
    wanted = label[known].astype(np.float32)
    return _Part(examples, GroupExamples(stats[known], wanted, split))


def _dimensions(snapshot: Snapshot, widths: set[int], init: Bundle | None) -> Dimensions:
    if init is None:
        return Dimensions(snapshot.features.names, max(widths, default=0))
    if widths - {init.dimensions.stats}:
        raise InputError(
            "the model to start from does not fit",
            f"it reads {init.dimensions.stats} group statistics, here are {max(widths)}",
            "train without a model to start from",
        )
    return init.dimensions


def _long(codes: npt.NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(codes.astype(np.int64))


def _bool(flags: npt.NDArray[np.bool_]) -> Tensor:
    return torch.from_numpy(flags)
