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


class Rhythm:
    """How busy people are by the hour: `hours` float64 [24] times `weekdays` float64 [7]."""

    def __init__(self, *, hours: NDArray[np.float64], weekdays: NDArray[np.float64]) -> None:
        week = np.repeat(weekdays, 24) * np.tile(hours, 7)
        profile = np.cumsum(np.tile(week, DAYS // 7))
        self._shares = np.concatenate(([0.0], profile / profile[-1]))
        self._hours = np.arange(len(self._shares)) * HOUR

    def times(
        self, rng: np.random.Generator, count: int, *, start: int = 0, end: int = END
    ) -> NDArray[np.int64]:
        """Times in [start, end) that follow the hours of a day and the days of a week."""
        low, high = np.interp([start, end], self._hours, self._shares)
        drawn = rng.uniform(low, high, count)
        return np.interp(drawn, self._shares, self._hours).astype(np.int64)


def within(
    rng: np.random.Generator, begin: NDArray[np.int64] | int, span: NDArray[np.int64] | int, n: int
) -> NDArray[np.int64]:
    """Times uniform in [begin, begin + span)."""
    return (begin + rng.random(n) * span).astype(np.int64)
