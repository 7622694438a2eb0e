"""SynchroTrap: accounts whose actions match in time on the same objects, from the paper.

Cao, Yang, Yu and Palow, "Uncovering Large Groups of Active Malicious Accounts in Online Social
Networks", CCS 2014.
"""

from dataclasses import dataclass

import numpy as np

from ringfinder.evaluate.peers.actions import (
    HOUR,
    Actions,
    first_actions,
    first_trades,
    matched_pairs,
    without_crowds,
)
from ringfinder.evaluate.peers.components import joined
from ringfinder.evaluate.peers.log import Codes, PeerLog
from ringfinder.evaluate.peers.protocol import MOST_GROUPS


@dataclass(frozen=True)
class SynchroTrap:
    """Two actions match on one object within `window` microseconds.

    Users are alike by the Jaccard index of their actions, the matched ones as the intersection, and
    joined where that is at least `similarity` with at least `matches` of them; the groups are the
    connected components, the largest first, as the paper filters them by size. An action with more
    than `crowd` others around it is one of a crowd's and is left out, which bounds the pairs. It
    is run on traded items and then on ips, two applications of the paper; items come first.
    """

    window: int = 72 * HOUR
    similarity: float = 0.05
    matches: int = 2
    crowd: int = 100

    def groups(self, log: PeerLog) -> list[Codes]:
        """Groups by common items, then by common ips."""
        found = self._largest_first(first_trades(log))
        if len(found) < MOST_GROUPS:
            found += self._largest_first(first_actions(log.user, log.ip, log.ts))
        return found[:MOST_GROUPS]

    def _largest_first(self, actions: Actions) -> list[Codes]:
        if not len(actions.user):
            return []
        acted = np.bincount(actions.user)
        kept = without_crowds(actions, self.window, self.crowd)
        one, other, matched = matched_pairs(kept, self.window)
        similarity = matched / (acted[one] + acted[other] - matched)
        alike = (matched >= self.matches) & (similarity >= self.similarity)
        return joined(one[alike], other[alike])
