"""Small event logs and the snapshots built from them, without a lake."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from ringfinder.events.labels import LABEL_SCHEMA
from ringfinder.events.schema import event_schema
from ringfinder.features.build import read_events, write_snapshot
from ringfinder.features.load import load_snapshot
from ringfinder.features.snapshot import Snapshot
from ringfinder.vocabulary import ACTIONS

HOUR = 3_600_000_000
EPOCH = 1_750_000_000_000_000
FOREVER = EPOCH * 2

Row = dict[str, Any]


def table_of(rows: Sequence[Row], declared: Sequence[str] = ()) -> pa.Table:
    """An event table of rows that leave out what they do not say; `ts` is microseconds."""
    schema = event_schema(declared)
    filled = [
        {"event_id": f"e{place:06d}", "action": "order", "user": "u", **row}
        for place, row in enumerate(rows)
    ]
    columns = {
        field.name: pa.array([row.get(field.name) for row in filled]).cast(field.type)
        for field in schema
    }
    return pa.table(columns, schema=schema)


def random_rows(seed: int, count: int, users: int = 6, days: int = 6) -> list[Row]:
    """Rows in which everybody meets: few users, items, sellers, devices and addresses."""
    draw = np.random.default_rng(seed)

    def some(prefix: str, among: int, absent: float) -> str | None:
        code = int(draw.integers(among))
        return None if draw.random() < absent else f"{prefix}{code}"

    return [
        {
            "event_id": f"e{place:06d}",
            "ts": EPOCH + int(draw.integers(days * 24 * 4)) * HOUR // 4,
            "user": f"u{int(draw.integers(users))}",
            "action": ACTIONS[int(draw.integers(len(ACTIONS)))],
            "item": some("i", users, 0.2),
            "seller": some("s", 3, 0.2),
            "device": some("d", users, 0.2),
            "ip": some("p", users, 0.2),
            "amount": int(draw.integers(-50_000, 900_000)) if draw.random() < 0.5 else None,
        }
        for place in range(count)
    ]


def snapshot_of(
    events: pa.Table,
    directory: Path,
    *,
    as_of: int = FOREVER,
    start: int = 0,
    labels: pa.Table | None = None,
    threads: int = 1,
) -> Snapshot:
    """Build and load the snapshot of an event table in any order."""
    engine = ibis.duckdb.connect(threads=threads)
    engine.con.execute("SET TimeZone = 'UTC'")
    engine.con.register("events", events)
    directory.mkdir()
    found = read_events(engine, as_of=as_of, start=start)
    labels = LABEL_SCHEMA.empty_table() if labels is None else labels
    write_snapshot(engine, found, labels, directory, as_of=as_of, start=start)
    engine.disconnect()
    return load_snapshot(directory)
