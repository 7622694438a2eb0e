"""Network: a ring or a user's neighbourhood as a NetworkX graph, for notebooks and scripts."""

from typing import TYPE_CHECKING

from ringfinder.cases import network
from ringfinder.pipeline.investigate import case_source
from ringfinder.store.workspace import Workspace

if TYPE_CHECKING:
    import networkx as nx

    from ringfinder.cases.network import Node
    from ringfinder.graph.neo4j.connection import Address


def ring_network(
    workspace: Workspace,
    ring_id: str,
    *,
    nodes: int = network.NODES,
    address: "Address | None" = None,
) -> "nx.Graph[Node]":
    """Give a ring of the last sweep as `cases.network.ring_network` does.

    It is read from the snapshot, or from the graph at `address`.
    """
    with case_source(workspace, as_of=None, address=address) as source:
        return network.ring_network(source, ring_id, nodes=nodes)


def neighbourhood(
    workspace: Workspace,
    user: str,
    *,
    nodes: int = network.NODES,
    address: "Address | None" = None,
) -> "nx.Graph[Node]":
    """Give a user's surroundings as `cases.network.neighbourhood` does.

    They are read from the snapshot, or from the graph at `address`.
    """
    with case_source(workspace, as_of=None, address=address) as source:
        return network.neighbourhood(source, user, nodes=nodes)
