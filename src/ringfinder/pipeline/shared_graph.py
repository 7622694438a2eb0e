"""The shared graph: brought up to the workspace's log, read back, and given what sweeps find."""

import hashlib
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace as replaced
from typing import Any

from ringfinder.cases.investigation import Investigation
from ringfinder.cases.names import Names
from ringfinder.cases.publication import case_orders, order_targets, publication
from ringfinder.cases.sweep_record import SweepRecord, last_sweep
from ringfinder.errors import InputError, RingfinderError, StoreError
from ringfinder.events.progress import Progress, silent
from ringfinder.features.graph_tables import FORMAT, graph_digest, graph_tables
from ringfinder.features.load import load_snapshot
from ringfinder.features.snapshot import Snapshot
from ringfinder.graph.neo4j.bulk import import_tables
from ringfinder.graph.neo4j.changes import changes
from ringfinder.graph.neo4j.connection import Address, Graph, connected
from ringfinder.graph.neo4j.entity_graph import read_entity_graph
from ringfinder.graph.neo4j.load import (
    State,
    begin_and_finish,
    check_ours,
    clear,
    disown,
    load,
    state,
)
from ringfinder.graph.neo4j.publish import is_published, publish, publish_case
from ringfinder.graph.neo4j.schema import apply_schema
from ringfinder.graph.neo4j.server import running, stopped_for_import
from ringfinder.graph.neo4j.tables import SharedTables
from ringfinder.pipeline.snapshot import snapshot_at, snapshot_key
from ringfinder.store.lake import Lake
from ringfinder.store.workspace import Workspace, lock

BULK_FROM = 200_000
"""Relationships from which the importer is worth the restart of the server that it takes."""

_LOCK_WAIT_S = 5.0
_PUBLISH_WAIT_S = 600.0  # the sweep is done, and another's publication ends


@dataclass(frozen=True)
class LoadResult:
    """What a load did.

    `way` is "unchanged", "bulk" or "incremental"; `put` counts the nodes and relationships that
    were written, `users` those of the log; `published` is the sweep put beside them, if one was.
    """

    way: str
    put: int
    users: int
    published: str | None = None


def load_graph(
    workspace: Workspace, address: Address, *, replace: bool = False, progress: Progress = silent
) -> LoadResult:
    """Bring the graph at `address` up to the workspace's whole log.

    An empty database of the workspace's own server is filled by the importer, any other gets what
    changed since the last load, batch by batch; a load that was cut off goes on where it ended.
    Raises `InputError` where the database holds anything but this log, unless `replace` says to
    delete it, and `StoreError` where the server cannot be used or another load is at work.
    """
    lake = Lake(workspace.lake).as_it_stands()
    first, last = lake.span()
    key = snapshot_key(lake, as_of=last, start=first - 1)
    parts = frozenset(part.sha256 for part in lake.ledger().parts())
    with lock(workspace, "graph", wait_s=_LOCK_WAIT_S):
        with connected(address) as graph:
            found = state(graph)
            if not replace:
                check_ours(found, parts)
                known = found.log or {}
                current = (known.get("snapshot"), known.get("format")) == (key, FORMAT)
                if current and not found.unfinished:
                    apply_schema(graph, known["declared"])
                    return LoadResult("unchanged", 0, int(known["users"]))
        snapshot = snapshot_at(workspace, as_of=None, window=None, lake=lake)
        tables = graph_tables(snapshot)
        holder = _holder(workspace)
        fresh = replace or found.digest is None
        if fresh and tables.n_relationships >= BULK_FROM and is_own(workspace, address):
            with connected(address) as graph:
                disown(graph, holder=holder, parts=parts)
            with stopped_for_import(workspace.root, progress=progress) as importer:
                import_tables(tables, importer, progress=progress)
            if not is_own(workspace, address):
                raise _moved(address)
            with connected(address) as graph:
                begin_and_finish(graph, tables, parts=parts, holder=holder)
            return LoadResult("bulk", _size(tables), snapshot.n_users)
        with connected(address) as graph:
            if replace:
                disown(graph, holder=holder, parts=parts)
                clear(graph)
                found = state(graph)
            todo = changes(_loaded(workspace, found, tables.digest), tables)
            load(graph, todo, base=found.digest, parts=parts, holder=holder, progress=progress)
        way = "incremental" if len(todo) else "unchanged"
        return LoadResult(way, len(todo), snapshot.n_users)


