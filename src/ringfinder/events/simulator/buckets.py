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
    """Files in a directory that exists, `slices` of equal length for each day."""

    def __init__(self, directory: Path, *, slices: int = 1) -> None:
        self._slices = slices
        self._paths = [directory / f"{number:04d}" for number in range(DAYS * slices)]
        self._told = 0

    def __len__(self) -> int:
        """How many events were set aside."""
        return self._told

    def add(self, events: Events) -> None:
        """Set events aside, in any order."""
        rows = np.empty(len(events), dtype=ROW)
        for name, column in vars(events).items():
            rows[name] = column
        rows["number"] = np.arange(self._told, self._told + len(events))
        self._told += len(events)
        place = events.t * self._slices // DAY
        rows = rows[np.argsort(place, kind="stable")]
        edges = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=len(self._paths)))])
        for path, (first, last) in zip(self._paths, pairwise(edges), strict=True):
            with path.open("ab") as file:
                rows[first:last].tofile(file)

    def by_day(self, at_least: int, at_most: int) -> Iterator[Rows]:
        """The rows of one day after another, unsorted; small days together until `at_least`.

        Of a day that would make it more than `at_most`, some slices are given before the others.
        """
        waiting: list[Rows] = []
        for number, path in enumerate(self._paths, start=1):
            if path.exists():
                rows = np.fromfile(path, dtype=ROW)
                path.unlink()
                if waiting and sum(map(len, waiting)) + len(rows) > at_most:
                    yield np.concatenate(waiting)
                    waiting = []
                waiting.append(rows)
            if number % self._slices == 0 and sum(map(len, waiting)) >= at_least:
                yield np.concatenate(waiting)
                waiting = []
        if waiting:
            yield np.concatenate(waiting)
