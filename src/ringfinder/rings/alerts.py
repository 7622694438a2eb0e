"""The alert line: how many rings stand above it, and what would bring one of them below."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from ringfinder.rings.ring import ALERT_FALSE_SHARE
from ringfinder.rings.statistics import Table

Scores = npt.NDArray[np.float32]
Judge = Callable[[Table], Scores]
"""Scores of groups, float32 [groups], by their statistics alone."""


def count_alerts(score: Scores) -> int:
    """How many of the ranked scores (descending, calibrated probabilities) stand above the line.

    The mean of 1 - score over a list is its expected false-discovery rate; the line is drawn below
    the longest list that keeps it (Storey 2003, the Bayesian reading). It is as good as the
    calibration, which knows the crowds of the simulator and not yet those of this log.
    """
    rate = np.cumsum(1 - score.astype(np.float64)) / np.arange(1, len(score) + 1)
    return int((rate <= ALERT_FALSE_SHARE).sum())


def is_alert(score: Scores, place: int, anew: np.float32) -> bool:
    """Whether the ring at `place` of the ranked scores is an alert with the score `anew`."""
    others = np.delete(score, place)
    rank = int((others >= anew).sum())
    return rank < count_alerts(np.insert(others, rank, anew))


def steps_below(
    score: Scores, places: Sequence[int], steps: Sequence[Table], judge: Judge
) -> list[int | None]:
    """How many steps bring each alert below the line, None where none of its steps does.

    `score` are the ranked scores; the tables tell the rings at `places` after 0, 1, 2 ... steps. A
    ring that the judge would not raise to begin with stands above the line by a person's verdict,
    and no step is told of it either.
    """
    if not places:
        return []
    anew = np.split(judge(np.concatenate(steps)), np.cumsum([len(rows) for rows in steps])[:-1])
    told = []
    for place, of in zip(places, anew, strict=True):
        stands = [is_alert(score, place, one) for one in of]
        told.append(stands.index(False) if stands[0] and not all(stands) else None)
    return told
