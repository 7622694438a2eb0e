"""What a snapshot gives to the shared graph: users, entities and links as tables."""

import hashlib
import json

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ringfinder.features.coded_events import MISSING
from ringfinder.features.load import ids
from ringfinder.features.snapshot import Snapshot
from ringfinder.features.trading_cells import TradingCells, trading_cells
from ringfinder.graph.build import distinct_users, link
from ringfinder.graph.entity_graph import Links
from ringfinder.graph.hubs import KINDS
from ringfinder.graph.neo4j.tables import Nodes, Relationships, SharedTables
from ringfinder.vocabulary import (
    ACTIONS,
    EntityType,
    entity_types,
    holding_links,
    label,
    link_types,
    relationship,
)

Int64 = npt.NDArray[np.int64]

FORMAT = 1
"""Version of the graph's model; part of every digest."""

USER = "User"


def graph_digest(snapshot: Snapshot) -> str:
    """Name the shared graph of a snapshot in sixteen hex digits: its events and their window."""
    content = json.dumps([snapshot.log, snapshot.as_of, snapshot.start, FORMAT])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def graph_tables(snapshot: Snapshot) -> SharedTables:
    """Turn a snapshot into the tables of the shared graph."""
    declared = snapshot.graph.declared
    cells = trading_cells(snapshot.events)
    kinds = entity_types(declared)
    holders = {kind.name: _holders(snapshot, kind, declared) for kind in kinds}
    return SharedTables(
        nodes=(
            Nodes(USER, _users(snapshot, cells)),
            *(
                Nodes(label(kind.name), _entities(snapshot, kind, holders[kind.name], declared))
                for kind in kinds
            ),
        ),
        relationships=(
            *(
                Relationships(
                    relationship(kind.name),
                    USER,
                    label(kind.entity),
                    _starts(snapshot.graph.links[kind.name]),
                    np.asarray(snapshot.graph.links[kind.name].entity),
                    _link_table(
                        snapshot.graph.links[kind.name], cells if kind.name == "ordered" else None
                    ),
                )
                for kind in link_types(declared)
            ),
            _sold_by(snapshot),
        ),
        log={
            "format": FORMAT,
            "digest": graph_digest(snapshot),
            "snapshot": snapshot.path.name,
            "as_of": snapshot.as_of,
            "start": snapshot.start,
            "users": snapshot.n_users,
            "cells": len(cells.user),
            "declared": list(declared),
            "kinds": [kind.name for kind in kinds],
            "entities": [len(holders[kind.name]) for kind in kinds],
        },
        entity_types=tuple(_rarity(kind, holders[kind.name]) for kind in kinds),
    )


def _users(snapshot: Snapshot, cells: TradingCells) -> pa.Table:
    events, n = snapshot.events, snapshot.n_users
    ptr, rows = np.asarray(events.user_ptr), np.asarray(events.by_user)
    ts = np.asarray(events.ts)
    first, last = ts[rows[ptr[:-1]]], ts[rows[ptr[1:] - 1]]
    kinds = len(ACTIONS)
    pair = np.asarray(events.user).astype(np.int64) * kinds + np.asarray(events.action)
    counts = np.bincount(pair, minlength=n * kinds)
    return pa.table(
        {
            "id": _ids(snapshot, "user"),
            "code": pa.array(np.arange(n)),
            "first_seen": pa.array(first),
            "last_seen": pa.array(last),
            "events": pa.array(np.diff(ptr)),
            "actions": pa.ListArray.from_arrays(
                pa.array(np.arange(n + 1, dtype=np.int32) * kinds), pa.array(counts)
            ),
            "cells": pa.array(np.bincount(cells.user, minlength=n)),
        }
    )


def _entities(
    snapshot: Snapshot, kind: EntityType, holders: Int64, declared: tuple[str, ...]
) -> pa.Table:
    hubs = snapshot.graph.hubs[kind.name]
    ends = [
        snapshot.graph.links[one.name] for one in link_types(declared) if one.entity == kind.name
    ]
    names = pa.array(KINDS)
    return pa.table(
        {
            "id": _ids(snapshot, kind.name),
            "code": pa.array(np.arange(len(holders))),
            "holders": pa.array(holders),
            "degree": pa.array(distinct_users(ends)),
            "kind": names.take(pa.array(np.asarray(hubs.kind))),
            "weight": pa.array(np.asarray(hubs.weight).astype(np.float64)),
        }
    )


def _ids(snapshot: Snapshot, kind: str) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(ids(snapshot, kind), pa.string())])


def _holders(snapshot: Snapshot, kind: EntityType, declared: tuple[str, ...]) -> Int64:
    """Users of each entity by the link of use or trade, int64 [entities]."""
    name = next(link.name for one, link in holding_links(declared) if one == kind)
    return np.asarray(snapshot.graph.links[name].degree)


def _rarity(kind: EntityType, holders: Int64) -> dict[str, object]:
    values, entities = np.unique(holders, return_counts=True)
    return {
        "name": kind.name,
        "total": len(holders),
        "holders": values.tolist(),
        "entities": entities.tolist(),
    }


def _starts(links: Links) -> npt.NDArray[np.int32]:
    ptr = np.asarray(links.user_ptr)
    return np.repeat(np.arange(len(ptr) - 1, dtype=np.int32), np.diff(ptr))


def _link_table(links: Links, cells: TradingCells | None) -> pa.Table:
    columns = {
        "count": pa.array(np.asarray(links.count)),
        "first_seen": pa.array(np.asarray(links.first_seen)),
        "last_seen": pa.array(np.asarray(links.last_seen)),
    }
    if cells is not None:
        columns["between"] = _between(cells)
    return pa.table(columns)


def _between(cells: TradingCells) -> pa.Array:
    """The slots of each (user, item) strictly between its first and last, null where none."""
    new = np.ones(len(cells.user), np.bool_)
    new[1:] = (np.diff(cells.user) != 0) | (np.diff(cells.item) != 0)
    last = np.ones(len(cells.user), np.bool_)
    last[:-1] = new[1:]
    inner = ~new & ~last
    pair = np.cumsum(new) - 1
    lengths = np.bincount(pair[inner], minlength=int(new.sum()))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(
        pa.array(offsets, mask=np.append(lengths == 0, False)),
        pa.array(cells.slot[inner]),
    )


def _sold_by(snapshot: Snapshot) -> Relationships:
    events, n = snapshot.events, snapshot.graph.n_entities
    item, seller = np.asarray(events.entity["item"]), np.asarray(events.entity["seller"])
    rows = np.flatnonzero((item != MISSING) & (seller != MISSING))
    links = link(np.asarray(events.ts)[rows], item[rows], seller[rows], n["item"], n["seller"])
    return Relationships(
        "SOLD_BY",
        label("item"),
        label("seller"),
        _starts(links),
        links.entity,
        _link_table(links, None),
    )
