"""The marketplace's time: 28 days in milliseconds since the first midnight, with a human rhythm."""

import numpy as np
from numpy.typing import NDArray

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
DAYS = 28
END = DAYS * DAY
START_US = 1_772_409_600_000_000
"""2026-03-02T00:00:00Z, a Monday, in microseconds since 1970."""

_HOURS = np.array(
    [8, 6, 5, 4, 4, 5, 7, 10, 12, 13, 14, 16, 18, 15, 16, 15, 15, 17, 18, 20, 21, 21, 16, 11], float
)
_WEEKDAYS = np.array([1.0, 0.95, 0.95, 1.0, 1.1, 1.3, 1.25])
_PROFILE = np.cumsum(np.tile(np.repeat(_WEEKDAYS, 24) * np.tile(_HOURS, 7), DAYS // 7))
_PROFILE /= _PROFILE[-1]


def rhythm(
    rng: np.random.Generator, count: int, *, start: int = 0, end: int = END
) -> NDArray[np.int64]:
    """Times in [start, end) that follow the hours of a day and the days of a week."""
    edges = np.concatenate(([0.0], _PROFILE))
    hours = np.arange(len(edges)) * HOUR
    low, high = np.interp([start, end], hours, edges)
    return np.interp(rng.uniform(low, high, count), edges, hours).astype(np.int64)


def within(
    rng: np.random.Generator, begin: NDArray[np.int64] | int, span: NDArray[np.int64] | int, n: int
) -> NDArray[np.int64]:
    """Times uniform in [begin, begin + span)."""
    return (begin + rng.random(n) * span).astype(np.int64)
