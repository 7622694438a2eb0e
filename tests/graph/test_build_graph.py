"""The entity graph against nested loops and networkx."""

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfinder.graph.build import build_graph, link
from ringfinder.graph.entity_graph import EntityGraph, Links
from ringfinder.vocabulary import ACTION_CODE, ENTITY_TYPES, link_types

USERS, ENTITIES = 4, 3
EVENTS = st.lists(
    st.tuples(
        st.integers(0, 20),
        st.integers(0, USERS - 1),
        st.integers(0, len(ACTION_CODE) - 1),
        st.tuples(*(st.integers(-1, ENTITIES - 1) for _ in (*ENTITY_TYPES, "card"))),
    ),
    max_size=25,
).map(sorted)


def graph_of(events: list, as_of: int = 20) -> EntityGraph:
    names = [*(kind.name for kind in ENTITY_TYPES), "card"]
    return build_graph(
        as_of=as_of,
        start=-1,
        ts=np.array([row[0] for row in events], np.int64),
        user=np.array([row[1] for row in events], np.int32),
        action=np.array([row[2] for row in events], np.int8),
        entity={
            name: np.array([row[3][place] for row in events], np.int32)
            for place, name in enumerate(names)
        },
        n_users=USERS,
        n_entities=dict.fromkeys(names, ENTITIES),
        declared=("card",),
    )


@given(EVENTS)
@settings(max_examples=60, deadline=None)
def test_links_are_what_nested_loops_find(events: list) -> None:
    graph = graph_of(events)
    graph.validate()
    names = [*(kind.name for kind in ENTITY_TYPES), "card"]
    for kind in link_types(("card",)):
        links, place = graph.links[kind.name], names.index(kind.entity)
        codes = [ACTION_CODE[name] for name in kind.actions] or list(ACTION_CODE.values())
        found = [
            (
                user,
                int(links.entity[position]),
                int(links.count[position]),
                int(links.first_seen[position]),
                int(links.last_seen[position]),
            )
            for user in range(USERS)
            for position in range(links.user_ptr[user], links.user_ptr[user + 1])
        ]
        expected = []
        for user in range(USERS):
            for entity in range(ENTITIES):
                times = [
                    row[0]
                    for row in events
                    if row[1] == user and row[3][place] == entity and row[2] in codes
                ]
                if times:
                    expected.append((user, entity, len(times), min(times), max(times)))
        assert found == expected


@given(EVENTS)
@settings(max_examples=40, deadline=None)
def test_both_ends_tell_the_same_bipartite_graph(events: list) -> None:
    for links in graph_of(events).links.values():
        pairs = from_users(links)
        graph = nx.Graph((("u", user), ("e", entity)) for user, entity in pairs)
        for entity in range(ENTITIES):
            span = slice(links.entity_ptr[entity], links.entity_ptr[entity + 1])
            users = links.user[span].tolist()
            assert users == sorted(user for _, user in graph.adj.get(("e", entity), ()))
            assert [pairs[place] for place in links.link[span]] == [(u, entity) for u in users]
            assert links.degree[entity] == len(users)


@given(EVENTS)
@settings(max_examples=20, deadline=None)
def test_hubs_count_a_user_once_over_link_types(events: list) -> None:
    graph = graph_of(events)
    for entity in range(ENTITIES):
        users = {row[1] for row in events if row[3][0] == entity}
        assert (graph.hubs["item"].kind[entity] == 0) == (len(users) <= 1)


def from_users(links: Links) -> list[tuple[int, int]]:
    users = np.repeat(np.arange(len(links.user_ptr) - 1), np.diff(links.user_ptr))
    return list(zip(users.tolist(), links.entity.tolist(), strict=True))


def test_no_events_make_an_empty_graph() -> None:
    nobody = np.empty(0, np.int32)
    links = link(np.empty(0, np.int64), nobody, nobody, 0, 0)
    assert links.user_ptr.tolist() == links.entity_ptr.tolist() == [0]
    assert len(links.entity) == len(links.link) == 0


def test_arrays_have_the_promised_types() -> None:
    links = graph_of([(1, 0, 3, (0, 0, 0, 0, 0))]).links["ordered"]
    assert [links.user_ptr.dtype, links.first_seen.dtype, links.last_seen.dtype] == [np.int64] * 3
    assert [links.entity_ptr.dtype, links.link.dtype] == [np.int64] * 2
    assert [links.entity.dtype, links.user.dtype, links.count.dtype] == [np.int32] * 3
