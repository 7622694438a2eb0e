"""The entity graph read back from the server, as it was built from the log."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ringfinder.errors import StoreError
from ringfinder.graph.build import index_by_entity
from ringfinder.graph.entity_graph import EntityGraph, Hubs, Links
from ringfinder.graph.hubs import KINDS
from ringfinder.graph.neo4j.connection import Graph
from ringfinder.vocabulary import LinkType, entity_types, label, link_types, relationship

CHUNK_USERS = 10_000
CHUNK_ENTITIES = 250_000
TIMEOUT_S = 120.0


def read_entity_graph(graph: Graph, log: Mapping[str, Any]) -> EntityGraph:
    """Read the links of every user and the hubs; `log` are the properties of the node `Log`.

    The codes on the nodes are those of the snapshot that was loaded. Raises `StoreError` where the
    graph is not whole.
    """
    declared, n_users = log["declared"], int(log["users"])
    hubs = {kind.name: _hubs(graph, kind.name, log) for kind in entity_types(declared)}
    n_entities = {kind: len(one.kind) for kind, one in hubs.items()}
    found = EntityGraph(
        as_of=log["as_of"],
        start=log["start"],
        n_users=n_users,
        n_entities=n_entities,
        links={
            kind.name: _links(graph, kind, n_users, n_entities[kind.entity])
            for kind in link_types(declared)
        },
        hubs=hubs,
    )
    found.validate()
    return found


def _hubs(graph: Graph, kind: str, log: Mapping[str, Any]) -> Hubs:
    total = int(log["entities"][log["kinds"].index(kind)])
    code = np.full(total, -1, np.int64)
    kinds, weight = np.zeros(total, np.int8), np.zeros(total, np.float32)
    for low in range(0, total, CHUNK_ENTITIES):
        high = min(low + CHUNK_ENTITIES, total)
        (row,) = graph.read(
            "read/hubs", {"label": label(kind)}, timeout_s=TIMEOUT_S, low=low, high=high
        )
        at = np.array(row["code"], np.int64)
        code[at] = at
        kinds[at] = [KINDS.index(word) for word in row["kind"]]
        weight[at] = row["weight"]
    if (code < 0).any():
        raise _not_whole(f"{label(kind)} nodes are missing")
    return Hubs(kinds, weight)


def _links(graph: Graph, kind: LinkType, n_users: int, n_entities: int) -> Links:
    names = {"type": relationship(kind.name), "label": label(kind.entity)}
    parts: dict[str, list[npt.NDArray[np.int64]]] = {
        name: [np.empty(0, np.int64)]
        for name in ("user", "entity", "count", "first_seen", "last_seen")
    }
    for low in range(0, n_users, CHUNK_USERS):
        (row,) = graph.read(
            "read/links", names, timeout_s=TIMEOUT_S, low=low, high=low + CHUNK_USERS
        )
        for name, values in parts.items():
            values.append(np.array(row[name], np.int64))
    columns = {name: np.concatenate(values) for name, values in parts.items()}
    order = np.lexsort((columns["entity"], columns["user"]))
    user = columns["user"][order].astype(np.int32)
    entity = columns["entity"][order].astype(np.int32)
    return index_by_entity(
        user,
        entity,
        columns["count"][order].astype(np.int32),
        columns["first_seen"][order],
        columns["last_seen"][order],
        n_users=n_users,
        n_entities=n_entities,
    )


def _not_whole(why: str) -> StoreError:
    return StoreError(
        "the graph is not whole", why, "run `ringfinder graph load --replace` to load it anew"
    )
