"""The snapshot's DuckDB file: coded events twice, and the ids behind the codes."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from ringfinder.features.coded_events import MISSING, NO_AMOUNT, CodedEvents
from ringfinder.features.coding import Coding

TABLES = ("events", "user_events", "ids")
"""`events` sorted by row, `user_events` the same rows by (user, row), `ids` by (kind, code)."""


def write_database(path: Path, coding: Coding) -> None:
    """Write the tables of a snapshot into a new DuckDB file at `path`."""
    events = event_table(coding.events).append_column("event_id", coding.event_id)
    rest = [name for name in events.column_names if name not in ("row", "event_id")]
    events = events.select(["row", "event_id", *rest])
    tables = {
        "events": events,
        "user_events": events.take(pa.array(coding.events.by_user)),
        "ids": _id_table(coding),
    }
    with duckdb.connect(str(path)) as connection:
        for name in TABLES:
            connection.register("incoming", tables.pop(name))
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
            connection.unregister("incoming")


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


def _id_table(coding: Coding) -> pa.Table:
    parts = [
        pa.table(
            {
                "kind": pa.array([kind], pa.string()).take(pa.array(np.zeros(len(ids), np.int64))),
                "code": pa.array(np.arange(len(ids), dtype=np.int32)),
                "id": ids.cast(pa.string()),
            }
        )
        for kind, ids in coding.ids.items()
    ]
    return pa.concat_tables(parts)
