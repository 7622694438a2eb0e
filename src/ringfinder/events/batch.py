"""What the readers hand to the check: rows as a log gave them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

SHOWN_CHARACTERS = 1_000
"""A longer value is cut where a row is kept only to be shown."""


Choose = Callable[[Sequence[str]], dict[str, str]]
"""Given the columns of a file, says which are read: event table column = column of the file."""


@dataclass(frozen=True)
class Rejected:
    """A row that was not taken: `line` in the file (from 1), why, and its values, long ones cut."""

    line: int
    reason: str
    row: Mapping[str, Any]


@dataclass(frozen=True)
class RawBatch:
    """Rows as the file gave them.

    `table` has event table column names and whatever types the file has; `line` int64 [rows] is
    each row's line, or its number in a Parquet file, from 1; `rejected` are rows no column could be
    read of; `sources` event table column = column of the file; `fraction` says how much of the file
    has been read, in (0, 1].
    """

    table: pa.Table
    line: npt.NDArray[np.int64]
    rejected: tuple[Rejected, ...]
    sources: Mapping[str, str]
    fraction: float


def shown(value: Any) -> Any:
    """Shorten a value for a quarantined row and make it fit for JSON."""
    if isinstance(value, bytes):
        value = value.decode(errors="backslashreplace")
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    text = str(value).encode(errors="backslashreplace").decode()
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."
