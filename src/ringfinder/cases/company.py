"""A user's cells in a snapshot and who else is in them, from one pass over its events."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ringfinder.cases.names import Names
from ringfinder.cases.source import Companion, Company, ItemCells
from ringfinder.features.snapshot import Snapshot
from ringfinder.features.trading_cells import SLOT, TRADES

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_CHUNK = 500_000


class Cells(NamedTuple):
    """The cells of one user and everyone in them.

    `item` and `slot` int64 [pairs] name the cell and `user` int32 [pairs] who is in it, one row per
    (cell, user), the user in question included; `total` counts such pairs in the whole log.
    """

    item: Int64
    slot: Int64
    user: Int32
    total: int


def company_of(snapshot: Snapshot, names: Names, user: int, *, limit: int) -> Company:
    """Do what `CaseSource.company` promises, for the code of a user."""
    cells = cells_of_user(snapshot, user)
    other = cells.user != user
    item, who = cells.item[other], cells.user[other]
    codes, shared = np.unique(who, return_counts=True)
    codes, shared = codes[shared > 1], shared[shared > 1]
    codes = codes[np.lexsort((codes, -shared))][:limit]
    companions = [
        Companion(name, code, _n_cells(snapshot, code), _counts(item[who == code]))
        for code, name in zip(codes.tolist(), names.ids("user", codes), strict=True)
    ]
    own, others = _counts(cells.item[~other]), _counts(item)
    items = {
        code: ItemCells(name, own[code], others.get(code, 0))
        for code, name in zip(own, names.ids("item", own), strict=True)
    }
    return Company(items, tuple(companions), cells.total)


def cells_of_user(snapshot: Snapshot, user: int) -> Cells:
    """Read the log once, chunk by chunk, for the user's cells and the number of all pairs."""
    events = snapshot.events
    n_items = max(1, snapshot.graph.n_entities["item"])
    own_item, own_slot = _cells(snapshot, user)
    own = np.unique(own_slot * n_items + own_item)
    own_items = np.zeros(n_items, bool)
    own_items[own_item] = True
    total, kept = 0, [np.empty((0, 2), np.int64)]
    for start, stop in _chunks(events.ts):
        item = np.asarray(events.entity["item"][start:stop])
        who = np.asarray(events.user[start:stop])
        used = TRADES[events.action[start:stop]] & (item >= 0)
        slot = events.ts[start:stop][used] // SLOT
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


def _n_cells(snapshot: Snapshot, user: int) -> int:
    item, slot = _cells(snapshot, user)
    return len(set(zip(item.tolist(), slot.tolist(), strict=True)))


def _cells(snapshot: Snapshot, user: int) -> tuple[Int64, Int64]:
    events = snapshot.events
    rows = events.by_user[events.user_ptr[user] : events.user_ptr[user + 1]]
    item = events.entity["item"][rows]
    used = TRADES[events.action[rows]] & (item >= 0)
    return item[used].astype(np.int64), events.ts[rows][used] // SLOT


def _chunks(ts: Int64) -> list[tuple[int, int]]:
    """Cut the time-ordered rows into chunks that never part the rows of one slot."""
    edges = [0]
    while edges[-1] < len(ts):
        at = min(edges[-1] + _CHUNK, len(ts)) - 1
        slot_end = (int(ts[at]) // SLOT + 1) * SLOT
        edges.append(int(np.searchsorted(ts, slot_end, side="left")))
    return list(pairwise(edges))


def _counts(items: Int64) -> dict[int, int]:
    codes, counts = np.unique(items, return_counts=True)
    return dict(zip(codes.tolist(), counts.tolist(), strict=True))


def _distinct(keys: Int64) -> int:
    if not len(keys):
        return 0
    keys.sort()
    return 1 + int(np.count_nonzero(keys[1:] != keys[:-1]))
