"""Who trades the same items in the same hours as a user, against what chance would give.

A cell is an item in a slot of three hours. Under the configuration model, each of the user's cells
holding n users meets a partner with d of all D user-cell pairs with probability (n - 1) d / D, so
that the shared cells are near Poisson with the sum as their mean (Newman, *Networks*, ch. 12).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ringfinder.cases.chance import log10_tail
from ringfinder.features.snapshot import Snapshot
from ringfinder.vocabulary import ACTIONS, TRADING

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

SLOT = 3 * 3_600 * 1_000_000
"""Length of a slot, microseconds."""

_TRADING = np.array([action in TRADING for action in ACTIONS])
_CHUNK = 500_000
_COMPARED = 500
_LOG10_LIMIT = -2.0


@dataclass(frozen=True)
class Partner:
    """Another user: `cells` shared, `expected` by chance, `log10_p` of at least so many.

    `beyond_chance` says that the probability, times the number of users that could have been
    compared, is below 0.01.
    """

    user: int
    cells: int
    expected: float
    log10_p: float
    beyond_chance: bool


@dataclass(frozen=True)
class Lockstep:
    """`own_cells` of the user, and everybody who shares two or more, least likely first."""

    own_cells: int
    partners: tuple[Partner, ...]

    @property
    def beyond_chance(self) -> tuple[Partner, ...]:
        """The partners that chance does not explain."""
        return tuple(partner for partner in self.partners if partner.beyond_chance)


@dataclass(frozen=True)
class Cells:
    """The cells of one user and everyone in them.

    `item` and `slot` int64 [pairs] name the cell and `user` int32 [pairs] who is in it, one row per
    (cell, user), the user in question included; `total` counts such pairs in the whole log.
    """

    item: Int64
    slot: Int64
    user: Int32
    total: int


def cells_of_user(snapshot: Snapshot, user: int) -> Cells:
    """Read the log once, chunk by chunk, for the user's cells and the number of all pairs."""
    events = snapshot.events
    n_items = max(1, snapshot.graph.n_entities["item"])
    rows = events.by_user[events.user_ptr[user] : events.user_ptr[user + 1]]
    own_item, own_slot = _cells(snapshot, rows)
    own = np.unique(own_slot * n_items + own_item)
    own_items = np.zeros(n_items, bool)
    own_items[own_item] = True
    total, kept = 0, [np.empty((0, 2), np.int64)]
    for start, stop in _chunks(events.ts, snapshot.start):
        item = np.asarray(events.entity["item"][start:stop])
        who = np.asarray(events.user[start:stop])
        used = _TRADING[events.action[start:stop]] & (item >= 0)
        slot = (events.ts[start:stop][used] - snapshot.start) // SLOT
        item, who = item[used].astype(np.int64), who[used].astype(np.int64)
        first = slot[0] if len(slot) else 0
        total += _distinct(((slot - first) * n_items + item) * snapshot.n_users + who)
        near = own_items[item]
        cell = slot[near] * n_items + item[near]
        inside = np.isin(cell, own)
        kept.append(np.stack([cell[inside], who[near][inside]], axis=1))
    pairs = np.unique(np.concatenate(kept), axis=0)
    slots, items = np.divmod(pairs[:, 0], n_items)
    return Cells(items, slots, pairs[:, 1].astype(np.int32), total)


def lockstep(
    snapshot: Snapshot, cells: Cells, user: int, *, without_item: int | None = None
) -> Lockstep:
    """Compare `user` with everyone in its cells, leaving out one item's cells where asked."""
    kept = cells.item != without_item
    who = cells.user[kept]
    own = int((who == user).sum())
    company = len(who) - own
    codes, shared = np.unique(who[who != user], return_counts=True)
    order = np.lexsort((codes, -shared))[:_COMPARED]
    correction = np.log10(max(1, snapshot.n_users - 1))
    partners = []
    for code, count in zip(codes[order].tolist(), shared[order].tolist(), strict=True):
        if count > 1:
            expected = company * _n_cells(snapshot, code) / max(1, cells.total)
            tail = max(log10_tail(count, expected), -300.0)
            beyond = tail + correction < _LOG10_LIMIT
            partners.append(Partner(code, count, expected, tail, bool(beyond)))
    partners.sort(key=lambda partner: (partner.log10_p, -partner.cells, partner.user))
    return Lockstep(own, tuple(partners))


def _n_cells(snapshot: Snapshot, user: int) -> int:
    events = snapshot.events
    rows = events.by_user[events.user_ptr[user] : events.user_ptr[user + 1]]
    item, slot = _cells(snapshot, rows)
    return len(set(zip(item.tolist(), slot.tolist(), strict=True)))


def _cells(snapshot: Snapshot, rows: Int64) -> tuple[Int64, Int64]:
    events = snapshot.events
    item = events.entity["item"][rows]
    used = _TRADING[events.action[rows]] & (item >= 0)
    slot = (events.ts[rows] - snapshot.start) // SLOT
    return item[used].astype(np.int64), slot[used]


def _chunks(ts: Int64, origin: int) -> list[tuple[int, int]]:
    """Cut the time-ordered rows into chunks that never part the rows of one slot."""
    edges = [0]
    while edges[-1] < len(ts):
        at = min(edges[-1] + _CHUNK, len(ts)) - 1
        slot_end = origin + ((int(ts[at]) - origin) // SLOT + 1) * SLOT
        edges.append(int(np.searchsorted(ts, slot_end, side="left")))
    return list(pairwise(edges))


def _distinct(keys: Int64) -> int:
    if not len(keys):
        return 0
    keys.sort()
    return 1 + int(np.count_nonzero(keys[1:] != keys[:-1]))
