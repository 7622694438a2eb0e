"""Dense parts of a user-entity graph by Leiden with the constant Potts model."""

from collections.abc import Iterable, Iterator

import graspologic_native
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

SEED = 0
MIN_USERS = 4
MAX_USERS = 1_000

Codes = npt.NDArray[np.int32]


def distinct_pairs(
    user: Codes, entity: npt.NDArray[np.int64]
) -> tuple[Codes, npt.NDArray[np.int64]]:
    """Distinct (user, entity) pairs, sorted by user and then entity."""
    order = np.lexsort((entity, user))
    user, entity = user[order], entity[order]
    keep = np.ones(len(user), np.bool_)
    keep[1:] = (user[1:] != user[:-1]) | (entity[1:] != entity[:-1])
    return user[keep], entity[keep]


def communities(
    user: Codes,
    entity: npt.NDArray[np.int64],
    weight: npt.NDArray[np.float64],
    resolutions: Iterable[float],
) -> Iterator[Codes]:
    """User sides of the communities of a weighted bipartite graph at each resolution.

    The arguments list distinct pairs. Communities of `MIN_USERS` to `MAX_USERS` users are given.
    The constant Potts model (Traag, Van Dooren and Nesterov 2011) has no resolution limit, so
    that a small dense ring is not merged into its neighbourhood; Leiden after Traag, Waltman and
    Van Eck (2019).
    """
    if not len(user):
        return
    users, row = np.unique(user, return_inverse=True)
    entities, col = np.unique(entity, return_inverse=True)
    n = len(users) + len(entities)
    col = col + len(users)
    graph = sp.coo_matrix(
        (
            np.concatenate([weight, weight]),
            (np.concatenate([row, col]), np.concatenate([col, row])),
        ),
        shape=(n, n),
    ).tocsr()
    graph.sort_indices()
    ptr, indices = graph.indptr.astype(np.int64), graph.indices.astype(np.int32)
    for resolution in resolutions:
        _, label = graspologic_native.leiden_csr(  # type: ignore[attr-defined] # hints lag behind
            ptr,
            indices,
            graph.data,
            n,
            resolution=resolution,
            iterations=1,  # settling mends what a second pass would
            use_modularity=False,
            seed=SEED,
        )
        labels = np.fromiter(map(label.__getitem__, range(len(users))), np.int64, len(users))
        yield from split(users.astype(np.int32), labels)


def split(
    users: Codes, label: npt.NDArray[np.int64], fewest: int = MIN_USERS, most: int = MAX_USERS
) -> Iterator[Codes]:
    """Users of each label, ascending, where there are `fewest` to `most` of them.

    Groups come in the order of their first user, which does not depend on how labels are numbered.
    """
    order = np.lexsort((users, label))
    users, label = users[order], label[order]
    start = np.flatnonzero(np.r_[True, label[1:] != label[:-1]]) if len(label) else label
    size = np.diff(np.r_[start, len(label)])
    fits = (size >= fewest) & (size <= most)
    start, size = start[fits], size[fits]
    for g in np.argsort(users[start], kind="stable"):
        yield users[start[g] : start[g] + size[g]]


def core(
    user: Codes, entity: npt.NDArray[np.int64], user_least: int, entity_least: int
) -> npt.NDArray[np.bool_]:
    """Mark the distinct pairs of the largest part where everybody has enough of the other side.

    Users keep at least `user_least` pairs and entities `entity_least`: the (alpha, beta)-core of a
    bipartite graph (Ahmed et al. 2007).
    """
    kept = np.ones(len(user), np.bool_)
    left = len(user)
    while left:  # fewer pairs in each round
        few = np.bincount(user[kept], minlength=int(user.max()) + 1) < user_least
        kept &= ~few[user]
        rare = np.bincount(entity[kept], minlength=int(entity.max()) + 1) < entity_least
        kept &= ~rare[entity]
        if kept.sum() == left:
            break
        left = int(kept.sum())
    return kept


def components(
    user: Codes, entity: npt.NDArray[np.int64], fewest: int, most: int
) -> Iterator[Codes]:
    """Users of each connected part of a bipartite graph that has `fewest` to `most` of them."""
    if not len(user):
        return
    users, row = np.unique(user, return_inverse=True)
    entities, col = np.unique(entity, return_inverse=True)
    n = len(users) + len(entities)
    graph = sp.coo_matrix((np.ones(len(row)), (row, col + len(users))), shape=(n, n))
    _, label = sp.csgraph.connected_components(graph, directed=False)
    yield from split(users.astype(np.int32), label[: len(users)].astype(np.int64), fewest, most)
