"""What members did at some entities, read from all their events in one pass."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from numba import njit

from ringfinder.features.snapshot import Snapshot

Codes = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


def rows_at(snapshot: Snapshot, members: Codes, kind: str, codes: Iterable[int]) -> Int64:
    """Rows of the members' events at any of the entities of a type, int64 ascending."""
    events = snapshot.events
    wanted = np.zeros(snapshot.graph.n_entities[kind] + 1, np.bool_)  # the last for `MISSING`
    wanted[list(codes)] = True
    return np.sort(_rows(members, events.user_ptr, events.by_user, events.entity[kind], wanted))


@njit(cache=True, nogil=True)
def _rows(
    members: Codes, user_ptr: Int64, by_user: Int64, entity: Codes, wanted: npt.NDArray[np.bool_]
) -> Int64:
    most = 0
    for v in members:
        most += user_ptr[v + 1] - user_ptr[v]
    out, count = np.empty(most, np.int64), 0
    for v in members:
        for i in range(user_ptr[v], user_ptr[v + 1]):
            out[count] = by_user[i]  # overwritten unless it counts, which spares a branch
            count += wanted[entity[by_user[i]]]
    return out[:count].copy()
