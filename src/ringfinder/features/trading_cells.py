"""Cells: who traded which item in which slot of three hours."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ringfinder.features.coded_events import MISSING, CodedEvents
from ringfinder.vocabulary import ACTIONS, TRADING

SLOT = 3 * 3_600 * 1_000_000
"""Length of a slot, microseconds; slots count from 1970, UTC."""

TRADES = np.array([action in TRADING for action in ACTIONS])
"""Whether an action code is a trade, bool [actions]."""


class TradingCells(NamedTuple):
    """Every (user, item, slot) traded in once, by user, item and slot; int32, int32, int64."""

    user: npt.NDArray[np.int32]
    item: npt.NDArray[np.int32]
    slot: npt.NDArray[np.int64]


def trading_cells(events: CodedEvents) -> TradingCells:
    """Find the cells of all users in a log."""
    item = np.asarray(events.entity["item"])
    rows = np.flatnonzero(TRADES[events.action] & (item != MISSING))
    user, item = np.asarray(events.user)[rows], item[rows]
    slot = np.asarray(events.ts)[rows] // SLOT
    order = np.lexsort((slot, item, user))
    user, item, slot = user[order], item[order], slot[order]
    new = np.ones(len(rows), np.bool_)
    new[1:] = (np.diff(user) != 0) | (np.diff(item) != 0) | (np.diff(slot) != 0)
    return TradingCells(user[new], item[new], slot[new])
