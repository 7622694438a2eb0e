"""Users who meet in surprising cells of item and time."""

from dataclasses import dataclass

import numpy as np

from ringfinder.evaluate.peers.actions import HOUR
from ringfinder.evaluate.peers.bipartite import (
    Edges,
    Weights,
    densest_first,
    distinct,
    edges_of,
)
from ringfinder.evaluate.peers.log import Codes, PeerLog
from ringfinder.evaluate.peers.potts import potts_communities

WIDTH = 3 * HOUR
RESOLUTION = 0.01
FEWEST_MET = 3
LEAST_EXPECTED = 0.5
BURSTINESS = 3.0
LEAST_WEIGHT = 0.02
FEWEST_USERS = 5
FEWEST_CELLS = 4


@dataclass(frozen=True)
class TimeCells:
    """Leiden with the constant Potts model on users and cells of two shifted grids."""

    def groups(self, log: PeerLog) -> list[Codes]:
        """Communities of at least 5 users and 4 cells, by the weight inside for each user."""
        edges = surprising_cells(log)
        label = potts_communities(
            edges.user,
            edges.other + len(edges.users),
            edges.weight,
            edges.n,
            resolution=RESOLUTION,
        )
        return densest_first(
            edges,
            label,
            fewest_users=FEWEST_USERS,
            fewest_others=FEWEST_CELLS,
            extent=lambda users, _: users,
        )


def surprising_cells(log: PeerLog) -> Edges:
    """Users and the cells of item and 3 hours in which more users meet than demand explains.

    The grids are shifted by half a width, so that no burst falls between two cells. A cell of n
    users where lambda = max(0.5, 3 x item's users x width / horizon) are expected weighs
    min(1, ln(n / lambda)) / ln(n + 5); cells of fewer than 3 users or of a weight up to 0.02 go.
    """
    trades = log.trades()
    if not len(trades.ts):
        return edges_of(trades.user, trades.item, np.empty(0))
    since = trades.ts - trades.ts.min()
    horizon = max(int(since.max()), WIDTH)
    slots = horizon // WIDTH + 2
    demand = np.bincount(distinct(trades.user, trades.item)[1])
    users: list[Codes] = []
    cells: list[Codes] = []
    weights: list[Weights] = []
    for grid, shift in enumerate((0, WIDTH // 2)):
        key = trades.item * slots + (since + shift) // WIDTH
        user, cell = distinct(trades.user, key)
        _, position, met = np.unique(cell, return_inverse=True, return_counts=True)
        expected = np.maximum(LEAST_EXPECTED, BURSTINESS * demand[cell // slots] * WIDTH / horizon)
        n = met[position]
        weight = np.clip(np.log(n / expected), 0, 1) / np.log(n + 5.0)
        keep = (n >= FEWEST_MET) & (weight > LEAST_WEIGHT)
        users.append(user[keep])
        cells.append(2 * cell[keep] + grid)
        weights.append(weight[keep])
    return edges_of(np.concatenate(users), np.concatenate(cells), np.concatenate(weights))
