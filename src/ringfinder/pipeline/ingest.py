"""Ingest: logs and labels into the workspace's lake."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ringfinder.errors import RingfinderError
from ringfinder.events.mapping import EventMapping, load_mapping
from ringfinder.events.progress import Progress, silent
from ringfinder.events.read import log_files
from ringfinder.store.arrival import OnError
from ringfinder.store.lake import FileResult, LabelResult, Lake
from ringfinder.store.workspace import Workspace

if TYPE_CHECKING:
    from ringfinder.graph.neo4j.connection import Address
    from ringfinder.pipeline.shared_graph import LoadResult


@dataclass(frozen=True)
class IngestResult:
    """What became of each log, in order, and of the label file if one was given.

    `graph` is what the load of the shared graph did, None where no server is configured.
    """

    files: tuple[FileResult, ...]
    labels: LabelResult | None
    graph: "LoadResult | None" = None


def ingest(
    workspace: Workspace,
    files: Sequence[Path],
    *,
    mapping: Path | None = None,
    labels: Path | None = None,
    on_error: OnError = "quarantine",
    load_at: "Address | None" = None,
    progress: Progress = silent,
    now: int | None = None,
) -> IngestResult:
    """Take logs (files or directories of them) and labels into the lake, each file once.

    `mapping` is a mapping file, None for our own columns. `now` (microseconds UTC, None for the
    clock) only tells which times lie in the future. Files are taken one by one: where one cannot
    be, `InputError` or `StoreError` is raised and those before it stay. `load_at` brings the shared
    graph there up to the lake at the end; where that fails, the events are in the lake.
    """
    read_by = EventMapping() if mapping is None else load_mapping(mapping)
    now_us = time.time_ns() // 1_000 if now is None else now
    lake = Lake(workspace.lake)
    taken: list[FileResult] = []
    try:
        for path in log_files(files):
            taken.append(  # noqa: PERF401 - a failure tells how many came before it
                lake.append(path, read_by, on_error=on_error, progress=progress, now=now_us)
            )
        labelled = None if labels is None else lake.add_labels(labels, read_by)
    except RingfinderError as error:
        if taken:
            before = "file before it stands" if len(taken) == 1 else "files before it stand"
            error.hint += f"; the {len(taken):,} {before} in the lake"
        raise
    loaded = None
    if load_at is not None and lake.exists():
        from ringfinder.pipeline.shared_graph import load_graph, stands  # noqa: PLC0415 - heavy

        with stands("the files are in the lake"):
            loaded = load_graph(workspace, load_at, progress=progress)
    return IngestResult(tuple(taken), labelled, loaded)
