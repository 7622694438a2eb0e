"""What a peer is: from a log, ranked groups of users."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ringfinder.evaluate.peers.log import PeerLog

MOST_GROUPS = 200
FEWEST_USERS = 4
"""A smaller group is no ring to any peer: families and friends would fill the list."""


class Peer(Protocol):
    """A ring finder made by others, or remade from a paper.

    The same log gives the same groups, however its rows are shuffled and its ids are named.
    """

    def groups(self, log: PeerLog) -> list[NDArray[np.int64]]:
        """User codes of each group, ascending, best group first, at most `MOST_GROUPS`."""


def best_first(scored: Iterable[tuple[float, NDArray[np.int64]]]) -> list[NDArray[np.int64]]:
    """The `MOST_GROUPS` highest scored groups; of equal ones the larger, then the earlier user.

    Groups under `FEWEST_USERS` are left out.
    """
    kept = [(score, np.sort(users)) for score, users in scored if len(users) >= FEWEST_USERS]
    kept.sort(key=lambda pair: (-pair[0], -len(pair[1]), pair[1].tolist()))
    return [users for _, users in kept[:MOST_GROUPS]]
