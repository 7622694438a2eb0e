"""When each ring was found by a row of sweeps, and how much of its volume was still to come."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ringfinder.evaluate.matching import Matching
from ringfinder.evaluate.metrics import found_within

NEVER = np.iinfo(np.int64).max
"""The time of the first hit on a ring that no sweep found."""

_BUDGET = 50
_DAY_US = 86_400_000_000

Times = NDArray[np.int64]


def first_hits(sweeps: Sequence[tuple[int, Matching]], *, budget: int = _BUDGET) -> Times:
    """When each ring was first hit within the first `budget` groups, int64 [rings].

    `sweeps` are pairs of an `as_of` in microseconds and its matching, in any order, all against
    the same rings in the same order, of which each sweep knows the members seen by then. `NEVER`
    for a ring that none hits. Raises `ValueError` for no sweep at all.
    """
    times = [np.where(found_within(m, budget), as_of, NEVER) for as_of, m in sweeps]
    first: Times = np.min(np.stack(times), axis=0)
    return first


def days_to_detect(first_hit: Times, began: Times) -> NDArray[np.float64]:
    """Days from the first event of each ring to its first hit; infinite where it was never hit.

    Both in microseconds, int64 [rings]. The median is the figure to tell: it is defined as long as
    half of the rings are found.
    """
    days = (first_hit.astype(np.float64) - began) / _DAY_US
    return np.where(first_hit == NEVER, np.inf, days)


def preventable_share(
    first_hit: Times, ring: Times, ts: Times, amount: NDArray[np.float64]
) -> float | None:
    """Share of the rings' volume that was still to come when each was first hit.

    An order of ring number `ring` at `ts` microseconds over `amount`, each [orders], was still to
    come where it is later than the first hit; an event at the very time of a sweep is in it. None
    where there is no volume.
    """
    total = float(amount.sum())
    return float(amount[ts > first_hit[ring]].sum()) / total if total else None
