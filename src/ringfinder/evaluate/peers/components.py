"""Groups as the connected components of a graph of users."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ringfinder.evaluate.peers.log import Codes
from ringfinder.evaluate.peers.protocol import best_first


def joined(one: Codes, other: Codes, weight: NDArray[np.float64] | None = None) -> list[Codes]:
    """Connected components of the pairs (`one`, `other`), by their weight for each member.

    Without weights the largest come first.
    """
    users, ends = np.unique(np.concatenate([one, other]), return_inverse=True)
    if not len(users):
        return []
    one, other = np.split(ends, 2)
    n = len(users)
    graph = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(n, n))
    n_parts, label = connected_components(graph, directed=False)
    size = np.bincount(label, minlength=n_parts)
    score = size if weight is None else np.bincount(label[one], weight, minlength=n_parts) / size
    order = np.argsort(label, kind="stable")
    parts = np.split(users[order], np.cumsum(size)[:-1])
    return best_first(zip(score.tolist(), parts, strict=True))
