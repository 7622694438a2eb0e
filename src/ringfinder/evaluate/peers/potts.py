"""Leiden communities under the constant Potts model, by graspologic-native."""

import graspologic_native
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from ringfinder.evaluate.peers.log import Codes

SEED = 0
ITERATIONS = 2


def potts_communities(
    one: Codes, other: Codes, weight: NDArray[np.float64], n: int, *, resolution: float
) -> Codes:
    """The community of each of `n` nodes; every edge (`one`, `other`) is given once.

    The model after Traag, Van Dooren and Nesterov (2011), Leiden after Traag, Waltman and Van Eck
    (2019).
    """
    if not len(one):
        return np.arange(n)
    ends = (np.concatenate([one, other]), np.concatenate([other, one]))
    graph = coo_array((np.concatenate([weight, weight]), ends), shape=(n, n)).tocsr()
    graph.sort_indices()
    _, label = graspologic_native.leiden_csr(  # type: ignore[attr-defined] # hints lag behind
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data,
        n,
        resolution=resolution,
        iterations=ITERATIONS,
        use_modularity=False,
        seed=SEED,
    )
    return np.fromiter((label[node] for node in range(n)), np.int64, n)
