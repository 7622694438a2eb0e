"""Load: what changed of a log, put into the shared graph by batches that can be run again.

Every batch is one transaction that also notes how far the load has come, and only counts while the
load still holds the graph: a load that was killed goes on where it ended, and one that lost the
graph to another can write no more.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ringfinder.errors import InputError, StoreError
from ringfinder.events.progress import Progress
from ringfinder.graph.neo4j.changes import Changes
from ringfinder.graph.neo4j.connection import Graph
from ringfinder.graph.neo4j.schema import apply_schema
from ringfinder.graph.neo4j.tables import SharedTables

BATCH = 10_000
"""Rows a transaction: larger ones are not faster, and hold locks for longer."""

CLEARING = "nothing"
"""The target and the plan of a load that deletes everything."""

BULK_PLAN = "bulk"
"""The plan of a load by the importer, which has no batches."""

PATIENCE_MS = 180_000
"""Silence after which another load's hold on the graph counts as lost."""


@dataclass(frozen=True)
class State:
    """What a database holds; `log` is None where no load of ours has begun."""

    log: Mapping[str, Any] | None
    nodes: bool

    @property
    def digest(self) -> str | None:
        """Name of the log that the graph holds whole, None where there is none."""
        return None if self.log is None else self.log.get("digest")

    @property
    def unfinished(self) -> bool:
        """Tell whether a load is under way or was cut off."""
        return self.log is not None and "target" in self.log


def state(graph: Graph) -> State:
    """Read what the database holds."""
    (row,) = graph.read("load/state")
    return State(row["log"], row["nodes"])


def check_ours(found: State, parts: frozenset[str]) -> None:
    """Raise `InputError` where the database holds anything but an earlier state of this log.

    `parts` are the SHA-256 of the lake's parts; an earlier state was loaded from some of them, and
    so is what an unfinished load has put there.
    """
    if found.log is None and not found.nodes:
        return
    if found.log is None:
        why = "it holds nodes that ringfinder did not load"
    elif not {*found.log.get("parts", ()), *found.log.get("loading_parts", ())} <= parts:
        why = "it holds another log than this workspace"
    else:
        return
    raise InputError(
        "the database is not empty",
        why,
        "use another server, or `ringfinder graph load --replace`, which deletes all it holds",
    )


def disown(graph: Graph, *, holder: str, parts: frozenset[str]) -> None:
    """Take the graph to delete what it holds; raise `StoreError` where a load is at work on it."""
    token = uuid.uuid4().hex
    begin(graph, token, holder=holder, target=CLEARING, plan=CLEARING, parts=parts)
    graph.write("load/disown", token=token)


def clear(graph: Graph) -> None:
    """Delete everything in the database."""
    for query in ("load/clear_links", "load/clear_nodes"):
        while graph.write(query, rows=BATCH)[0]["deleted"]:
            pass


def load(
    graph: Graph,
    todo: Changes,
    *,
    base: str | None,
    parts: frozenset[str],
    holder: str,
    progress: Progress,
) -> None:
    """Put the changes into the graph of `base` (a digest), nodes before relationships.

    `holder` names this workspace, whose own lock lets one load run at a time: what an earlier load
    of its left half done is taken up at once. Raises `StoreError` where another one is at work.
    """
    tables = todo.tables
    apply_schema(graph, tables.log["declared"])
    token = uuid.uuid4().hex
    plan = f"{base}:{len(todo)}:{BATCH}"
    done = begin(graph, token, holder=holder, target=tables.digest, plan=plan, parts=parts)
    for batch in todo.batches(BATCH, after=done):
        (row,) = graph.write(
            batch.query, batch.names, token=token, done=batch.number, rows=batch.rows
        )
        if row["written"] != len(batch.rows):
            raise _lost()
        progress("graph", batch.reached, len(todo))
    finish(graph, token, tables, parts)


def begin_and_finish(
    graph: Graph, tables: SharedTables, *, parts: frozenset[str], holder: str
) -> None:
    """Say that the graph holds the log of `tables`, which a bulk import has just put there."""
    apply_schema(graph, tables.log["declared"])
    token = uuid.uuid4().hex
    begin(graph, token, holder=holder, target=tables.digest, plan=BULK_PLAN, parts=parts)
    finish(graph, token, tables, parts)


def finish(graph: Graph, token: str, tables: SharedTables, parts: frozenset[str]) -> None:
    """Say that the graph holds the log of `tables`, and let it go."""
    log = {**tables.log, "parts": sorted(parts)}
    rows = graph.write("load/finish", token=token, log=log, entity_types=list(tables.entity_types))
    if rows[0]["written"] != len(tables.entity_types):
        raise _lost()


def begin(
    graph: Graph, token: str, *, holder: str, target: str, plan: str, parts: frozenset[str]
) -> int:
    """Take the graph for a load and give the number of batches that an earlier one has done.

    They are only counted where that one had the same `target` and `plan`. Raises `StoreError`
    where another load is at work.
    """
    (row,) = graph.write(
        "load/begin",
        token=token,
        holder=holder,
        target=target,
        plan=plan,
        parts=sorted(parts),
        patience=PATIENCE_MS,
    )
    if not row["taken"]:
        raise StoreError(
            "another load is at work on this graph",
            f"it comes from {row['holder']}",
            "wait until it has ended, then run the same command again",
        )
    return int(row["done"])


def _lost() -> StoreError:
    return StoreError(
        "the graph changed under this load",
        "another load took it over, or somebody deleted nodes",
        "run `ringfinder graph load` again; with --replace it starts anew",
    )
