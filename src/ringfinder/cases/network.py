"""A ring or a user's neighbourhood as a NetworkX graph, the same from either store.

Nodes are pairs of kind and id, such as `("user", "u1")` and `("device", "d7")`; every edge leads
from a user to an entity that it used or traded, and weighs less the more users hold the entity.
Nodes have `kind` and `bipartite` (0 for users, 1 for entities); ring members have their `role`,
entities `holders` (all users who hold it) and `weight`. Hubs are left out: they link everybody.
`graph.graph["left_out"]` counts by kind what was left out, as a hub or because of the limit.
"""

from collections import Counter
from collections.abc import Iterable

import networkx as nx

from ringfinder.cases.source import HUB, CaseSource, Holding
from ringfinder.errors import InputError

NODES = 100
"""Nodes at most, unless asked otherwise."""

USER = "user"

_OF_EACH_TYPE = 20
_HOLDERS = 20

Node = tuple[str, str]


def ring_network(source: CaseSource, ring_id: str, *, nodes: int = NODES) -> "nx.Graph[Node]":
    """Give a ring's members and what two of them hold or more, at most so many nodes.

    Entities that most members hold come first and take half of the room at most; core members come
    before the others. Raise `InputError` for an unknown ring.
    """
    ring = source.ring(ring_id)
    roles = ring.line["roles"]
    shared = source.in_common(ring, None)
    kept = _kept(shared, nodes // 2)
    members = sorted(ring.members.values(), key=lambda one: (roles.get(one, "member"), one))
    shown = members[: nodes - len(kept)]
    network = _network(shared, kept)
    network.graph["left_out"][USER] = len(members) - len(shown)
    for member in shown:
        network.add_node((USER, member), kind=USER, bipartite=0, role=roles.get(member, "member"))
    for one in kept:
        _link(network, one, (ring.members[code] for code in one.by))
    return network


def neighbourhood(source: CaseSource, user: str, *, nodes: int = NODES) -> "nx.Graph[Node]":
    """Give a user, what it and others hold, and who they are, at most so many nodes.

    Of each entity type the entities with fewest holders come first, and of each entity the holders
    that the log named first. Raise `InputError` for an unknown user.
    """
    standing = source.standing(user)
    if standing is None:
        raise InputError(
            f"there is no user {user!r}",
            "no event of the log names that id",
            "`ringfinder investigate` offers ids near it",
        )
    held = source.held(standing, identifiers_only=False, limit=_OF_EACH_TYPE)
    kept = _kept(held, nodes // 2)
    others = source.other_holders(standing, kept, besides=None, limit=_HOLDERS)
    network = _network(held, kept)
    network.add_node((USER, user), kind=USER, bipartite=0)
    cut = set()
    for one, strangers in zip(kept, others, strict=True):
        for stranger in strangers:
            if (USER, stranger) in network or len(network) < nodes:
                network.add_node((USER, stranger), kind=USER, bipartite=0)
            else:
                cut.add(stranger)
        _link(network, one, (user, *strangers))
    network.graph["left_out"][USER] = len(cut)
    return network


def _kept(held: Iterable[Holding], limit: int) -> list[Holding]:
    telling = [one for one in held if one.kind != HUB]
    return sorted(telling, key=lambda one: (-len(one.by), one.holders, one.type, one.code))[:limit]


def _network(held: Iterable[Holding], kept: Iterable[Holding]) -> "nx.Graph[Node]":
    """Give a graph of the entities alone."""
    left_out = Counter(one.type for one in held)
    network: nx.Graph[Node] = nx.Graph(left_out=left_out)
    for one in kept:
        left_out[one.type] -= 1
        network.add_node(
            (one.type, one.entity),
            kind=one.type,
            bipartite=1,
            holders=one.holders,
            weight=one.weight,
        )
    return network


def _link(network: "nx.Graph[Node]", one: Holding, users: Iterable[str]) -> None:
    for user in users:
        if (USER, user) in network:
            network.add_edge((USER, user), (one.type, one.entity), weight=one.weight)
