"""A new group head for a trained bundle, its user heads left as they are."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from ringfinder.nn.bundle import Bundle
from ringfinder.nn.calibrate import judge_groups
from ringfinder.nn.device import choose_device, deterministic
from ringfinder.nn.fit_groups import GroupExamples, train_groups
from ringfinder.nn.fitting import Progress
from ringfinder.nn.holdout import platt
from ringfinder.nn.model import Dimensions, Hybrid, weights_of
from ringfinder.nn.train import GROUP_EPOCHS

_HEAD = "group_head."


def refit_groups(
    bundle: Bundle, parts: Sequence[GroupExamples], *, device: str, seed: int, progress: Progress
) -> Bundle:
    """Train the group head from scratch on these groups; nothing of the old head remains.

    `parts` are the groups of several snapshots, some of them held out to calibrate by. Same bundle,
    parts and seed, same weights. The new head reads as many statistics as `parts` hold, and has the
    widths of a new model.
    """
    chosen = choose_device(device)
    dimensions = replace(bundle.dimensions, stats=parts[0].stats.shape[1], group=Dimensions.group)
    with deterministic(seed):
        model = Hybrid(dimensions).to(chosen)
        kept = {name: of for name, of in bundle.weights.items() if not name.startswith(_HEAD)}
        model.load_state_dict({**model.state_dict(), **kept})
        train_groups(model, parts, epochs=GROUP_EPOCHS, seed=seed, gentle=False, progress=progress)
        metrics = judge_groups(model, parts, keep=False)
    training = {
        **bundle.training,
        "groups": sum(len(part) for part in parts),
        "group_snapshots": len(parts),
        "started_from": bundle.version,
        "metrics": {**bundle.training["metrics"], "groups": metrics},
    }
    return Bundle(dimensions, weights_of(model), True, bundle.threshold, training)


def calibrate_groups(
    bundle: Bundle, logit: npt.NDArray[np.float32], target: npt.NDArray[np.bool_]
) -> Bundle:
    """Calibrate the group head by raw scores and outcomes of groups met elsewhere, both [k].

    Groups of logs like those it learned from would make it too sure of itself on another. The
    calibration stays as it is where either outcome is too rare to tell, see `holdout.platt`.
    """
    found = platt(logit.astype(np.float64), target.astype(np.float64))
    if found is None:
        return bundle
    weights = {**bundle.weights, "group_calibration": torch.tensor(found)}
    return replace(bundle, weights=weights)
