"""Which browsing is told as a deal: that of people who never trade, and that of sudden crowds."""

import numpy as np
import numpy.typing as npt
from numba import njit

from ringfinder.features.coded_events import MISSING
from ringfinder.rings.window import HOUR, ordinary

SLOT = 3 * HOUR
"""Microseconds of a slot in which a crowd gathers."""

CROWD = 5
"""People who look at one target in one slot that can be a sudden crowd."""

BURSTINESS = 5.0
"""A sudden crowd is this many times what the target's browsing leads to expect of a slot."""


def telling(
    user: npt.NDArray[np.int32],
    target: npt.NDArray[np.int32],
    ts: npt.NDArray[np.int64],
    trades: npt.NDArray[np.bool_],
    n_users: int,
    n_targets: int,
) -> npt.NDArray[np.bool_]:
    """Mark the browsing that says something of its user, bool [events].

    The events are in time order; `trades` are no browsing, and what has no `target` (`MISSING`) is
    none either. Most people look at much that they never buy, and that is no choice of weight. It
    is one where a user does nothing else, and where a crowd looks at one target at once; two grids
    half a slot apart show the crowds. What its user also trades is told by the trade.
    """
    browsing = ~trades & (target != MISSING)
    trading = np.flatnonzero(trades & (target != MISSING))
    never = np.ones(n_users, np.bool_)
    never[user[trading]] = False
    start, end = ordinary(ts)
    told = never[user]
    for shift in (0, SLOT // 2):
        told |= _crowds(user, target, ts, browsing, n_targets, max(SLOT, end - start), shift)
    told &= browsing
    at = np.flatnonzero(told)
    asked = np.zeros(n_users, np.bool_)
    asked[user[at]] = True
    trading = trading[asked[user[trading]]]
    pair, traded = (user[of].astype(np.int64) * n_targets + target[of] for of in (at, trading))
    told[at] = ~np.isin(pair, traded)
    return told


@njit(cache=True, nogil=True)
def _crowds(
    user: npt.NDArray[np.int32],
    target: npt.NDArray[np.int32],
    ts: npt.NDArray[np.int64],
    browsing: npt.NDArray[np.bool_],
    n_targets: int,
    span: int,
    shift: int,
) -> npt.NDArray[np.bool_]:
    """Mark browsing, in time order, at targets with a sudden crowd; `span` is all of the time.

    People are counted as changes of the user from one event at the target to the next.
    """
    told = np.zeros(len(ts), np.bool_)
    usual = np.zeros(n_targets)
    for i in range(len(ts)):
        if browsing[i]:
            usual[target[i]] += BURSTINESS * SLOT / span
    people = np.zeros(n_targets, np.int32)
    latest = np.full(n_targets, MISSING, np.int32)
    start = 0
    while start < len(ts):
        slot, end = (ts[start] - ts[0] + shift) // SLOT, start
        while end < len(ts) and (ts[end] - ts[0] + shift) // SLOT == slot:
            if browsing[end]:
                people[target[end]] += user[end] != latest[target[end]]
                latest[target[end]] = user[end]
            end += 1
        for i in range(start, end):
            told[i] = browsing[i] and people[target[i]] >= max(CROWD, usual[target[i]])
        for i in range(start, end):
            if browsing[i]:
                people[target[i]] = 0
                latest[target[i]] = MISSING
        start = end
    return told
