"""Repeat bursts: one account that orders at one target again and again within hours."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ringfinder.features.coded_events import MISSING, CodedEvents
from ringfinder.vocabulary import ACTION_CODE

SPAN = 3 * 3_600_000_000
"""Microseconds that a burst lasts at most."""

FEWEST = 3
"""Orders that make a burst; two are a forgotten item or a gift."""

HALF = math.log(50)
"""Nats at which a burst that is all of its target's traffic is worth one half: as rare among pairs
as fraud among users, one in fifty at most (docs/decisions/0018)."""

_MS = 1_000


@dataclass(frozen=True)
class RepeatBursts:
    """The busiest burst of every user and target that have one, by user and then target.

    `user` int32 and `code` int32 (of an item, or of a seller where `of_seller` bool, because the
    orders name no item) say whose; `count` int64 orders were placed in `SPAN` from `start` int64
    (microseconds UTC); `share` float64 is their part of all orders at the target in that time, and
    `nats` float64 minus the log of the share of user-target pairs that order as often.
    """

    user: npt.NDArray[np.int32]
    code: npt.NDArray[np.int32]
    of_seller: npt.NDArray[np.bool_]
    count: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    share: npt.NDArray[np.float64]
    nats: npt.NDArray[np.float64]

    def strength(self, n_users: int) -> npt.NDArray[np.float32]:
        """Suspicion of each user from its best burst, in [0, 1), float32 [users].

        Buying often is a habit; being all of a shop's customers for hours while at it is not.
        """
        weight = self.nats * self.share
        best = np.zeros(n_users, np.float64)
        np.maximum.at(best, self.user, weight / (weight + HALF))
        return np.asarray(best, np.float32)


def repeat_bursts(events: CodedEvents) -> RepeatBursts:
    """Find the bursts among the orders of a log."""
    item, seller = np.asarray(events.entity["item"]), np.asarray(events.entity["seller"])
    named = (item != MISSING) | (seller != MISSING)
    rows = np.flatnonzero((np.asarray(events.action) == ACTION_CODE["order"]) & named)
    of_seller = item[rows] == MISSING
    n_items = int(item.max(initial=0)) + 1
    target = np.where(of_seller, seller[rows] + n_items, item[rows]).astype(np.int64)
    user, ts = np.asarray(events.user)[rows], np.asarray(events.ts)[rows]
    order = np.lexsort((ts, target, user))
    user, target, ts = user[order], target[order], ts[order]
    new = np.ones(len(rows), np.bool_)
    new[1:] = (user[1:] != user[:-1]) | (target[1:] != target[:-1])
    first = np.flatnonzero(new)
    pair = np.cumsum(new) - 1
    count = _within(pair, ts)
    best = np.maximum.reduceat(count, first) if len(first) else np.empty(0, np.int64)
    # The first row of each pair that begins its busiest burst.
    begins = np.flatnonzero(count == best[pair])
    at = begins[np.unique(pair[begins], return_index=True)[1]]
    at = at[count[at] >= FEWEST]
    by_target = np.lexsort((ts, target))
    traffic = _traffic(target[by_target], ts[by_target], target[at], ts[at])
    often = np.sort(best)
    rarer = len(often) - np.searchsorted(often, count[at])
    code = np.where(target[at] >= n_items, target[at] - n_items, target[at])
    return RepeatBursts(
        user[at],
        code.astype(np.int32),
        target[at] >= n_items,
        count[at],
        ts[at],
        count[at] / traffic,
        -np.log(rarer / max(1, len(often))),
    )


@dataclass(frozen=True)
class UserBurst:
    """One user's busiest burst at one target: `count` of the `traffic` orders there were its own.

    `kind` is "item" or "seller", `start` microseconds UTC; the burst lasts `SPAN` at most.
    """

    kind: str
    code: int
    count: int
    traffic: int
    start: int


def bursts_of_user(events: CodedEvents, user: int) -> list[UserBurst]:
    """Find the bursts of one user, the largest first, without a pass over the log."""
    rows = np.asarray(events.by_user[events.user_ptr[user] : events.user_ptr[user + 1]])
    rows = rows[np.asarray(events.action[rows]) == ACTION_CODE["order"]]
    item, seller = events.entity["item"], events.entity["seller"]
    found = []
    for kind, codes in (
        ("item", np.asarray(item[rows])),
        ("seller", np.where(np.asarray(item[rows]) == MISSING, seller[rows], MISSING)),
    ):
        for code in np.unique(codes[codes != MISSING]).tolist():
            ts = np.asarray(events.ts[rows[codes == code]])
            counts = np.searchsorted(ts, ts + SPAN) - np.arange(len(ts))
            count, start = int(counts.max()), int(ts[counts.argmax()])
            if count >= FEWEST:
                first, last = np.searchsorted(events.ts, [start, start + SPAN])
                there = np.asarray(events.entity[kind][first:last]) == code
                there &= np.asarray(events.action[first:last]) == ACTION_CODE["order"]
                if kind == "seller":
                    there &= np.asarray(item[first:last]) == MISSING
                found.append(UserBurst(kind, code, count, int(there.sum()), start))
    return sorted(found, key=lambda one: (-one.count, one.kind, one.code))


def _within(group: npt.NDArray[np.int64], ts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Rows of the same group in [ts, ts + SPAN) of each row; sorted by group and time."""
    key, span = _key(group, ts, ts[:0])
    return np.searchsorted(key, key + span) - np.arange(len(key))


def _traffic(
    group: npt.NDArray[np.int64],
    ts: npt.NDArray[np.int64],
    at_group: npt.NDArray[np.int64],
    at: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Rows of `at_group` in [at, at + SPAN); `group` and `ts` are sorted by group and time."""
    key, span = _key(group, ts, at)
    start = _key(at_group, at, ts)[0]
    return np.searchsorted(key, start + span) - np.searchsorted(key, start)


def _key(
    group: npt.NDArray[np.int64], ts: npt.NDArray[np.int64], others: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], int]:
    """Group and time (in milliseconds) as one ascending number, and `SPAN` in its unit."""
    low = min(int(ts.min(initial=2**62)), int(others.min(initial=2**62)))
    high = max(int(ts.max(initial=-(2**62))), int(others.max(initial=-(2**62))))
    span = SPAN // _MS
    room = max(high - low, 0) // _MS + span + 1
    return group * room + (ts - low) // _MS, span
