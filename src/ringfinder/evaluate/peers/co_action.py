"""Users who act on the same things within a time, by `coordination_network_toolkit`.

Graham, QUT Digital Observatory, "Coordination Network Toolkit" (2020); its reposts of the same
message within a window are here trades of the same item.
"""

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from coordination_network_toolkit.compute_networks import compute_co_retweet_parallel
from coordination_network_toolkit.graph import get_edge_rows
from coordination_network_toolkit.preprocess import preprocess_data

from ringfinder.evaluate.peers.actions import HOUR, Actions, first_trades, without_crowds
from ringfinder.evaluate.peers.log import Codes, PeerLog
from ringfinder.evaluate.peers.potts import potts_communities
from ringfinder.evaluate.peers.protocol import best_first

RESOLUTION = 0.1
_SECOND = 1_000_000


@dataclass(frozen=True)
class CoAction:
    """Communities of users with `matches` trades within `window` microseconds of each other's.

    They are ranked by common trades for each member. A trade with more than `crowd` others around
    it is one of a crowd's and is left out, which bounds the pairs.
    """

    window: int = 168 * HOUR
    matches: int = 2
    crowd: int = 100

    def groups(self, log: PeerLog) -> list[Codes]:
        """Leiden communities of the co-action network under the constant Potts model at 0.1."""
        actions = without_crowds(first_trades(log), self.window, self.crowd)
        if not len(actions.user):
            return []
        one, other, matched = self._network(actions)
        users, ends = np.unique(np.concatenate([one, other]), return_inverse=True)
        one, other = np.split(ends.astype(np.int64), 2)
        label = potts_communities(
            one, other, matched.astype(np.float64), len(users), resolution=RESOLUTION
        )
        within = label[one] == label[other]
        inside = np.bincount(label[one][within], matched[within], minlength=len(users))
        order = np.argsort(label, kind="stable")
        cuts = np.flatnonzero(np.diff(label[order])) + 1
        parts = [part for part in np.split(order, cuts) if len(part)]
        return best_first(
            (float(inside[label[part[0]]] / len(part)), users[part]) for part in parts
        )

    def _network(self, actions: Actions) -> tuple[Codes, Codes, Codes]:
        """Pairs of users, the lower code first, and how many trades of the lower one match."""
        with TemporaryDirectory() as place, redirect_stdout(io.StringIO()):
            database = str(Path(place, "actions.db"))
            preprocess_data(database, _messages(actions))
            compute_co_retweet_parallel(
                database,
                self.window // _SECOND,
                n_threads=1,
                min_edge_weight=self.matches,
            )
            rows = [row[:3] for row in get_edge_rows(database, "co_retweet") if row[0] < row[1]]
        found = np.array(rows, np.int64).reshape(-1, 3)
        return found[:, 0], found[:, 1], found[:, 2]


def _messages(actions: Actions) -> Iterator[tuple[object, ...]]:
    """Rows as the toolkit takes them; an id of 0 would be taken for none."""
    columns = (column.tolist() for column in actions)
    for number, (user, item, ts) in enumerate(zip(*columns, strict=True)):
        yield number, user, "", item + 1, None, "", ts / _SECOND, ()