def bring_up_to_date(
    workspace: Workspace, address: Address, *, replace: bool, progress: Progress
) -> LoadResult:
    """Load the graph as `load_graph`, and publish the last sweep where it does not lead to it."""
    result = load_graph(workspace, address, replace=replace, progress=progress)
    if (workspace.sweeps / "LAST").exists():
        record = last_sweep(workspace.sweeps)
        with connected(address) as graph:
            published = is_published(graph, record.sweep_id)
        if not published:
            snapshot = load_snapshot(workspace.snapshots / record.summary["snapshot"])
            publish_sweep(workspace, address, snapshot, record, progress=progress)
            return replaced(result, published=record.sweep_id)
    return result


def from_graph(workspace: Workspace, snapshot: Snapshot, address: Address) -> Snapshot:
    """Give the snapshot the entity graph of the server, and the features that follow from it.

    Raises `InputError` where the server holds the links of another time or log.
    """
    from ringfinder.features.build import with_graph  # noqa: PLC0415 - ibis takes a second

    with connected(address) as graph:
        log = current_log(state(graph), snapshot)
        try:
            entity_graph = read_entity_graph(graph, log)
        except (ValueError, IndexError) as problem:
            raise _changed() from problem
        current_log(state(graph), snapshot)  # a load may have come in between
    return with_graph(Lake(workspace.lake), snapshot, entity_graph)


def current_log(found: State, snapshot: Snapshot) -> Mapping[str, Any]:
    """Give what the graph holds, or raise `InputError` where that is not exactly this snapshot."""
    if found.log is None or found.digest != graph_digest(snapshot) or found.unfinished:
        raise InputError(
            "the graph does not hold this log as of this time",
            "a load is unfinished"
            if found.unfinished
            else "links are true only as of the time for which they were loaded",
            "run `ringfinder graph load`, and ask for no other --as-of or --window",
        )
    return found.log


def publish_sweep(
    workspace: Workspace,
    address: Address,
    snapshot: Snapshot,
    record: SweepRecord,
    *,
    progress: Progress,
) -> None:
    """Put a sweep's scores, rings, members, evidence and lineage into the graph.

    Two sweeps of one workspace are published one after the other.
    """
    with (
        lock(workspace, "graph", wait_s=_PUBLISH_WAIT_S),
        Names(snapshot, whole=True) as names,
        connected(address) as graph,
    ):
        previous = record.summary["previous"]
        publish(graph, publication(snapshot, names, record, previous), progress=progress)


def publish_user_case(graph: Graph, workspace: Workspace, case: Investigation) -> None:
    """Put the single events of a user in no ring into the graph, which keeps none otherwise.

    They come from the snapshot of the last sweep; where that is not here, nothing is put.
    """
    record = last_sweep(workspace.sweeps)
    directory = workspace.snapshots / record.summary["snapshot"]
    if record.sweep_id != case.sweep_id or not directory.is_dir():
        return
    snapshot = load_snapshot(directory)
    with Names(snapshot) as names:
        orders = case_orders(snapshot, names, case.user)
    publish_case(graph, case.user, orders, order_targets(orders))


@contextmanager
def stands(what: str) -> Iterator[None]:
    """Say in the hint of an error of the server in the block what was done before it."""
    try:
        yield
    except RingfinderError as error:
        error.hint += f"; {what}"
        raise


def is_own(workspace: Workspace, address: Address) -> bool:
    """Tell whether that is the server of `ringfinder graph start`, which we may stop and start."""
    own = running(workspace.root)
    return own is not None and own.uri == address.uri


def _moved(address: Address) -> StoreError:
    return StoreError(
        "the server came back at another address",
        f"another program took that of {address.uri} while it was stopped",
        "run the same command again",
    )


def _changed() -> StoreError:
    return StoreError(
        "the graph changed while it was read",
        "a load came in between",
        "run the same command again when it has ended",
    )


def _size(tables: SharedTables) -> int:
    return tables.n_relationships + sum(len(nodes.table) for nodes in tables.nodes)


def _loaded(workspace: Workspace, found: State, wanted: str) -> SharedTables | None:
    """The tables of the log that the graph holds, None where nobody can say what it holds.

    That is so where the snapshot of that log is not here any more, and where a load of anything but
    `wanted` (a digest) was cut off: whether an entity is a hub can change twice, and back.
    """
    log = found.log or {}
    directory = workspace.snapshots / str(log.get("snapshot"))
    if found.digest is None or not directory.is_dir() or log.get("target", wanted) != wanted:
        return None
    tables = graph_tables(load_snapshot(directory))
    return tables if tables.digest == found.digest else None


def _holder(workspace: Workspace) -> str:
    """Name this workspace without telling where it lies."""
    place = hashlib.sha256(str(workspace.root.resolve()).encode()).hexdigest()[:8]
    return f"{socket.gethostname()}, workspace {place}"
