"""Louvain communities of the log-weighted graph of users and items, by scikit-network."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sknetwork.clustering import Louvain

from ringfinder.evaluate.peers.bipartite import (
    HUB_USERS,
    densest_first,
    fine_resolution,
    trade_graph,
)
from ringfinder.evaluate.peers.log import Codes, PeerLog

SEED = 0


@dataclass(frozen=True)
class ScikitNetwork:
    """Bipartite modularity (Barber 2007, in Dugue's directed form) at a resolution fit for rings.

    Its Leiden draws from the C library's generator, which no seed reaches, and finds much the same.
    """

    def groups(self, log: PeerLog) -> list[Codes]:
        """Communities of users and items, densest first."""
        edges = trade_graph(log, HUB_USERS)
        if not edges.n:
            return []
        shape = (len(edges.users), edges.n_others)
        graph = csr_matrix((edges.weight, (edges.user, edges.other)), shape=shape)
        louvain = Louvain(fine_resolution(edges), random_state=SEED, sort_clusters=False)
        louvain.fit(graph, force_bipartite=True)
        label = np.concatenate([louvain.labels_row_, louvain.labels_col_]).astype(np.int64)
        return densest_first(edges, label)
