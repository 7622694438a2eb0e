"""The bipartite graph of users and what they trade, and the groups its communities make."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ringfinder.evaluate.peers.log import Codes, PeerLog
from ringfinder.evaluate.peers.protocol import best_first

Weights = NDArray[np.float64]
FEWEST_ITEMS = 2
WEIGHT_A_RESOLUTION = 250.0
HUB_USERS = 500
"""An item with more users says little of any two of them; communities are sought without it."""


@dataclass(frozen=True)
class Edges:
    """Distinct (user, other) pairs, sorted, as positions among `users` and `n_others` others.

    `user`, `other` int64 and `weight` float64 are [edges]; `users` int64 holds the user codes,
    ascending.
    """

    user: Codes
    other: Codes
    weight: Weights
    users: Codes
    n_others: int

    @property
    def n(self) -> int:
        """Nodes of the graph; others are numbered after the users."""
        return len(self.users) + self.n_others


def distinct(user: Codes, other: Codes) -> tuple[Codes, Codes]:
    """Distinct (user, other) pairs, sorted by user and then other."""
    order = np.lexsort((other, user))
    user, other = user[order], other[order]
    keep = np.ones(len(user), np.bool_)
    keep[1:] = (user[1:] != user[:-1]) | (other[1:] != other[:-1])
    return user[keep], other[keep]


def edges_of(user: Codes, other: Codes, weight: Weights) -> Edges:
    """The graph of distinct, sorted pairs."""
    users, row = np.unique(user, return_inverse=True)
    others, column = np.unique(other, return_inverse=True)
    return Edges(row.astype(np.int64), column.astype(np.int64), weight, users, len(others))


def log_weights(other: Codes) -> Weights:
    """1 / ln(d + 5) for each edge, d the degree of its other end: FRAUDAR's column weights."""
    return np.asarray(1 / np.log(np.bincount(other)[other] + 5.0)) if len(other) else np.empty(0)


def trade_graph(log: PeerLog, most_users: int | None = None) -> Edges:
    """Users and the items they traded, each pair once, log-weighted.

    With `most_users`, items of a single user, which join nobody, and of more users than that are
    left out.
    """
    trades = log.trades()
    user, item = distinct(trades.user, trades.item)
    if most_users is not None and len(item):
        degree = np.bincount(item)[item]
        keep = (degree >= 2) & (degree <= most_users)
        user, item = user[keep], item[keep]
    return edges_of(user, item, log_weights(item))


def fine_resolution(edges: Edges) -> float:
    """The resolution at which modularity finds groups of the size of rings in a log of any size.

    At a resolution of 1 communities grow with the graph (Fortunato and Barthelemy 2007) and hold
    thousands of users; at one that is proportional to the graph's weight their size stays.
    """
    return max(1.0, float(edges.weight.sum()) / WEIGHT_A_RESOLUTION)


def _root(users: Weights, others: Weights) -> Weights:
    return np.asarray(np.sqrt(users * others))


def densest_first(
    edges: Edges,
    label: Codes,
    *,
    fewest_users: int = 1,
    fewest_others: int = FEWEST_ITEMS,
    extent: Callable[[Weights, Weights], Weights] = _root,
) -> list[Codes]:
    """User sides of the communities `label` int64 [nodes], densest first.

    The density is the weight inside over the community's `extent`, a function of its users and its
    others: the root of their product (Kannan and Vinay 1999), which unlike the number of nodes does
    not punish a group with one side much the longer. A community needs `fewest_users` and
    `fewest_others`.
    """
    n_labels = int(label.max(initial=-1)) + 1
    of_user, of_other = label[: len(edges.users)], label[len(edges.users) :]
    users, others = (np.bincount(of, minlength=n_labels) for of in (of_user, of_other))
    of_edge = of_user[edges.user]
    within = of_edge == of_other[edges.other]
    inside = np.bincount(of_edge[within], edges.weight[within], minlength=n_labels)
    density = inside / np.maximum(extent(users.astype(np.float64), others.astype(np.float64)), 1)
    order = np.argsort(of_user, kind="stable")
    parts = np.split(edges.users[order], np.cumsum(users)[:-1])
    return best_first(
        (float(density[one]), part)
        for one, part in enumerate(parts)
        if n_labels and len(part) >= fewest_users and others[one] >= fewest_others
    )
