"""The ordinary window of a log, which a few wrong clocks do not stretch."""

import numpy as np
import numpy.typing as npt

HOUR = 3_600_000_000
"""Microseconds of an hour."""

STRAY = 1_000
"""One event in so many may lie before the ordinary window, and one after it."""


def ordinary(ts: npt.NDArray[np.int64]) -> tuple[int, int]:
    """The first and last of ascending times, microseconds, but for the stray; (0, 0) of none."""
    if not len(ts):
        return 0, 0
    stray = len(ts) // STRAY
    return int(ts[stray]), int(ts[len(ts) - 1 - stray])
