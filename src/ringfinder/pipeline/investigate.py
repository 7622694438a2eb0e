"""Investigate: the case of one user, from the snapshot and the sweep alone or from the graph."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ringfinder.cases.happenings import last_events
from ringfinder.cases.investigation import Investigation
from ringfinder.cases.investigation import investigate as gather
from ringfinder.cases.snapshot_source import SnapshotSource
from ringfinder.cases.source import CaseSource, Happening, Standing
from ringfinder.cases.sweep_record import last_sweep, sweep_as_of
from ringfinder.features.load import load_snapshot
from ringfinder.features.snapshot import Snapshot
from ringfinder.store.workspace import Workspace, write_atomically

if TYPE_CHECKING:
    from ringfinder.cases.neo4j_source import Neo4jSource, OwnEvents
    from ringfinder.cases.published_sweep import PublishedSweep
    from ringfinder.graph.neo4j.connection import Address, Graph


def investigate(
    workspace: Workspace,
    user: str,
    *,
    as_of: int | None,
    html: Path | None,
    address: "Address | None" = None,
) -> Investigation:
    """Gather the case of `user` as of the last sweep, or of the newest at or before `as_of`.

    `as_of` is in microseconds UTC; `html` also writes the case as a page; `address` reads from the
    graph there. Raise `InputError` for an unknown user or when there is no sweep.
    """
    with case_source(workspace, as_of=as_of, address=address) as source:
        case = gather(source, user)
    if html is not None:
        from ringfinder.cases.page import user_page  # noqa: PLC0415 - jinja2 only for a page

        write_atomically(html, user_page(case).encode("utf-8", "backslashreplace"))
    return case


@contextmanager
def case_source(
    workspace: Workspace, *, as_of: int | None, address: "Address | None"
) -> Iterator[CaseSource]:
    """Open what cases are read from: the graph at `address`, or else the snapshot of the sweep."""
    if address is not None:
        from ringfinder.graph.neo4j.connection import connected  # noqa: PLC0415 - only with a server

        with connected(address) as graph:
            yield graph_source(graph, workspace, as_of=as_of)
        return
    record = (
        last_sweep(workspace.sweeps)
        if as_of is None
        else sweep_as_of(workspace.sweeps, as_of=as_of)
    )
    snapshot = load_snapshot(workspace.snapshots / record.summary["snapshot"])
    with SnapshotSource(snapshot, record) as source:
        yield source


def graph_source(graph: "Graph", workspace: Workspace, *, as_of: int | None) -> "Neo4jSource":
    """Read cases from an open graph, and what it does not keep from the workspace's snapshot."""
    from ringfinder.cases.neo4j_source import Neo4jSource  # noqa: PLC0415 - only with a server
    from ringfinder.cases.published_sweep import published_sweep  # noqa: PLC0415 - the same

    sweep = published_sweep(graph, as_of=as_of)
    return Neo4jSource(graph, sweep, _own_events(workspace, sweep))


def _own_events(workspace: Workspace, sweep: "PublishedSweep") -> "OwnEvents | None":
    directory = workspace.snapshots / str(json.loads(sweep.summary)["snapshot"])
    if not directory.is_dir():
        return None

    @cache
    def snapshot() -> Snapshot:
        return load_snapshot(directory)

    def read(user: Standing, limit: int) -> tuple[list[Happening], int]:
        return last_events(snapshot(), user.code, limit=limit)

    return read
