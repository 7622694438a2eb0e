"""Users who meet again and again in surprising cells of target and time."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ringfinder.rings.bipartite import communities, core, distinct_pairs
from ringfinder.rings.channels.protocol import Codes, Log
from ringfinder.rings.window import HOUR

RESOLUTIONS = (0.01, 0.03, 0.1)
MIN_USERS = 3
MIN_WEIGHT = 0.02
BURSTINESS = 3.0
"""Ordinary demand comes in waves this much higher than its mean; only more is a surprise."""


def _meet(
    log: Log, user: Codes, target: npt.NDArray[np.int64], ts: npt.NDArray[np.int64], width: int
) -> Iterator[Codes]:
    """Communities of users and surprising (target, `width` microseconds) cells of two grids.

    The grids are shifted by half a width, so that no burst falls between two cells. A cell of
    n users where demand leads to expect lambda weighs ln(n / lambda) / ln(n + 5).
    """
    if not len(user):
        return
    start, end = log.window
    horizon, since = max(end - start, width), np.clip(ts, start, end) - start
    demand = np.bincount(target)
    users, cells, weights, offset = [], [], [], 0
    for shift in (0, width // 2):
        slot = (since + shift) // width
        keys, cell = np.unique(target * (horizon // width + 3) + slot, return_inverse=True)
        of = keys // (horizon // width + 3)
        who, cell = distinct_pairs(user, cell.astype(np.int64))
        n = np.bincount(cell, minlength=len(keys))
        expected = np.maximum(0.5, BURSTINESS * demand[of] * width / horizon)
        weight = np.clip(np.log(n / expected), 0, 1) / np.log(n + 5.0)
        keep = (n[cell] >= MIN_USERS) & (weight[cell] > MIN_WEIGHT)
        users.append(who[keep])
        cells.append(cell[keep] + offset)
        weights.append(weight[cell[keep]])
        offset += len(keys)
    who, what = np.concatenate(users), np.concatenate(cells)
    again = core(who, what, 2, MIN_USERS)
    yield from communities(who[again], what[again], np.concatenate(weights)[again], RESOLUTIONS)


def item_hours(log: Log) -> Iterator[Codes]:
    """The same item within three hours."""
    yield from _meet(log, log.deal_user, log.deals.target.astype(np.int64), log.deals.ts, 3 * HOUR)


def item_days(log: Log) -> Iterator[Codes]:
    """The same item within a day and a half."""
    yield from _meet(log, log.deal_user, log.deals.target.astype(np.int64), log.deals.ts, 36 * HOUR)


def seller_hours(log: Log) -> Iterator[Codes]:
    """The same seller within three hours."""
    keep = log.deal_seller >= 0
    yield from _meet(log, log.deal_user[keep], log.deal_seller[keep], log.deals.ts[keep], 3 * HOUR)


def seller_days(log: Log) -> Iterator[Codes]:
    """The same seller within a day and a half."""
    keep = log.deal_seller >= 0
    yield from _meet(log, log.deal_user[keep], log.deal_seller[keep], log.deals.ts[keep], 36 * HOUR)
