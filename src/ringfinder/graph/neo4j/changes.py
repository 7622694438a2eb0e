"""What a log's shared graph has that an earlier state of the same log's had not.

The lake only grows, so nothing vanishes, and a list property never changes without a count.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ringfinder.graph.neo4j.tables import Nodes, Relationships, SharedTables

Int64 = npt.NDArray[np.int64]

_NONE = -1


@dataclass(frozen=True)
class Batch:
    """Rows for one transaction: `query` under `cypher/` with its `names`.

    `number` counts the batches from 1, `reached` the rows up to the end of this one.
    """

    number: int
    reached: int
    query: str
    names: Mapping[str, str]
    rows: Sequence[Any]


@dataclass(frozen=True)
class Changes:
    """Positions of the nodes of each label, and of the relationships of each type, to put."""

    tables: SharedTables
    nodes: tuple[Int64, ...]
    relationships: tuple[Int64, ...]

    def __len__(self) -> int:
        """Count the nodes and relationships to put."""
        return sum(len(rows) for rows in (*self.nodes, *self.relationships))

    def batches(self, size: int, *, after: int) -> Iterator[Batch]:
        """Cut them into batches of at most `size` rows, all nodes before the first relationship.

        The first `after` batches are left out.
        """
        number = reached = 0
        ids = {nodes.label: nodes.table["id"] for nodes in self.tables.nodes}
        puts: list[tuple[Nodes | Relationships, Int64]] = [
            *zip(self.tables.nodes, self.nodes, strict=True),
            *zip(self.tables.relationships, self.relationships, strict=True),
        ]
        for table, rows in puts:
            for first in range(0, len(rows), size):
                part = rows[first : first + size]
                number, reached = number + 1, reached + len(part)
                if number <= after:
                    continue
                if isinstance(table, Nodes):
                    values, query = table.table.take(part).to_pylist(), "load/nodes"
                    yield Batch(number, reached, query, {"label": table.label}, values)
                else:
                    values, query = _rows(table, ids, part), "load/relationships"
                    yield Batch(number, reached, query, _names(table), values)


def changes(old: SharedTables | None, new: SharedTables) -> Changes:
    """Find what to put into the graph of `old`, None for an unknown state, to make it `new`'s."""
    before = {} if old is None else {nodes.label: nodes for nodes in old.nodes}
    links_before = {} if old is None else {links.type: links for links in old.relationships}
    there = {nodes.label: _positions(before.get(nodes.label), nodes) for nodes in new.nodes}
    return Changes(
        new,
        tuple(
            _changed(there[nodes.label], _old_table(before, nodes.label), nodes.table)
            for nodes in new.nodes
        ),
        tuple(
            _changed_links(links_before.get(links.type), links, there)
            for links in new.relationships
        ),
    )


def _old_table(before: Mapping[str, Nodes], label: str) -> pa.Table | None:
    return before[label].table if label in before else None


def _positions(old: Nodes | None, new: Nodes) -> Int64:
    """Row of each new node among the old ones, `_NONE` where it was not there."""
    if old is None or not len(old.table):
        return np.full(len(new.table), _NONE, np.int64)
    found = pc.index_in(new.table["id"], value_set=old.table["id"].combine_chunks())
    return np.array(found.fill_null(_NONE).to_numpy(), np.int64)


def _changed(there: Int64, old: pa.Table | None, new: pa.Table) -> Int64:
    differs = there == _NONE
    if old is not None and len(old):
        at = np.maximum(there, 0)
        for name in new.column_names:
            if not pa.types.is_list(new[name].type):
                left = new[name].to_numpy(zero_copy_only=False)
                differs |= left != old[name].to_numpy(zero_copy_only=False)[at]
    return np.flatnonzero(differs)


def _changed_links(
    old: Relationships | None, new: Relationships, there: Mapping[str, Int64]
) -> Int64:
    if old is None or not len(old.start):
        return np.arange(len(new.start))
    start, end = there[new.start_label][new.start], there[new.end_label][new.end]
    width = int(old.end.max()) + 2
    old_key = old.start.astype(np.int64) * width + old.end
    key = np.where((start == _NONE) | (end == _NONE) | (end >= width), _NONE, start * width + end)
    at = np.minimum(np.searchsorted(old_key, key), len(old_key) - 1)
    found = np.where((key != _NONE) & (old_key[at] == key), at, _NONE)
    return _changed(found, old.table, new.table)


def _names(links: Relationships) -> dict[str, str]:
    return {"type": links.type, "start": links.start_label, "end": links.end_label}


def _rows(links: Relationships, ids: Mapping[str, pa.ChunkedArray], part: Int64) -> list[list[Any]]:
    table = links.table.take(part)
    between = (
        table["between"].to_pylist() if "between" in table.column_names else [None] * len(part)
    )
    columns = [
        ids[links.start_label].take(links.start[part]).to_pylist(),
        ids[links.end_label].take(links.end[part]).to_pylist(),
        *(table[name].to_pylist() for name in ("count", "first_seen", "last_seen")),
        between,
    ]
    return [list(row) for row in zip(*columns, strict=True)]
