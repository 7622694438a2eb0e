"""Trips: one visit of one user to one item, before it is told as events."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

OWN = -2
"""In `device` and `ip`: whatever the user would have at hand at that time."""
NEVER = -1
"""In `review` and `refund`: it does not happen."""


@dataclass(frozen=True)
class Trips:
    """Columns of equal length, one row a trip.

    `t` is its start and `review`, `refund` the delay after the order, in milliseconds; `views`
    counts looks at other items before; `factor` multiplies the price; `ring` is -1 for honest ones.
    """

    user: NDArray[np.int32]
    item: NDArray[np.int32]
    t: NDArray[np.int64]
    device: NDArray[np.int32]
    ip: NDArray[np.int32]
    views: NDArray[np.int16]
    login: NDArray[np.bool_]
    buy: NDArray[np.bool_]
    review: NDArray[np.int64]
    refund: NDArray[np.int64]
    factor: NDArray[np.float32]
    ring: NDArray[np.int32]
    camouflage: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.user)

    def rows(self, rows: slice) -> "Trips":
        """The trips of these rows."""
        return Trips(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def marked(self, ring: int, *, camouflage: bool) -> "Trips":
        """The same trips as the work of a ring."""
        return replace(
            self,
            ring=np.full(len(self), ring, np.int32),
            camouflage=np.full(len(self), camouflage, np.bool_),
        )


_DEFAULTS: dict[str, tuple[Any, Any]] = {
    "user": (None, np.int32),
    "item": (None, np.int32),
    "t": (None, np.int64),
    "device": (OWN, np.int32),
    "ip": (OWN, np.int32),
    "views": (0, np.int16),
    "login": (True, np.bool_),
    "buy": (True, np.bool_),
    "review": (NEVER, np.int64),
    "refund": (NEVER, np.int64),
    "factor": (1.0, np.float32),
    "ring": (-1, np.int32),
    "camouflage": (False, np.bool_),
}


def make_trips(user: NDArray[Any], item: Any, t: Any, **columns: Any) -> Trips:
    """Trips of the users given; every other column is an array or one value for all."""
    given = {"user": user, "item": item, "t": t, **columns}
    return Trips(
        **{
            name: np.broadcast_to(np.asarray(given.get(name, default)), len(user)).astype(dtype)
            for name, (default, dtype) in _DEFAULTS.items()
        }
    )


def in_parts(trips: list[Trips], at_once: int) -> Iterator[Trips]:
    """All trips one after another, `at_once` in each part but the last; this empties the list."""
    trips.reverse()
    waiting: list[Trips] = []
    count = 0
    while trips:
        waiting.append(trips.pop())
        count += len(waiting[-1])
        if count < at_once:
            continue
        joined = join_trips(waiting)
        whole = count - count % at_once
        for first in range(0, whole, at_once):
            yield joined.rows(slice(first, first + at_once))
        waiting, count = [joined.rows(slice(whole, None))], count - whole
    if count:
        yield join_trips(waiting)


def join_trips(parts: list[Trips]) -> Trips:
    """All trips one after another."""
    return Trips(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Trips)}
    )
