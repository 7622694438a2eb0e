"""The sweep that a case is read from in the shared graph."""

from dataclasses import dataclass

from ringfinder.errors import InputError, StoreError
from ringfinder.graph.neo4j.connection import Graph


@dataclass(frozen=True)
class PublishedSweep:
    """The sweep to read, and what the graph says of its log.

    `as_of` is in microseconds UTC, `cells` counts all pairs of cell and user, `declared` are the
    entity types that are not built in; `summary` is the sweep's sweep.json as text.
    """

    sweep_id: str
    model: str
    summary: str
    as_of: int
    users: int
    cells: int
    declared: tuple[str, ...]


def published_sweep(graph: Graph, *, as_of: int | None, any_log: bool = False) -> PublishedSweep:
    """Find the latest sweep in the graph, or the newest that knew nothing after `as_of`.

    Raise `InputError` when there is none. Unless `any_log` is good enough, the graph must hold the
    very log that it was made on: else raise `InputError`, or `StoreError` while a load is under
    way.
    """
    (row,) = graph.read("read/sweep", as_of=as_of)
    log, sweep = row["log"], row["sweep"]
    if row["loading"] and not any_log:
        raise StoreError(
            "the graph is being loaded",
            "a load is under way, or was cut off",
            "wait until it has ended, or run `ringfinder graph load` to finish it",
        )
    if log is None or sweep is None:
        raise InputError(
            "there is no sweep in the graph",
            "the graph holds no log"
            if log is None
            else f"the graph holds none{' as of that time' * (as_of is not None)}",
            "run `ringfinder graph load`, then `ringfinder sweep`",
        )
    if sweep["log"] != log["digest"] and not any_log:
        raise InputError(
            "the sweep and the graph do not belong together",
            f"sweep {sweep['id']} was made on another log than the graph holds now",
            "run `ringfinder sweep` again, without --window and --as-of",
        )
    return PublishedSweep(
        sweep_id=sweep["id"],
        model=sweep["model"],
        summary=sweep["summary"],
        as_of=log["as_of"],
        users=log["users"],
        cells=log["cells"],
        declared=tuple(log["declared"]),
    )
