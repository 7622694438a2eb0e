"""The snapshot's DuckDB file: coded events twice, and the ids behind the codes."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ringfinder.features.coded_events import MISSING, NO_AMOUNT, CodedEvents
from ringfinder.features.coding import Coding
from ringfinder.store.engine import MEMORY_LIMIT

_ROWS_AT_ONCE = 8 * 122_880
"""Whole row groups of DuckDB."""

TABLES = ("events", "user_events", "ids")
"""`events` sorted by row, `user_events` the same rows by (user, row), `ids` by (kind, code)."""


def write_database(path: Path, coding: Coding) -> None:
    """Write the tables of a snapshot into a new DuckDB file at `path`."""
    events = event_table(coding.events).append_column("event_id", coding.event_id)
    rest = [name for name in events.column_names if name not in ("row", "event_id")]
    events = events.select(["row", "event_id", *rest])
    with duckdb.connect(str(path), config={"memory_limit": MEMORY_LIMIT}) as connection:
        contents = (iter([events]), _by_user(events, coding.events.by_user), _id_tables(coding))
        for name, parts in zip(TABLES, contents, strict=True):
            _write(connection, name, parts)


def _write(connection: duckdb.DuckDBPyConnection, name: str, parts: Iterator[pa.Table]) -> None:
    """Write a table of one part or more."""
    for place, part in enumerate(parts):
        connection.register("incoming", part)
        how = f"INSERT INTO {name}" if place else f"CREATE TABLE {name} AS"
        connection.execute(f"{how} SELECT * FROM incoming")
        connection.unregister("incoming")


def _by_user(events: pa.Table, by_user: npt.NDArray[np.int64]) -> Iterator[pa.Table]:
    """Give the events in the order of their users, a part at a time."""
    for at in range(0, max(len(by_user), 1), _ROWS_AT_ONCE):
        yield events.take(pa.array(by_user[at : at + _ROWS_AT_ONCE]))


def event_table(events: CodedEvents) -> pa.Table:
    """Turn coded events into an Arrow table: row, ts, user, action, the entities, amount."""
    absent = {name: codes == MISSING for name, codes in events.entity.items()}
    columns = {
        "row": pa.array(np.arange(len(events), dtype=np.int64)),
        "ts": pa.array(events.ts),
        "user": pa.array(events.user),
        "action": pa.array(events.action),
        **{name: pa.array(codes, mask=absent[name]) for name, codes in events.entity.items()},
        "amount": pa.array(events.amount, mask=events.amount == NO_AMOUNT),
    }
    return pa.table(columns)


def _id_tables(coding: Coding) -> Iterator[pa.Table]:
    for kind, ids in coding.ids.items():
        yield pa.table(
            {
                "kind": pa.array([kind], pa.string()).take(pa.array(np.zeros(len(ids), np.int64))),
                "code": pa.array(np.arange(len(ids), dtype=np.int32)),
                "id": ids.cast(pa.string()),
            }
        )
