"""The entity graph built from coded events."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ringfinder.graph.entity_graph import EntityGraph, Links
from ringfinder.graph.hubs import classify
from ringfinder.vocabulary import ACTION_CODE, entity_types, link_types

Int8 = npt.NDArray[np.int8]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


def build_graph(
    *,
    as_of: int,
    start: int,
    ts: Int64,
    user: Int32,
    action: Int8,
    entity: Mapping[str, Int32],
    n_users: int,
    n_entities: Mapping[str, int],
    declared: Sequence[str] = (),
) -> EntityGraph:
    """Link users to what they touched in the events of (start, as_of].

    The event columns [events] are in time order, `entity` by entity type with a negative code
    where an event names none. A link type counts only the events whose action makes it.
    """
    links = {}
    for kind in link_types(declared):
        codes = entity[kind.entity]
        wanted = codes >= 0
        if kind.actions:
            wanted &= np.isin(action, [ACTION_CODE[name] for name in kind.actions])
        rows = np.flatnonzero(wanted)
        links[kind.name] = link(ts[rows], user[rows], codes[rows], n_users, n_entities[kind.entity])
    hubs = {}
    for thing in entity_types(declared):
        ends = [links[kind.name] for kind in link_types(declared) if kind.entity == thing.name]
        hubs[thing.name] = classify(thing, distinct_users(ends), n_users)
    return EntityGraph(
        as_of=as_of,
        start=start,
        n_users=n_users,
        n_entities=dict(n_entities),
        links=links,
        hubs=hubs,
    )


def link(ts: Int64, user: Int32, entity: Int32, n_users: int, n_entities: int) -> Links:
    """Join events [events], in time order, into one link for each pair of user and entity."""
    pair = user.astype(np.int64) * max(n_entities, 1) + entity
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    count = np.diff(first, append=len(pair))
    return index_by_entity(
        user[order[first]],
        entity[order[first]],
        count.astype(np.int32),
        ts[order[first]],
        ts[order[first + count - 1]],
        n_users=n_users,
        n_entities=n_entities,
    )


def index_by_entity(
    user: Int32,
    entity: Int32,
    count: Int32,
    first_seen: Int64,
    last_seen: Int64,
    *,
    n_users: int,
    n_entities: int,
) -> Links:
    """Make links of columns [links] in ascending order of user and then entity."""
    by_entity = np.argsort(entity, kind="stable")
    return Links(
        user_ptr=_ptr(user, n_users),
        entity=entity,
        count=count,
        first_seen=first_seen,
        last_seen=last_seen,
        entity_ptr=_ptr(entity, n_entities),
        user=user[by_entity],
        link=by_entity.astype(np.int64),
    )


def _ptr(code: Int32, size: int) -> Int64:
    ptr = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(code, minlength=size), out=ptr[1:])
    return ptr


def distinct_users(ends: Sequence[Links]) -> Int64:
    """Count the users of each entity over its link types, a user once, int64 [entities]."""
    if len(ends) == 1:
        return ends[0].degree
    n_entities = len(ends[0].degree)
    n_users = len(ends[0].user_ptr) - 1
    pairs = [
        np.repeat(np.arange(n_entities, dtype=np.int64), links.degree) * n_users + links.user
        for links in ends
    ]
    seen = np.unique(np.concatenate(pairs)) // max(n_users, 1)
    return np.bincount(seen, minlength=n_entities).astype(np.int64)
