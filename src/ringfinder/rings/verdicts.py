"""Verdicts: what a few judged rings say of every group of the log, in seconds and untrained."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtri

from ringfinder.features.groups import Groups
from ringfinder.rings.statistics import Table

Float64 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SAME = 0.5
"""Jaccard index from which a group is taken for the judged ring itself."""

UNIT = 5.0
"""Log-odds of the head that count as one standard deviation, held within two."""

_ROUNDS = 100
_CLOSE = 1e-10
_LEAST = 1e-6
_BELOW_ONE = np.nextafter(np.float32(1), np.float32(0))
_ABOVE_ZERO = np.finfo(np.float32).tiny


@dataclass(frozen=True)
class Verdict:
    """A person's word on one ring: `members` are user codes, distinct, int32.

    `size` counts all of its members, also those of whom this log knows nothing; `confirmed` is
    False where the ring was cleared.
    """

    members: npt.NDArray[np.int32]
    size: int
    confirmed: bool


class Judged(NamedTuple):
    """Groups that verdicts speak of: `group` int64 [v], ascending, and `confirmed` bool [v]."""

    group: npt.NDArray[np.int64]
    confirmed: Bools


class Widths(NamedTuple):
    """How far a verdict may move log-odds: prior standard deviations, each of one reason.

    `level`: the head is too hard or too soft on this log as a whole. `trust`: its own log-odds say
    more or less than they claim. `linear`: some statistics count more or less than it believes.
    `alike`: groups of like statistics are of like kind, within `reach` standard deviations a
    statistic. `members`: groups with the same members are.
    """

    level: float
    trust: float
    linear: float
    alike: float
    reach: float
    members: float


WIDTHS = Widths(level=0.5, trust=0.3, linear=2.0, alike=4.0, reach=1.0, members=1.0)
"""Chosen on own worlds, with the head of either engine on the other's (docs/decisions/0015)."""


def learn(
    groups: Groups,
    table: Table,
    score: npt.NDArray[np.float32],
    verdicts: Sequence[Verdict],
    widths: Widths = WIDTHS,
) -> npt.NDArray[np.float32]:
    """Scores after the verdicts, float32 [groups] in [0, 1]; where none applies, `score` itself.

    `score` float32 [groups] are the head's probabilities, `table` float32 [groups, F] any
    statistics. The head's log-odds are the prior mean of a Gaussian process over groups that the
    verdicts inform (Laplace approximation; Rasmussen and Williams 2006, section 3.4): groups like a
    confirmed ring rise, groups like a cleared one fall. `verdicts` are in the order they were
    taken: of two on one group the later counts, and no other order matters. A judged ring is beyond
    doubt: 1 where it was confirmed, 0 where it was cleared, and 0 for what repeats a cleared one
    with a Jaccard index of `SAME` or more.
    """
    judged = anchors(groups, verdicts)
    if not len(judged.group):
        return score
    odds = _log_odds(score)
    kernel = covariance(groups, standardised(table), odds, judged.group, widths)
    pull = most_probable(kernel[judged.group], odds[judged.group], judged.confirmed)
    learned = expit(odds + kernel @ pull).astype(np.float32)
    learned = np.clip(learned, _ABOVE_ZERO, _BELOW_ONE)
    for group in judged.group[~judged.confirmed].tolist():
        members = groups.members(group)
        learned[jaccard(groups, members, len(members)) >= SAME] = 0
    learned[judged.group] = judged.confirmed
    return np.asarray(learned, np.float32)


def anchors(groups: Groups, verdicts: Sequence[Verdict]) -> Judged:
    """Which groups verdicts speak of: the one most like each judged ring, the first of equals.

    A ring that none is like by a Jaccard index of `SAME` says nothing of this log.
    """
    found: dict[int, bool] = {}
    for verdict in verdicts if len(groups) else ():
        alike = jaccard(groups, verdict.members, verdict.size)
        best = int(np.argmax(alike))
        if alike[best] >= SAME:
            found[best] = verdict.confirmed
    at = sorted(found)
    return Judged(np.array(at, np.int64), np.array([found[g] for g in at], np.bool_))


