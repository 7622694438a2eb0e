"""The rule of graph-database vendors: accounts that share identifiers few others hold."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, triu

from ringfinder.evaluate.peers.bipartite import distinct
from ringfinder.evaluate.peers.components import joined
from ringfinder.evaluate.peers.log import Codes, PeerLog

DEVICE_USERS = 10
IP_USERS = 50
"""Devices and ips with more users are hubs, which prove nothing."""


@dataclass(frozen=True)
class IdentifierRule:
    """Accounts with two identifiers in common, joined; those who share the most first.

    The vendors ask for a device or a card of at most 10 accounts and two further identifiers
    (e-mails, phones, addresses). A log that knows only devices and ips cannot: two devices or ips
    stand for that here, and one device where a log has no ip at all.
    """

    in_common: int = 2

    def groups(self, log: PeerLog) -> list[Codes]:
        """Connected components, by shared identifiers for each member."""
        shared = _shared(log.user, log.device, len(log.users), DEVICE_USERS)
        least = self.in_common
        if (log.ip >= 0).any():
            shared = shared + _shared(log.user, log.ip, len(log.users), IP_USERS)
        else:
            least = 1
        pairs = triu(shared, 1).tocoo()
        keep = pairs.data >= least
        one, other = (end[keep].astype(np.int64) for end in pairs.coords)
        return joined(one, other, pairs.data[keep].astype(np.float64))


def _shared(user: Codes, held: Codes, n: int, most_users: int) -> csr_array:
    """How many things of 2 to `most_users` users each two users both hold, [users, users]."""
    user, held = distinct(user[held >= 0], held[held >= 0])
    degree = np.bincount(held)[held] if len(held) else held
    keep = (degree >= 2) & (degree <= most_users)
    shape = (n, int(held.max(initial=-1)) + 1)
    holds = csr_array((np.ones(int(keep.sum()), np.int64), (user[keep], held[keep])), shape=shape)
    return csr_array(holds @ holds.T)
