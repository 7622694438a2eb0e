"""From ranked overlapping groups to a list in which every ring stands once."""

import numpy as np
import numpy.typing as npt

from ringfinder.features.groups import Groups

MAX_OVERLAP = 0.5
"""A group is a repeat of a better one when it shares more than this part of the smaller of both."""


def select(groups: Groups, score: npt.NDArray[np.float32], limit: int) -> list[int]:
    """Positions of at most `limit` groups, best first, none a repeat of a better one.

    Equal scores are ordered by size, larger first, and then by position.
    """
    order = np.lexsort((np.arange(len(groups)), -groups.sizes, -score))
    taken: list[int] = []
    taken_by: dict[int, list[int]] = {}
    for g in order:
        members = groups.members(int(g)).tolist()
        shared: dict[int, int] = {}
        for user in members:
            for other in taken_by.get(user, ()):
                shared[other] = shared.get(other, 0) + 1
        if any(
            count > MAX_OVERLAP * min(len(members), int(groups.sizes[other]))
            for other, count in shared.items()
        ):
            continue
        for user in members:
            taken_by.setdefault(user, []).append(int(g))
        taken.append(int(g))
        if len(taken) == limit:
            break
    return taken
