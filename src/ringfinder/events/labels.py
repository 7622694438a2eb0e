"""Label files: verdicts on users or events, with the time they became known."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from ringfinder.errors import InputError
from ringfinder.events.batch import RawBatch
from ringfinder.events.columns import amounts, is_text, texts
from ringfinder.events.mapping import EventMapping
from ringfinder.events.read import read_rows
from ringfinder.events.schema import AMOUNT_SCALE
from ringfinder.events.times import NO_TIME, times_us

LABEL_SCHEMA = pa.schema(
    [
        pa.field("user", pa.string()),
        pa.field("event_id", pa.string()),
        pa.field("label", pa.int8(), nullable=False),
        pa.field("observed_at", pa.timestamp("us", tz="UTC")),
        pa.field("kind", pa.string()),
    ]
)
"""A label names a user or else an event; `observed_at` null means known from the start."""

_COLUMNS = {"user": "user_id", "event_id": "event_id"}
_OTHERS = ("label", "observed_at", "kind")


def read_labels(path: Path, mapping: EventMapping) -> pa.Table:
    """Read a label file into `LABEL_SCHEMA`, each label once, sorted by all columns.

    Columns are user_id or event_id (or what `mapping` calls them), label 0 or 1, and if given
    observed_at and kind. Raises `InputError`, naming the line, for a label that cannot be used, and
    where one user or event has two labels of the same time.
    """
    batches = [
        _labels(batch, path) for batch in read_rows(path, lambda n: _sources(n, path, mapping))
    ]
    table = pa.concat_tables(batches)
    rows = set()
    verdicts: dict[tuple[object, ...], tuple[int, int]] = {}
    for line, *row in zip(*table.to_pydict().values(), strict=True):
        user, event, label, observed, kind = row
        known, at = verdicts.setdefault((user, event, observed), (label, line))
        if known != label:
            raise _bad(path, line, f"{user or event} has another label on line {at}")
        rows.add((user, event, label, observed, kind))
    columns = zip(*rows, strict=True) if rows else [()] * len(LABEL_SCHEMA)
    arrays = [
        pa.array(column, pa.int64() if field.name == "observed_at" else field.type).cast(field.type)
        for column, field in zip(columns, LABEL_SCHEMA, strict=True)
    ]
    result = pa.Table.from_arrays(arrays, schema=LABEL_SCHEMA)
    return result.sort_by([(name, "ascending") for name in LABEL_SCHEMA.names])


def _sources(names: Sequence[str], path: Path, mapping: EventMapping) -> dict[str, str]:
    sources = {name: name for name in _OTHERS if name in names}
    for name, default in _COLUMNS.items():
        for column in (default, mapping.columns.get(default)):
            if column in names:
                sources.setdefault(name, str(column))
    if "label" not in sources or len(sources.keys() & _COLUMNS.keys()) != 1:
        raise InputError(
            f"cannot read labels from {path}",
            f"it needs a column label and either user_id or event_id; it has {', '.join(names)}",
            "name its columns so: user_id,label,observed_at",
        )
    return sources


def _labels(batch: RawBatch, path: Path) -> pa.Table:
    """Give the labels of a batch, with their lines and `observed_at` as int64."""
    for rejected in batch.rejected:
        raise _bad(path, rejected.line, rejected.reason)
    rows = batch.table.num_rows
    columns = {}
    for name in ("user", "event_id", "kind"):
        given = name in batch.sources
        column = batch.table[name].combine_chunks() if given else pa.nulls(rows, pa.string())
        columns[name], invalid = texts(column)
        _first(invalid, batch, path, f"{name} is not valid UTF-8")
    key = "user" if "user" in batch.sources else "event_id"
    missing = columns[key].is_null().to_numpy(zero_copy_only=False)
    _first(missing, batch, path, f"{_COLUMNS[key]} is missing")
    verdict = amounts(batch.table["label"].combine_chunks())[0].fill_null(-1)
    label = verdict.to_numpy(zero_copy_only=False) / AMOUNT_SCALE
    _first((label != 0) & (label != 1), batch, path, "the label is not 0 or 1")
    observed = pa.nulls(rows, pa.int64())
    if "observed_at" in batch.sources:
        column = batch.table["observed_at"].combine_chunks()
        if is_text(column.type):
            column, _ = texts(column)
        absent = column.is_null().to_numpy(zero_copy_only=False)
        times = times_us(column, "auto", "UTC")
        _first((times == NO_TIME) & ~absent, batch, path, "observed_at cannot be read as a time")
        observed = pa.array(times, mask=absent)
    return pa.table(
        {
            "line": pa.array(batch.line),
            "user": columns["user"],
            "event_id": columns["event_id"],
            "label": pa.array(label.astype(np.int8)),
            "observed_at": observed,
            "kind": columns["kind"],
        }
    )


def _first(bad: "np.typing.NDArray[np.bool_]", batch: RawBatch, path: Path, why: str) -> None:
    if bad.any():
        raise _bad(path, int(batch.line[int(np.argmax(bad))]), why)


def _bad(path: Path, line: int, why: str) -> InputError:
    hint = "mend the line; a label is 0 or 1, and observed_at is a time or empty"
    return InputError(f"cannot read labels from {path}", f"line {line}: {why}", hint)
