"""Publish: what a sweep found, put beside the facts in the shared graph."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ringfinder.errors import StoreError
from ringfinder.events.progress import Progress
from ringfinder.graph.neo4j.connection import Graph, Step

BATCH = 20_000
"""Users a transaction when scores are put."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class RingRows:
    """One ring as rows of the graph.

    `ring` are the properties of its node, `members`, `evidence`, `checks` rows of the queries of
    these names under `cypher/publish/`; `about`, `involves` and `orders_of` are such rows by label;
    `continues` are keys of older rings; `orders` are its members' events in time order.
    """

    ring: Row
    members: Sequence[Row]
    evidence: Sequence[Row]
    checks: Sequence[Row]
    about: Mapping[str, Sequence[Row]]
    involves: Mapping[str, Sequence[Row]]
    continues: Sequence[str]
    orders: Sequence[Row]
    orders_of: Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Publication:
    """A sweep as rows: its node, its rings, best first, and the score rows of its users."""

    sweep: Row
    rings: Iterator[RingRows]
    n_rings: int
    scores: Sequence[Row]


def publish(graph: Graph, publication: Publication, *, progress: Progress) -> None:
    """Put a sweep into the graph, in one transaction a ring, and make it the latest at the end.

    The same sweep is replaced, older ones stay. Until the end, readers are led to the sweep before;
    while scores are put, they are told that those are not of their sweep.
    Raises `StoreError` where a user of the sweep is not in the graph.
    """
    sweep = str(publication.sweep["id"])
    graph.write("publish/sweep", sweep=publication.sweep)
    for number, ring in enumerate(publication.rings, start=1):
        written = graph.write_all(list(_steps(sweep, ring)))
        if written[2][0]["written"] != len(ring.members):
            raise _unknown_users()
        progress("publish", number, publication.n_rings)
    users = len(publication.scores)
    for first in range(0, users, BATCH):
        rows = publication.scores[first : first + BATCH]
        if graph.write("publish/scores", sweep=sweep, rows=rows)[0]["written"] != len(rows):
            raise _unknown_users()
        progress("publish scores", min(first + BATCH, users), users)
    while graph.write("publish/unscored", sweep=sweep, rows=BATCH)[0]["removed"]:
        pass
    graph.write("publish/latest", sweep=sweep)


def is_published(graph: Graph, sweep: str) -> bool:
    """Tell whether readers are led to this sweep."""
    return any(row["sweep"] == sweep for row in graph.read("publish/is_latest"))


def publish_case(
    graph: Graph, user: str, orders: Sequence[Row], orders_of: Mapping[str, Sequence[Row]]
) -> None:
    """Put the case of a user in no ring: its `orders` in time order, in one transaction."""
    key = f"case/{user}"
    case: Step = ("publish/case", {}, {"key": key, "user": user})
    if not graph.write_all([case, *_order_steps("Case", key, orders, orders_of)])[0][0]["written"]:
        raise _unknown_users()


def _order_steps(
    label: str, key: str, orders: Sequence[Row], orders_of: Mapping[str, Sequence[Row]]
) -> Iterator[Step]:
    """List the steps that put single events and chain them."""
    yield "publish/orders", {}, {"rows": orders}
    for target, rows in orders_of.items():
        yield "publish/orders_of", {"label": target}, {"rows": rows}
    if orders:
        chain = [order["id"] for order in orders]
        yield "publish/chain", {"label": label}, {"key": key, "orders": chain}


def _steps(sweep: str, rows: RingRows) -> Iterator[Step]:
    key = rows.ring["key"]
    yield "publish/forget", {}, {"key": key}
    yield "publish/ring", {}, {"sweep": sweep, "ring": rows.ring}
    yield "publish/members", {}, {"key": key, "rows": rows.members}
    yield "publish/evidence", {}, {"key": key, "rows": rows.evidence}
    yield "publish/checks", {}, {"key": key, "rows": rows.checks}
    for label, some in rows.about.items():
        yield "publish/about", {"label": label}, {"rows": some}
    for label, some in rows.involves.items():
        yield "publish/involves", {"label": label}, {"key": key, "rows": some}
    yield "publish/continues", {}, {"key": key, "rows": rows.continues}
    yield from _order_steps("Ring", key, rows.orders, rows.orders_of)


def _unknown_users() -> StoreError:
    return StoreError(
        "this cannot be published",
        "the graph lacks some of the users",
        "run `ringfinder graph load`, then sweep again",
    )
