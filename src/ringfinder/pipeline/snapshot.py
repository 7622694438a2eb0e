"""The snapshot of a workspace as of a time: built once, reused after."""

import errno
import hashlib
import json
import os
from datetime import UTC, datetime, timedelta

import duckdb

from ringfinder.errors import InputError
from ringfinder.features.arrays import FORMAT
from ringfinder.features.load import load_snapshot
from ringfinder.features.snapshot import Snapshot
from ringfinder.store.lake import Lake
from ringfinder.store.workspace import Workspace, lock, new_directory

_LOCK_WAIT_S = 600.0


def snapshot_at(
    workspace: Workspace, *, as_of: int | None, window: int | None, lake: Lake | None = None
) -> Snapshot:
    """Open the snapshot of (as_of - window, as_of], building it when it is not there.

    Times are microseconds UTC; `as_of` None is the time of the last event, `window` None everything
    up to `as_of`, `lake` None the lake as it is now. Raise `InputError` where that holds no event.
    """
    lake = lake or Lake(workspace.lake).as_it_stands()  # an ingest may commit while this builds
    first, last = lake.span()
    as_of = last if as_of is None else as_of
    if as_of < first:
        raise InputError(
            "there is nothing to see yet",
            f"the first event is at {_iso(first)}, after the as-of time {_iso(as_of)}",
            f"ask for a time from {_iso(first)} to {_iso(last)}",
        )
    start = first - 1 if window is None else max(first - 1, as_of - window)
    directory = workspace.snapshots / snapshot_key(lake, as_of=as_of, start=start)
    if not directory.exists():
        with lock(workspace, "snapshot", wait_s=_LOCK_WAIT_S):
            if not directory.exists():
                from ringfinder.features.build import build_snapshot  # noqa: PLC0415 - a second

                with new_directory(directory) as partial:
                    try:
                        build_snapshot(lake, partial, as_of=as_of, start=start)
                    except duckdb.Error as problem:
                        # DuckDB tells of a full disk in words; `new_directory` knows the number.
                        if os.strerror(errno.ENOSPC) not in str(problem):
                            raise
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from problem
    snapshot = load_snapshot(directory)
    if not len(snapshot.events):
        raise InputError(
            "the window holds no events",
            f"there is none after {_iso(start)} up to {_iso(as_of)}",
            f"ask for a longer window; the log runs from {_iso(first)} to {_iso(last)}",
        )
    return snapshot


def snapshot_key(lake: Lake, *, as_of: int, start: int) -> str:
    """Name a snapshot by what it is made of: sixteen hex digits."""
    content = json.dumps([lake.digest(), as_of, start, FORMAT])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _iso(us: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)).isoformat()
