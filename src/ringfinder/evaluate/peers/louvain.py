"""Louvain communities of the log-weighted graph of users and items, by networkx."""

from dataclasses import dataclass

import networkx as nx
import numpy as np

from ringfinder.evaluate.peers.bipartite import (
    HUB_USERS,
    densest_first,
    fine_resolution,
    trade_graph,
)
from ringfinder.evaluate.peers.log import Codes, PeerLog

SEED = 0


@dataclass(frozen=True)
class Louvain:
    """Modularity at a resolution fit for rings (Blondel et al. 2008)."""

    def groups(self, log: PeerLog) -> list[Codes]:
        """Communities of users and items, densest first."""
        edges = trade_graph(log, HUB_USERS)
        graph: nx.Graph[int] = nx.Graph()
        graph.add_nodes_from(range(edges.n))
        ends = (edges.user.tolist(), (edges.other + len(edges.users)).tolist())
        graph.add_weighted_edges_from(zip(*ends, edges.weight.tolist(), strict=True))
        label = np.empty(edges.n, np.int64)
        found = nx.community.louvain_communities(
            graph, resolution=fine_resolution(edges), seed=SEED
        )
        for position, members in enumerate(found):
            label[list(members)] = position
        return densest_first(edges, label)
