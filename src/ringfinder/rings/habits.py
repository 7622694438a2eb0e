"""Habits of a told group: figures for innocent explanations that cost too much for candidates."""

import numpy as np
import numpy.typing as npt

from ringfinder.rings.channels.protocol import Log
from ringfinder.rings.evidence import Dossier
from ringfinder.rings.member_rows import rows_at
from ringfinder.rings.window import HOUR
from ringfinder.vocabulary import ACTION_CODE, TRADING, UNDOING

Codes = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

PURCHASE = np.array([name in TRADING and name not in (*UNDOING, "review") for name in ACTION_CODE])
"""Whether each action, by its code, is a purchase."""

VISIT = HOUR
"""Longest gap between two deals of one visit."""

LATER = 24 * HOUR
"""Time after which dealing with a target again is coming back to it."""

HABITS = {
    "returns": "share of listed purchases that the member made again a day or more later",
    "visits": "share of listed deals made in one visit with another, of who made several",
    "lift": "times outsiders take two listed targets together more often than by chance",
    "own_life": "share of members who deal off the list too",
    "burst_share": "share of members among those at a listed target within a member's 3 hours",
}
"""Name and meaning of each figure."""


def habits(log: Log, members: Codes, dossier: Dossier) -> dict[str, float]:
    """The figures of `HABITS` of one group; those with nothing to be told from are left out."""
    kept = np.array(sorted(one.joint for one in dossier.targets))
    if not len(kept):
        return {}
    deals = log.deals
    mine = np.concatenate([np.arange(deals.ptr[v], deals.ptr[v + 1]) for v in members])
    owner = np.repeat(members, deals.ptr[members + 1] - deals.ptr[members])
    listed = np.isin(deals.target[mine], kept)
    lively = len(np.unique(owner[~listed]))
    found = {
        "own_life": lively / len(members),
        "burst_share": _burst_share(log, members, kept),
    }
    at = mine[listed]
    visits = _visits(owner[listed], deals.ts[at])
    if visits is not None:
        found["visits"] = visits
    returns = _returns(log, members, kept[kept < deals.n_plain])
    if returns is not None:
        found["returns"] = returns
    if len(kept) > 1:
        found["lift"] = _lift(log, members, kept)
    return found


def _visits(owner: Codes, ts: Int64) -> float | None:
    order = np.lexsort((ts, owner))
    owner, ts = owner[order], ts[order]
    close = (owner[1:] == owner[:-1]) & (ts[1:] - ts[:-1] <= VISIT)
    together = np.zeros(len(ts), np.bool_)
    together[1:] |= close
    together[:-1] |= close
    _, place, count = np.unique(owner, return_inverse=True, return_counts=True)
    several = count[place] > 1
    return float(together[several].mean()) if several.any() else None


def _returns(log: Log, members: Codes, kept: Int64) -> float | None:
    snapshot, n_items = log.snapshot, log.deals.n_items
    events, entity = snapshot.events, snapshot.events.entity
    at_item = rows_at(snapshot, members, "item", kept[kept < n_items])
    at_seller = rows_at(snapshot, members, "seller", kept[kept >= n_items] - n_items)
    at_seller = at_seller[np.asarray(entity["item"])[at_seller] < 0]
    rows = np.concatenate([at_item, at_seller])
    plain = np.concatenate([entity["item"][at_item], entity["seller"][at_seller] + n_items])
    action = np.asarray(events.action)[rows]
    bought = PURCHASE[action]
    if not bought.any():
        return None
    user, ts = (np.asarray(column)[rows[bought]] for column in (events.user, events.ts))
    done = np.stack([user, plain[bought], action[bought]]).astype(np.int64)
    _, pair = np.unique(done, axis=1, return_inverse=True)
    pair = pair.ravel()
    first, last = np.full(len(ts), np.iinfo(np.int64).max), np.full(len(ts), -1)
    np.minimum.at(first, pair, ts)
    np.maximum.at(last, pair, ts)
    pairs = int(pair.max()) + 1
    return float((last[:pairs] - first[:pairs] >= LATER).mean())


def _lift(log: Log, members: Codes, kept: Int64) -> float:
    """Pairs of listed targets an outsider has, held against choice by everybody's activity."""
    deals = log.deals
    users = np.concatenate(
        [deals.target_user[deals.target_ptr[x] : deals.target_ptr[x + 1]] for x in kept]
    )
    outside = users[~np.isin(users, members)]
    _, count = np.unique(outside, return_counts=True)
    counts = np.diff(deals.target_ptr)[kept].astype(np.float64)
    inside = np.isin(users, members)
    held = np.array([part.sum() for part in np.split(inside, np.cumsum(counts[:-1]).astype(int))])
    others = counts - held
    activity = np.diff(deals.ptr).astype(np.float64)
    chance = (others.sum() ** 2 - (others**2).sum()) / len(deals.target) ** 2
    expected = chance * float((activity * (activity - 1) / 2).sum())
    return float(((count * (count - 1) / 2).sum() + 1) / (expected + 1))


def _burst_share(log: Log, members: Codes, kept: Int64) -> float:
    deals, ours, all_of_them = log.deals, 0, 0
    for x in kept.tolist():
        start, end = deals.target_ptr[x], deals.target_ptr[x + 1]
        inside = np.isin(deals.target_user[start:end], members)
        before = np.concatenate(([0], np.cumsum(inside)))
        low, high = deals.early[start:end, 0][inside], deals.late[start:end, 0][inside]
        ours += int((before[high - start] - before[low - start]).sum())
        all_of_them += int((high - low).sum())
    return ours / all_of_them
