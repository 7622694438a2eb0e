"""Held-out metrics and calibration of a trained model."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ringfinder.nn.fit_groups import GroupExamples
from ringfinder.nn.fitting import Examples
from ringfinder.nn.holdout import best_threshold, judge, platt
from ringfinder.nn.infer import Embedded, group_logits
from ringfinder.nn.model import Hybrid, calibrated


def judge_and_calibrate(
    model: Hybrid,
    users: Sequence[Examples],
    embedded: Sequence[Embedded],
    grouped: Sequence[GroupExamples],
    *,
    keep_users: bool,
    keep_groups: bool,
) -> tuple[dict[str, Any], float]:
    """Measure the heads of a model on what was held out, and calibrate them in place.

    Returns the metrics by head and the threshold with the best F1. Heads of a warm start are told
    to keep their calibration: it was made on whole logs, and the few labels one starts from are
    mostly richer in bad users than the log is.
    """
    target = np.concatenate([part.target[part.held].numpy() for part in users]).astype(np.float64)
    metrics: dict[str, Any] = {}
    threshold = 0.5
    for name, field, calibration in (
        ("users", "logit", model.user_calibration),
        ("flat", "flat_logit", model.flat_calibration),
    ):
        logit = np.concatenate(
            [
                getattr(known, field).cpu()[part.user[part.held]].numpy()
                for known, part in zip(embedded, users, strict=True)
            ]
        ).astype(np.float64)
        metrics[name] = asdict(judge(logit, target))
        if name == "flat" or not keep_users:
            _calibrate(calibration, logit, target)
        if name == "users":
            probability = calibrated(torch.from_numpy(logit), calibration.cpu()).numpy()
            threshold = best_threshold(probability, target)
    if grouped:
        metrics["groups"] = judge_groups(model, grouped, keep=keep_groups)
    return metrics, threshold


def judge_groups(model: Hybrid, grouped: Sequence[GroupExamples], *, keep: bool) -> dict[str, Any]:
    """Metrics of the group head on held-out groups; it is calibrated in place unless `keep`."""
    logits = [group_logits(model, part.stats).cpu()[part.held] for part in grouped]
    logit = torch.cat(logits).numpy().astype(np.float64)
    target = np.concatenate([part.target[part.held] for part in grouped]).astype(np.float64)
    if not keep:
        _calibrate(model.group_calibration, logit, target)
    return asdict(judge(logit, target))


def _calibrate(
    calibration: Tensor, logit: npt.NDArray[np.float64], target: npt.NDArray[np.float64]
) -> None:
    found = platt(logit, target)
    if found is not None:
        calibration.copy_(torch.tensor(found))
