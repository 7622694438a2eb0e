"""A stored snapshot, opened for reading: arrays are mapped, ids are looked up on demand."""

from pathlib import Path

import duckdb

from ringfinder.errors import StoreError
from ringfinder.features.arrays import DATABASE, read_arrays, read_meta
from ringfinder.features.snapshot import Snapshot


def load_snapshot(directory: Path) -> Snapshot:
    """Open the snapshot in `directory` without reading its arrays, or raise `StoreError`."""
    return read_arrays(directory)


def open_database(snapshot: Snapshot) -> duckdb.DuckDBPyConnection:
    """Open the snapshot's tables `events`, `user_events` and `ids` for reading; close it after."""
    try:
        return duckdb.connect(str(snapshot.path / DATABASE), read_only=True)
    except duckdb.Error as problem:
        raise StoreError(
            f"the snapshot {snapshot.path.name} cannot be read",
            str(problem),
            "delete its directory; the next run builds it again from the lake",
        ) from problem


def ids(snapshot: Snapshot, kind: str) -> list[str]:
    """List all ids of a kind ('user' or an entity type) in code order."""
    with open_database(snapshot) as database:
        query = "SELECT id FROM ids WHERE kind = ? ORDER BY code"
        return [name for (name,) in database.execute(query, [kind]).fetchall()]


def code_of(snapshot: Snapshot, kind: str, identifier: str) -> int | None:
    """Find the code of an id of a kind, None when no event of the snapshot names it."""
    with open_database(snapshot) as database:
        query = "SELECT code FROM ids WHERE kind = ? AND id = ?"
        row = database.execute(query, [kind, identifier]).fetchone()
    return None if row is None else int(row[0])


def feature_words(snapshot: Snapshot) -> dict[str, str]:
    """Tell what each feature says, in words with its unit, by name in column order."""
    return read_meta(snapshot.path).features
