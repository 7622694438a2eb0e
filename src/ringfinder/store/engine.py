"""The one place that opens the lake for relational work."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ringfinder.events.schema import event_schema
from ringfinder.store.lake import Lake

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

MEMORY_LIMIT = "2GB"


@contextmanager
def connect(lake: Lake, spill: Path) -> Iterator["Backend"]:
    """Open an in-memory ibis DuckDB backend with a table `events`, every event of the lake.

    Columns are those of `event_schema(lake.declared())`, `ts` as TIMESTAMPTZ in a UTC session; rows
    have no promised order. The table reads the parts that the ledger lists at this moment. `spill`,
    a directory of this backend's own, takes what does not fit in `MEMORY_LIMIT`; it goes with it.
    """
    import ibis  # noqa: PLC0415 - takes most of a second, and only a build needs it

    try:
        with closing(
            duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(spill)})
        ) as connection:
            connection.execute("SET TimeZone = 'UTC'").fetchall()
            create_events_view(connection, lake)
            backend: Backend = ibis.duckdb.from_connection(connection)
            yield backend
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def create_events_view(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Create the view `events` over the lake's parts in a DuckDB connection."""
    schema = event_schema(lake.declared())
    parts = lake.parts()
    if not parts:
        connection.from_arrow(schema.empty_table()).create("events")
        return
    files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in parts)
    read = f"read_parquet([{files}], union_by_name = true, hive_partitioning = false)"
    present = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()}
    columns = ", ".join(
        f'"{name}"' if name in present else f'NULL::VARCHAR AS "{name}"' for name in schema.names
    )
    connection.execute(f"CREATE VIEW events AS SELECT {columns} FROM {read}").fetchall()
