"""Writes events, as they come in order, into Parquet parts of whole days."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ringfinder.events.schema import event_schema
from ringfinder.events.times import SECOND_US
from ringfinder.store.ledger import Part
from ringfinder.store.workspace import sync

PART_ROWS = 131_072
"""A part ends with the day in which it reaches this many rows: a quiet year makes one file."""

MAX_PART_ROWS = 8 * PART_ROWS
_DAY_US = 86_400 * SECOND_US
_UNLIKE = {"event_id", "ts", "amount"}  # values that do not repeat: a dictionary only costs


def write_parts(
    root: Path, name: str, declared: tuple[str, ...], batches: Iterable[pa.RecordBatch]
) -> tuple[Part, ...]:
    """Write events that come by (ts, event_id) to `events/day=DAY/NAME-N.parquet` under `root`.

    DAY is the day, in UTC, of the part's first event; a part holds whole days, but a day of more
    than `MAX_PART_ROWS` events is split. `ts` comes as int64 microseconds.
    """
    parts = []
    for number, table in enumerate(_whole_days(batches)):
        ts = table["ts"].to_numpy()
        first, last = int(ts[0]), int(ts[-1])
        day = datetime.fromtimestamp(first // SECOND_US, UTC).date().isoformat()
        path = Path("events") / f"day={day}" / f"{name}-{number}.parquet"
        sha256 = write_sorted(root / path, table.cast(event_schema(declared)))
        parts.append(Part(str(path), table.num_rows, first, last, sha256))
    return tuple(parts)


def _whole_days(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    pending: pa.Table | None = None
    for batch in batches:
        table = pa.Table.from_batches([batch])
        pending = table if pending is None else pa.concat_tables([pending, table])
        while pending.num_rows >= PART_ROWS:
            cut = _cut(pending["ts"].to_numpy())
            if not cut:
                break
            yield pending.slice(0, cut)
            pending = pending.slice(cut)
    if pending is not None and pending.num_rows:
        yield pending


def _cut(ts: npt.NDArray[np.int64]) -> int:
    """Rows of the part that can end now, 0 where its last day may go on."""
    end_of_day = (ts[PART_ROWS - 1] // _DAY_US + 1) * _DAY_US
    cut = int(np.searchsorted(ts, end_of_day))
    if cut < len(ts):
        return min(cut, MAX_PART_ROWS)
    return MAX_PART_ROWS if len(ts) >= MAX_PART_ROWS else 0


def write_sorted(path: Path, table: pa.Table) -> str:
    """Write a sorted table as Parquet, to the disk itself; return the SHA-256 of the file.

    The same rows give the same bytes, however the table lies in memory.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    dictionary = [name for name in table.column_names if name not in _UNLIKE]
    pq.write_table(table.combine_chunks(), path, compression="zstd", use_dictionary=dictionary)
    sync(path)
    sync(path.parent)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
