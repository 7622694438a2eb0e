"""Events set aside by day on disk, so that a log of any size is sorted a few days at a time."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import DAY, DAYS
from ringfinder.events.simulator.told import Events

ROW: Final = np.dtype(
    [
        ("t", np.int64),
        ("number", np.int64),
        ("amount", np.float64),
        ("user", np.int32),
        ("item", np.int32),
        ("device", np.int32),
        ("ip", np.int32),
        ("ring", np.int32),
        ("action", np.int8),
        ("camouflage", np.bool_),
    ]
)
"""A row as it is set aside; `number` counts events in the order in which they were told."""

Rows = NDArray[Any]


class DayBuckets:
    """One file for each day in a directory that exists."""

    def __init__(self, directory: Path) -> None:
        self._paths = [directory / f"{day:02d}" for day in range(DAYS)]
        self._told = 0

    def add(self, events: Events) -> None:
        """Set events aside, in any order."""
        rows = np.empty(len(events), dtype=ROW)
        for name, column in vars(events).items():
            rows[name] = column
        rows["number"] = np.arange(self._told, self._told + len(events))
        self._told += len(events)
        day = events.t // DAY
        rows = rows[np.argsort(day, kind="stable")]
        edges = np.concatenate([[0], np.cumsum(np.bincount(day, minlength=DAYS))])
        for path, (first, last) in zip(self._paths, pairwise(edges), strict=True):
            with path.open("ab") as file:
                rows[first:last].tofile(file)

    def by_day(self, at_least: int) -> Iterator[Rows]:
        """The rows of one day after another, unsorted; small days together until `at_least`."""
        waiting: list[Rows] = []
        for path in self._paths:
            if path.exists():
                waiting.append(np.fromfile(path, dtype=ROW))
                path.unlink()
            if sum(map(len, waiting)) >= at_least:
                yield np.concatenate(waiting)
                waiting = []
        if waiting:
            yield np.concatenate(waiting)
