"""What every innocent hypothesis gets and gives."""

from collections.abc import Mapping
from typing import Protocol

from ringfinder.rings.ring import Check

SUPPORTED = "supported"
RULED_OUT = "ruled out"
NOT_TESTED = "not tested"

Figures = Mapping[str, float]
"""The statistics of one group by name, see `rings.statistics.STATISTICS`; those of a group that is
told also hold what could be measured of `rings.habits.HABITS`."""


class Hypothesis(Protocol):
    """Tests one ordinary explanation of a group."""

    def __call__(self, figures: Figures) -> Check:
        """Say whether the explanation is supported, ruled out or cannot be tested, and why."""


def verdict(name: str, value: float, text: str, *, supported: bool) -> Check:
    """A tested explanation."""
    return Check(name, SUPPORTED if supported else RULED_OUT, round(value, 4), text)


def untested(name: str, text: str) -> Check:
    """An explanation for which the group offers nothing to test."""
    return Check(name, NOT_TESTED, None, text)
