"""Which reported group stands for which ring: one to one, with the greatest total Jaccard."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array


@dataclass(frozen=True)
class Matching:
    """Groups by rank against rings.

    `shared` int64 [groups, rings] counts common members; `group_size`, `ring_size` int64; `ring_of`
    int64 [groups] the ring assigned to a group, -1 for none; `hit` and `tight` bool [groups]:
    assigned with Jaccard >= 0.5 and >= 0.8.
    """

    shared: NDArray[np.int64]
    group_size: NDArray[np.int64]
    ring_size: NDArray[np.int64]
    ring_of: NDArray[np.int64]
    hit: NDArray[np.bool_]
    tight: NDArray[np.bool_]

    @property
    def ranks(self) -> NDArray[np.int64]:
        """The rank, from 1, of the hit on each ring; 0 for a ring that was missed."""
        ranks = np.zeros(len(self.ring_size), dtype=np.int64)
        found = np.flatnonzero(self.hit)
        ranks[self.ring_of[found]] = found + 1
        return ranks


def match(groups: Sequence[frozenset[str]], rings: Sequence[frozenset[str]]) -> Matching:
    """Assign groups to rings one to one with the greatest total Jaccard.

    Members no ring knows count in a group's size; a user may be in many groups and rings.
    """
    code = {user: position for position, user in enumerate(sorted(frozenset().union(*rings)))}
    inside, outside = _incidence(groups, code), _incidence(rings, code)
    shared = np.asarray((inside @ outside.T).todense(), dtype=np.int64)
    group_size = np.array([len(group) for group in groups], dtype=np.int64)
    ring_size = np.array([len(ring) for ring in rings], dtype=np.int64)
    union = group_size[:, None] + ring_size[None, :] - shared
    rows, columns = linear_sum_assignment(shared / np.maximum(union, 1), maximize=True)
    ring_of = np.full(len(groups), -1, dtype=np.int64)
    ring_of[rows] = columns
    of = np.maximum(ring_of, 0)
    common = np.zeros(len(groups), dtype=np.int64)
    total = np.ones(len(groups), dtype=np.int64)
    if len(rings):
        each = np.arange(len(groups))
        common = np.where(ring_of >= 0, shared[each, of], 0)
        total = union[each, of]
    ring_of[common == 0] = -1
    return Matching(
        shared=shared,
        group_size=group_size,
        ring_size=ring_size,
        ring_of=ring_of,
        hit=(common > 0) & (2 * common >= total),
        tight=(common > 0) & (5 * common >= 4 * total),
    )


def _incidence(sets: Sequence[frozenset[str]], code: dict[str, int]) -> csr_array:
    known = [sorted(code[user] for user in one if user in code) for one in sets]
    pointer = np.concatenate(([0], np.cumsum([len(one) for one in known], dtype=np.int64)))
    column = np.array([user for one in known for user in one], dtype=np.int64)
    ones = np.ones(len(column), dtype=np.int64)
    return csr_array((ones, column, pointer.astype(np.int64)), shape=(len(sets), len(code)))
