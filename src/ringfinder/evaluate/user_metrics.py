"""Figures of user scores against who is in a ring; None where only one class is present."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Guilt = NDArray[np.bool_]

BUDGET = 0.01
"""The share of users that can be reviewed."""

THRESHOLD = 0.5
"""The score from which a user counts as flagged in F1-macro."""


@dataclass(frozen=True)
class UserFigures:
    """User-level figures; each is to be read beside `base_rate`, the share of ring users."""

    users: int
    base_rate: float | None
    ap: float | None
    auroc: float | None
    recall_at_budget: float | None
    f1_macro: float | None


def user_figures(guilty: Guilt, scores: Scores) -> UserFigures:
    """All user-level figures of the scores (finite, higher is riskier), both [users]."""
    return UserFigures(
        users=len(guilty),
        base_rate=float(guilty.mean()) if len(guilty) else None,
        ap=average_precision(guilty, scores),
        auroc=auroc(guilty, scores),
        recall_at_budget=recall_at_budget(guilty, scores),
        f1_macro=f1_macro(guilty, scores),
    )


def average_precision(guilty: Guilt, scores: Scores) -> float | None:
    """Sum over distinct scores of precision times the step in recall; ties enter together."""
    if not guilty.any():
        return None
    hits, flagged, _ = _steps(guilty, scores)
    steps = np.diff(hits, prepend=0)
    return float((hits / flagged * steps).sum() / hits[-1])


def auroc(guilty: Guilt, scores: Scores) -> float | None:
    """Chance that a ring user outscores an honest one, ties counting half."""
    good, bad = int((~guilty).sum()), int(guilty.sum())
    if not good or not bad:
        return None
    hits, flagged, _ = _steps(guilty, scores)
    misses = flagged - hits
    above = np.concatenate(([0], hits[:-1]))
    pairs = np.diff(misses, prepend=0) * (above + hits)
    return float(pairs.sum() / (2 * good * bad))


def recall_at_budget(guilty: Guilt, scores: Scores) -> float | None:
    """Share of ring users among the `BUDGET` of users with the highest scores, rounded up.

    Of users tied at the edge of the budget the expected number counts.
    """
    if not guilty.any():
        return None
    hits, flagged, _ = _steps(guilty, scores)
    budget = math.ceil(len(guilty) * BUDGET)
    return float(np.interp(budget, np.append(0, flagged), np.append(0, hits)) / hits[-1])


def f1_macro(guilty: Guilt, scores: Scores) -> float | None:
    """Mean of the F1 of ring users and of honest ones, flagged from `THRESHOLD` up."""
    if not guilty.any() or guilty.all():
        return None
    flagged = scores >= THRESHOLD
    both = [
        2 * int((truth & said).sum()) / (int(truth.sum()) + int(said.sum()))
        for truth, said in ((guilty, flagged), (~guilty, ~flagged))
    ]
    return sum(both) / 2


def _steps(guilty: Guilt, scores: Scores) -> tuple[NDArray[np.int64], NDArray[np.int64], Scores]:
    """Ring users and users at or above each distinct score, from the highest down."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    return np.cumsum(guilty[order], dtype=np.int64)[last], last + 1, ranked[last]
