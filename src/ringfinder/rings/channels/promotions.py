"""The sub-graph inside a promotion: who takes several things that burst at the same time."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ringfinder.rings.bipartite import communities, core, distinct_pairs
from ringfinder.rings.channels.protocol import Codes, Log
from ringfinder.rings.deals import WIDTHS

BURST = 8
"""Deals at one target in one window that can be a burst."""

BURSTINESS = 5.0
"""A burst is this much busier than the target's mean."""

RESOLUTIONS = (0.01, 0.03, 0.08)
CORES = ((2, 3), (3, 3))
"""Bursting targets that a user takes, and users that such a target has, at least."""


def _bursts(log: Log, width: int) -> tuple[Codes, npt.NDArray[np.int64]]:
    """User and episode of each deal within a burst of its target.

    An episode is a run of such deals at one target with no gap above the width. `width` is a
    position in `WIDTHS`.
    """
    deals = log.deals
    ts = deals.target_ts
    if not len(ts):
        return np.empty(0, np.int32), np.empty(0, np.int64)
    demand = np.diff(deals.target_ptr)
    target = np.repeat(np.arange(len(demand)), demand)
    start, end = log.window
    horizon = max(end - start, WIDTHS[width])
    count = deals.late[:, width] - deals.early[:, width]
    usual = demand[target] * (WIDTHS[width] / horizon)
    at = np.flatnonzero((count >= BURST) & (count >= BURSTINESS * usual))
    fresh = np.ones(len(at), np.bool_)
    fresh[1:] = (np.diff(target[at]) > 0) | (np.diff(ts[at]) > WIDTHS[width])
    return deals.target_user[at], np.cumsum(fresh) - 1


def _inside(log: Log, width: int) -> Iterator[Codes]:
    user, episode = distinct_pairs(*_bursts(log, width))
    for of_user, of_episode in CORES:
        kept = core(user, episode, of_user, of_episode)
        user, episode = user[kept], episode[kept]
        if len(user):
            weight = 1 / np.log(np.bincount(episode)[episode] + 5.0)
            yield from communities(user, episode, weight, RESOLUTIONS)


def hours(log: Log) -> Iterator[Codes]:
    """Users who take several of the targets that burst within three hours.

    The crowd of a promotion takes one of them; those left are joined by what they took.
    """
    yield from _inside(log, 0)


def days(log: Log) -> Iterator[Codes]:
    """Users who take several of the targets that burst within a day and a half."""
    yield from _inside(log, 1)
