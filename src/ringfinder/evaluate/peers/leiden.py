"""Leiden communities of the log-weighted graph of users and items, by igraph."""

from dataclasses import dataclass
from random import Random

import igraph
import numpy as np

from ringfinder.evaluate.peers.bipartite import (
    HUB_USERS,
    Edges,
    densest_first,
    fine_resolution,
    trade_graph,
)
from ringfinder.evaluate.peers.log import Codes, PeerLog

SEED = 0
ITERATIONS = 10
"""Enough for ring-sized communities; until nothing improves any more, some logs never end."""


def _communities(edges: Edges, objective: str, resolution: float) -> Codes:
    """The community of every node, users first, after Traag, Waltman and Van Eck (2019)."""
    if not edges.n:
        return np.empty(0, np.int64)
    igraph.set_random_number_generator(Random(SEED))  # noqa: S311 - nothing secret
    graph = igraph.Graph(
        n=edges.n, edges=np.column_stack((edges.user, edges.other + len(edges.users)))
    )
    found = graph.community_leiden(
        objective_function=objective,
        weights=edges.weight,
        resolution=resolution,
        n_iterations=ITERATIONS,
    )
    return np.array(found.membership, np.int64)


@dataclass(frozen=True)
class LeidenModularity:
    """Modularity (Newman and Girvan 2004) at a resolution fit for rings."""

    def groups(self, log: PeerLog) -> list[Codes]:
        """Communities of users and items, densest first."""
        edges = trade_graph(log, HUB_USERS)
        return densest_first(edges, _communities(edges, "modularity", fine_resolution(edges)))


@dataclass(frozen=True)
class LeidenCpm:
    """The constant Potts model, free of the resolution limit (Traag, Van Dooren, Nesterov 2011)."""

    resolution: float = 0.02

    def groups(self, log: PeerLog) -> list[Codes]:
        """Communities of users and items, densest first."""
        edges = trade_graph(log, HUB_USERS)
        return densest_first(edges, _communities(edges, "CPM", self.resolution))
