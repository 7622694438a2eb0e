"""Actions on objects and how many others act there at about the same time."""

from typing import NamedTuple

import numpy as np
from numba import njit

from ringfinder.evaluate.peers.log import Codes, PeerLog

HOUR = 3_600_000_000
"""Microseconds of an hour."""


class Actions(NamedTuple):
    """Each user's first action on each object, int64 [actions], by object, time and user."""

    user: Codes
    object: Codes
    ts: Codes


def first_actions(user: Codes, thing: Codes, ts: Codes) -> Actions:
    """The first of each user's events with each thing; events that name none (-1) are left out."""
    there = thing >= 0
    user, thing, ts = user[there], thing[there], ts[there]
    order = np.lexsort((ts, thing, user))
    user, thing, ts = user[order], thing[order], ts[order]
    first = np.ones(len(user), np.bool_)
    first[1:] = (user[1:] != user[:-1]) | (thing[1:] != thing[:-1])
    user, thing, ts = user[first], thing[first], ts[first]
    order = np.lexsort((user, ts, thing))
    return Actions(user[order], thing[order], ts[order])


def first_trades(log: PeerLog) -> Actions:
    """The first trade of each user with each item."""
    trades = log.trades()
    return first_actions(trades.user, trades.item, trades.ts)


def without_crowds(actions: Actions, window: int, most: int) -> Actions:
    """The actions that have at most `most` others on their object within `window` microseconds.

    Both ways, the ends included.
    """
    start, end = _around(actions.object, actions.ts, window)
    keep = end - start - 1 <= most
    return Actions(actions.user[keep], actions.object[keep], actions.ts[keep])


@njit(cache=True)
def _around(thing: Codes, ts: Codes, window: int) -> tuple[Codes, Codes]:
    """Bounds, the end exclusive, of the actions on an action's object within the window."""
    n = len(thing)
    start, end = np.empty(n, np.int64), np.empty(n, np.int64)
    first = last = 0
    for place in range(n):
        while thing[first] != thing[place] or ts[first] < ts[place] - window:
            first += 1
        last = max(last, place)
        while last < n and thing[last] == thing[place] and ts[last] <= ts[place] + window:
            last += 1
        start[place], end[place] = first, last
    return start, end


@njit(cache=True)
def _pairs_after(user: Codes, end: Codes) -> tuple[Codes, Codes]:
    """Each action's user with the users of the actions after it up to `end`, the lower first."""
    total = 0
    for place in range(len(user)):
        total += end[place] - place - 1
    low, high = np.empty(total, np.int64), np.empty(total, np.int64)
    at = 0
    for place in range(len(user)):
        for later in range(place + 1, end[place]):
            low[at] = min(user[place], user[later])
            high[at] = max(user[place], user[later])
            at += 1
    return low, high


def matched_pairs(actions: Actions, window: int) -> tuple[Codes, Codes, Codes]:
    """Pairs of users (lower code first) and on how many objects they act within `window`."""
    _, end = _around(actions.object, actions.ts, window)
    low, high = _pairs_after(actions.user, end)
    order = np.lexsort((high, low))
    low, high = low[order], high[order]
    first = np.ones(len(low), np.bool_)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    places = np.flatnonzero(first)
    return low[first], high[first], np.diff(np.append(places, len(low)))
