"""Features of users as a model reads them, twice each: as a rank and as a signed logarithm.

The rank among the users of the same snapshot says "much for this marketplace" in any currency and
traffic; the logarithm keeps what ranks lose (how far out, and how many are tied at zero).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ringfinder.errors import InputError
from ringfinder.features.snapshot import Features

Float32 = npt.NDArray[np.float32]

LOG_SCALE = 4.0
"""Divisor of natural logarithms, which brings those of counts and seconds to a few units."""

_COLUMNS_AT_ONCE = 16
_FEW_VALUES = 4_096
"""Distinct values up to which a rank is looked up by value rather than kept for every user."""


class UserInputs:
    """Some `columns` of `values` float32 [users, *], ranked.

    Ranks are mid-ranks scaled to (-1, 1), ties at their middle. Most columns have few distinct
    values and keep the ranks of these alone, which spares most of the memory.
    """

    def __init__(self, values: Float32, columns: Sequence[int]) -> None:
        self._values, self._columns = values, columns
        self._levels: dict[int, tuple[Float32, Float32]] = {}
        self._ranks: dict[int, Float32] = {}
        # A few columns at a time: a row of many features fills whole cache lines.
        for at in range(0, len(columns), _COLUMNS_AT_ONCE):
            some = np.asarray(values[:, columns[at : at + _COLUMNS_AT_ONCE]].T, order="C")
            for place, column in enumerate(some, start=at):
                distinct, begins = _distinct(column)
                level = ((begins[:-1] + begins[1:]) / len(column) - 1).astype(np.float32)
                if len(distinct) <= _FEW_VALUES:
                    self._levels[place] = distinct, level
                else:
                    self._ranks[place] = ranks = np.empty(len(column), np.float32)
                    ranks[np.argsort(column)] = np.repeat(level, np.diff(begins))

    def of(self, rows: slice) -> Float32:
        """Ranks, then signed logarithms, of some users: float32 [rows, 2 x columns]."""
        raw = self._values[rows][:, self._columns]
        out = np.empty((len(raw), 2 * len(self._columns)), np.float32)
        for place, (distinct, level) in self._levels.items():
            out[:, place] = level[np.searchsorted(distinct, raw[:, place])]
        for place, ranks in self._ranks.items():
            out[:, place] = ranks[rows]
        out[:, len(self._columns) :] = np.sign(raw) * np.log1p(np.abs(raw)) / np.float32(LOG_SCALE)
        return out


def user_inputs(features: Features, names: Sequence[str]) -> UserInputs:
    """Rank all users by the named features; raises `InputError` where one of them is missing."""
    position = {name: place for place, name in enumerate(features.names)}
    missing = [name for name in names if name not in position]
    if missing:
        raise InputError(
            "the model does not fit this snapshot",
            f"it was trained on features that are not here: {', '.join(missing[:5])}",
            "retrain it with `ringfinder train`",
        )
    return UserInputs(features.values, [position[name] for name in names])


def _distinct(column: Float32) -> tuple[Float32, npt.NDArray[np.int64]]:
    """The distinct values ascending, and where each begins among all, with the end of the last."""
    ordered = np.sort(column)
    new = np.ones(len(ordered), np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    begins = np.flatnonzero(new)
    return ordered[begins], np.append(begins, len(ordered))
