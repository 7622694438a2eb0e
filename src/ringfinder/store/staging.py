"""The rows of one arriving log, while ids are given and duplicates are found."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from ringfinder.events.batch import Rejected
from ringfinder.events.schema import ENTITY_COLUMNS

MEMORY_LIMIT = "400MB"
"""DuckDB spills to disk above this, so that a log of any size can arrive."""

CONFLICT = "another event has the same event_id and different content"
_ORDER_BATCH_ROWS = 131_072


class Staging:
    """A DuckDB table `arrived` of checked rows; `directory` takes what does not fit in memory."""

    def __init__(self, directory: Path, declared: tuple[str, ...]) -> None:
        self.entities = (*ENTITY_COLUMNS, *declared)
        spill = str(directory / "spill")
        self.connection = duckdb.connect(
            config={"memory_limit": MEMORY_LIMIT, "temp_directory": spill}
        )
        entities = ", ".join(f'"{name}" VARCHAR' for name in self.entities)
        self._run(
            "CREATE TABLE arrived(line BIGINT, event_id VARCHAR, ts BIGINT, "
            f'"user" VARCHAR, action VARCHAR, {entities}, amount BIGINT)'
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def add(self, events: pa.Table) -> None:
        """Add the events of a batch, in the columns of `Checked.events`."""
        if events.num_rows:
            self.connection.from_arrow(events).insert_into("arrived")

    def rows(self) -> int:
        """Count the rows."""
        return self._number("SELECT count(*) FROM arrived")

    def name_events(self) -> None:
        """Give each event without an id one from its content.

        Rows that are alike in every column are events of their own: the k-th of them in the file
        gets the k-th id, so that the same rows get the same ids in whatever file and order.
        """
        if not self._number("SELECT count(*) FROM arrived WHERE event_id IS NULL"):
            return
        self._run(
            "CREATE TABLE named AS SELECT * EXCLUDE (content, copy) REPLACE ("
            "coalesce(event_id, 'e_' || left(md5(content || "
            "CASE WHEN copy = 1 THEN '' ELSE '#' || copy END), 20)) AS event_id) "
            "FROM (SELECT *, "
            "row_number() OVER (PARTITION BY content ORDER BY event_id IS NOT NULL, line) AS copy "
            f"FROM (SELECT *, {self._content_sql()} AS content FROM arrived))"
        )
        self._run("DROP TABLE arrived; ALTER TABLE named RENAME TO arrived")

    def set_conflicts_aside(self, parts: Sequence[Path]) -> list[Rejected]:
        """Remove events whose id is taken, and return those whose content then differs.

        An id belongs to the event in the lake (`parts`), or else to the earliest in the log, by
        (ts, content). An event that is alike in every column is only dropped.
        """
        self._find_known(parts)
        self._run(
            "CREATE TABLE suspect AS SELECT event_id FROM arrived GROUP BY event_id "
            "HAVING count(*) > 1 UNION SELECT event_id FROM known"
        )
        if not self._number("SELECT count(*) FROM suspect"):
            return []
        content = self._content_sql()
        self._run(
            "CREATE TABLE verdict AS SELECT line, content = owner AS alike FROM (SELECT *, "
            "first_value(content) OVER claims AS owner, row_number() OVER claims AS claim FROM ("
            f"SELECT event_id, 0 AS line, ts, {content} AS content FROM known UNION ALL "
            f"SELECT event_id, line, ts, {content} FROM arrived "
            "SEMI JOIN suspect USING (event_id)) "
            "WINDOW claims AS (PARTITION BY event_id ORDER BY line > 0, ts, content, line)) "
            "WHERE claim > 1"
        )
        conflicts = self.connection.sql(
            "SELECT * FROM arrived SEMI JOIN (FROM verdict WHERE NOT alike) USING (line) "
            "ORDER BY line"
        ).to_arrow_table()
        self._run("DELETE FROM arrived WHERE line IN (SELECT line FROM verdict)")
        return [Rejected(row.pop("line"), CONFLICT, row) for row in conflicts.to_pylist()]

    def in_order(self) -> pa.RecordBatchReader:
        """Stream the events by (ts, event_id), `ts` int64 microseconds UTC."""
        return self.connection.sql(
            "SELECT * EXCLUDE (line) FROM arrived ORDER BY ts, event_id"
        ).to_arrow_reader(_ORDER_BATCH_ROWS)

    def _find_known(self, parts: Sequence[Path]) -> None:
        self._run("CREATE TABLE known AS FROM arrived LIMIT 0")
        if not parts:
            return
        files = [str(part) for part in parts]
        read = "read_parquet(?, union_by_name = true, hive_partitioning = false)"
        stored = self._run(f"DESCRIBE SELECT * FROM {read}", [files])
        known = {row[0] for row in stored}
        columns = ", ".join(f'"{name}"' for name in self.entities if name in known)
        self._run(
            f'INSERT INTO known BY NAME SELECT event_id, epoch_us(ts) AS ts, "user", action, '
            f"{columns}, amount FROM {read} SEMI JOIN arrived USING (event_id)",
            [files],
        )

    def _content_sql(self) -> str:
        columns = ("ts", "user", "action", *self.entities, "amount")
        return " || ".join(
            f"coalesce('|{name}:' || strlen(\"{name}\"::VARCHAR) || ':' || \"{name}\"::VARCHAR, '')"
            for name in columns
        )

    def _number(self, query: str) -> int:
        return int(self._run(query)[0][0])

    def _run(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement to its end: a half-read result would block the connection."""
        return self.connection.execute(query, list(values)).fetchall()
