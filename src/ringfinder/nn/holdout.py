"""What a held-out part is good for: splitting, judging, calibrating."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ringfinder.features.groups import Groups

Bool = npt.NDArray[np.bool_]
Float64 = npt.NDArray[np.float64]

SHARE = 0.2
"""The part of users that is held out."""

_FEWEST = 5
"""Examples of each class below which a held-out part calibrates nothing."""


@dataclass(frozen=True)
class Metrics:
    """How raw scores rank a held-out part.

    `examples` and `base_rate` describe it; `ap` (average precision) and `auroc` are None where it
    holds one class only. Soft labels count as positive from one half.
    """

    examples: int
    base_rate: float
    ap: float | None
    auroc: float | None


def split_users(
    n_users: int,
    user: npt.NDArray[np.int32],
    positive: Bool,
    groups: Groups | None,
    group_positive: Bool | None,
    rng: np.random.Generator,
) -> Bool:
    """Choose the users that are held out: bool [n_users], about `SHARE` of `user` [k].

    Users that share a positive group are held out together, as members of one ring tell of each
    other. `positive` bool [k] keeps both classes on both sides where there are enough of them.
    """
    unit = np.arange(n_users)
    if groups is not None and group_positive is not None and group_positive.any():
        unit = _units(n_users, groups, group_positive)
    held = np.zeros(n_users, np.bool_)
    with_positive = np.zeros(n_users, np.bool_)
    with_positive[unit[user[positive]]] = True
    labelled = np.unique(unit[user])
    for chosen in (labelled[with_positive[labelled]], labelled[~with_positive[labelled]]):
        if len(chosen) > 1:
            count = max(1, round(SHARE * len(chosen)))
            held[rng.permutation(chosen)[:count]] = True
    return held[unit]


def split_groups(groups: Groups, held: Bool) -> Bool:
    """Hold out the groups whose first member is held out, bool [g].

    Candidates for the same people overlap and mostly share their first member; rings lie on one
    side as a whole, see `split_users`.
    """
    return held[groups.user[groups.ptr[:-1]]]


def _units(n_users: int, groups: Groups, positive: Bool) -> npt.NDArray[np.int64]:
    """One number for users that positive groups connect, int64 [n_users]."""
    member = np.repeat(positive, groups.sizes)
    first = np.repeat(groups.user[groups.ptr[:-1]], groups.sizes)[member]
    pairs = coo_array(
        (np.ones(len(first), np.int8), (first, groups.user[member])), shape=(n_users, n_users)
    )
    return np.asarray(connected_components(pairs, directed=False)[1], np.int64)


def judge(logit: Float64, target: Float64) -> Metrics:
    """Average precision and AUROC with ties at their middle; all arrays [k]."""
    positive = target >= 0.5
    n, n_positive = len(target), int(positive.sum())
    rate = n_positive / n if n else 0.0
    if n_positive in (0, n):
        return Metrics(n, rate, None, None)
    scores, inverse, size = np.unique(-logit, return_inverse=True, return_counts=True)
    hits = np.bincount(inverse, positive, len(scores))
    precision = hits.cumsum() / size.cumsum()
    misses = size - hits
    below = misses.sum() - misses.cumsum()
    auroc = (hits * (below + misses / 2)).sum() / (n_positive * (n - n_positive))
    ap = (precision * hits).sum() / n_positive
    return Metrics(n, round(rate, 6), round(float(ap), 6), round(float(auroc), 6))


def platt(logit: Float64, target: Float64) -> tuple[float, float] | None:
    """Slope and offset that turn raw scores into probabilities (Platt, 1999).

    A weak pull towards the identity keeps small samples sane; the slope stays positive, so that
    calibration never reorders. None where either class has fewer than `_FEWEST` examples.
    """
    positive = target.sum()
    if min(positive, len(target) - positive) < _FEWEST:
        return None

    def loss(at: Float64) -> tuple[float, Float64]:
        line = at[0] * logit + at[1]
        gap = 1 / (1 + np.exp(-line)) - target
        pull = at - np.array([1.0, 0.0])
        value = (np.logaddexp(0, line) - target * line).sum() + (pull[0] ** 2 + 0.01 * pull[1] ** 2)
        slope = np.array([gap @ logit + 2 * pull[0], gap.sum() + 0.02 * pull[1]])
        return float(value), slope

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, bounds=[(0.05, 20.0), (-20.0, 20.0)])
    return float(found.x[0]), float(found.x[1])


def best_threshold(probability: Float64, target: Float64) -> float:
    """Find the probability with the best F1 when flagging from it; one half for one class only."""
    positive = target >= 0.5
    if not positive.any() or positive.all():
        return 0.5
    levels, inverse = np.unique(-probability, return_inverse=True)
    flagged = np.bincount(inverse, minlength=len(levels)).cumsum()
    hits = np.bincount(inverse, positive, len(levels)).cumsum()
    return round(float(-levels[np.argmax(2 * hits / (flagged + positive.sum()))]), 6)