def covariance(
    groups: Groups,
    numbers: Float64,
    odds: Float64,
    judged: npt.NDArray[np.int64],
    widths: Widths,
) -> Float64:
    """Prior covariance of every group's log-odds with those of the judged ones, [groups, v].

    `numbers` float64 [groups, F] are standardised statistics, `odds` float64 [groups] the head's
    log-odds. Each reason of `Widths` adds one kernel: a constant, two inner products, a radial one
    of `numbers`, and the cosine of the members, that is |A and B| over the root of |A| |B|.
    """
    at = numbers[judged]
    opinion = np.clip(odds / UNIT, -2, 2)
    inner = numbers @ at.T / max(1, numbers.shape[1])
    own = (numbers**2).mean(axis=1) if numbers.shape[1] else np.zeros(len(numbers))
    apart = np.maximum(own[:, None] + own[judged] - 2 * inner, 0)
    common = np.stack([_common(groups, groups.members(g)) for g in judged.tolist()], axis=1)
    size = np.sqrt(groups.sizes.astype(np.float64))
    return np.asarray(
        widths.level**2
        + widths.trust**2 * opinion[:, None] * opinion[judged]
        + widths.linear**2 * inner
        + widths.alike**2 * np.exp(-apart / (2 * widths.reach**2))
        + widths.members**2 * common / (size[:, None] * size[judged]),
        np.float64,
    )


def most_probable(kernel: Float64, prior: Float64, confirmed: Bools) -> Float64:
    """How hard each verdict pulls at the most probable log-odds, float64 [v].

    `kernel` float64 [v, v] is the prior covariance of the judged groups' log-odds, `prior` float64
    [v] their mean. The most probable log-odds are `prior + kernel @ pull`; there a pull is 1 - p of
    a confirmed ring and -p of a cleared one. Newton steps (Rasmussen and Williams 2006, algorithm
    3.1), halved where they overshoot.
    """
    y = confirmed.astype(np.float64)
    pull, moved = np.zeros(len(y)), np.zeros(len(y))
    reached = _log_posterior(pull, moved, prior, y)
    for _ in range(_ROUNDS):
        p = expit(prior + moved)
        root = np.sqrt(p * (1 - p))
        aim = root**2 * moved + y - p
        inner = np.eye(len(y)) + root[:, None] * kernel * root
        step = aim - root * np.linalg.solve(inner, root * (kernel @ aim)) - pull
        length, before = 1.0, reached
        while length > _CLOSE:
            ahead = pull + length * step
            reached = _log_posterior(ahead, kernel @ ahead, prior, y)
            if reached >= before:
                break
            length /= 2
        else:
            break
        pull, moved = ahead, kernel @ ahead
        if reached - before < _CLOSE:
            break
    return pull


def standardised(table: Table) -> Float64:
    """Each statistic by its rank among the groups, as a standard normal, float64 [groups, F].

    A rank means the same on every log, and no statistic needs to be known by name. Equal values
    share their middle rank; one that never varies is 0.
    """
    out = np.zeros(table.shape)
    for c in range(table.shape[1]):
        _, which, count = np.unique(table[:, c], return_inverse=True, return_counts=True)
        out[:, c] = ndtri((np.cumsum(count) - 0.5 * count) / len(table))[which]
    return out


def jaccard(groups: Groups, members: npt.NDArray[np.int32], size: int) -> Float64:
    """Jaccard index of every group with a set of `size` users; `members` are those in this log."""
    common = _common(groups, members)
    return np.asarray(common / (groups.sizes + size - common), np.float64)


def _common(groups: Groups, members: npt.NDArray[np.int32]) -> Float64:
    """Members of each group that are in a set."""
    inside = np.concatenate(([0], np.cumsum(np.isin(groups.user, members))))
    return np.asarray(inside[groups.ptr[1:]] - inside[groups.ptr[:-1]], np.float64)


def _log_posterior(pull: Float64, moved: Float64, prior: Float64, y: Float64) -> float:
    f = prior + moved
    return float(y @ f - np.logaddexp(0, f).sum() - pull @ moved / 2)


def _log_odds(score: npt.NDArray[np.float32]) -> Float64:
    clipped = np.clip(score.astype(np.float64), _LEAST, 1 - _LEAST)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))
