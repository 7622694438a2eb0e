"""A log that is really somebody's, as the traits of planted groups are drawn from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ringfinder.errors import InputError
from ringfinder.vocabulary import TRADING, UNDOING

Ints = NDArray[np.int64]
Names = NDArray[np.object_]

SHARED = ("device_id", "ip")
"""What the accounts of a planted ring may be made to share, where the log tells of it."""

_FEWEST_USERS = 50
_FEWEST_ITEMS = 10
_LOOKS = 30
"""Random trades among which the busiest moment is looked for."""


@dataclass(frozen=True)
class Background:
    """The events of a log that trade, by time; rows are numbered in that order.

    `thing` is the column that tells what was traded. `users` and `things` are sorted names; `user`
    and `what` int64 [rows] their positions; `ts` int64 [rows] microseconds UTC, ascending.
    """

    trades: pd.DataFrame
    thing: str
    users: Names
    user: Ints
    things: Names
    what: Ints
    ts: Ints

    @property
    def start(self) -> int:
        """The time of the first trade."""
        return int(self.ts[0])

    @property
    def span(self) -> int:
        """Microseconds from the first to the last trade, at least 1."""
        return max(1, int(self.ts[-1] - self.ts[0]))

    @cached_property
    def degree(self) -> Ints:
        """Trades of each user."""
        return np.bincount(self.user, minlength=len(self.users))

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """The columns of `SHARED` that the log has."""
        return tuple(name for name in SHARED if name in self.trades)

    @cached_property
    def undone(self) -> tuple[str, ...]:
        """The actions by which the log takes trades back."""
        known = set(self.trades["action"].unique())
        return tuple(name for name in UNDOING if name in known)

    @cached_property
    def _by_user(self) -> tuple[Ints, Ints]:
        return np.argsort(self.user, kind="stable"), np.append(0, np.cumsum(self.degree))

    @cached_property
    def _by_thing(self) -> tuple[Ints, Ints]:
        counts = np.bincount(self.what, minlength=len(self.things))
        return np.argsort(self.what, kind="stable"), np.append(0, np.cumsum(counts))

    def rows_of_users(self, users: Iterable[int]) -> Ints:
        """The rows of these users, user after user."""
        return _slices(*self._by_user, users)

    def rows_of_things(self, things: Iterable[int]) -> Ints:
        """The rows of these things, thing after thing."""
        return _slices(*self._by_thing, things)

    def sample(self, rng: np.random.Generator, things: Ints) -> Ints:
        """One row of each thing, to take its seller, action and amount from."""
        order, ptr = self._by_thing
        count = ptr[things + 1] - ptr[things]
        return order[ptr[things] + (rng.random(len(things)) * count).astype(np.int64)]

    def moments(self, rng: np.random.Generator, count: int, start: int, length: int) -> Ints:
        """Hours of real trades in [start, start + length]; any time where none is in there."""
        low, high = np.searchsorted(self.ts, [start, start + length + 1])
        if low == high:
            return start + (rng.random(count) * length).astype(np.int64)
        return self.ts[rng.integers(low, high, count)]

    def crowd(self, rng: np.random.Generator, length: int) -> Ints:
        """The rows of a crowd: one thing that sells best for a stretch, and what sells beside it.

        Of `_LOOKS` random trades it is the one whose thing was traded most within `length` of it;
        beside it sells what its seller sells then, or in a log without sellers what anybody does.
        """
        order, ptr = self._by_thing
        best, most = 0, 0
        for row in rng.integers(0, len(self.trades), _LOOKS).tolist():
            same = self.ts[order[ptr[self.what[row]] : ptr[self.what[row] + 1]]]
            near = int((np.abs(same - self.ts[row]) <= length // 2).sum())
            if near > most:
                best, most = row, near
        start = int(self.ts[best]) - length // 2
        rows = np.arange(*np.searchsorted(self.ts, [start, start + length + 1]))
        if self.thing != "seller_id" and "seller_id" in self.trades:
            sellers = self.trades["seller_id"].to_numpy(object)
            rows = rows[sellers[rows] == sellers[best]]
        return rows if len(rows) else np.array([best])

    def own(self, column: str, members: Names) -> Names:
        """The value each member used most; one of its own for an account that is not in the log."""
        position = np.searchsorted(self.users, members)
        position[position == len(self.users)] = 0
        rows = self.rows_of_users(position[self.users[position] == members])
        mine = self.trades.iloc[rows]
        common = mine.groupby("user_id")[column].agg(_commonest)
        named = (common.get(user) for user in members)
        return np.array(
            [value or f"own-{column[0]}-{m}" for value, m in zip(named, members, strict=True)],
            dtype=object,
        )


def read_background(log: pd.DataFrame) -> Background:
    """The trades of a log; the columns are those of `inject`.

    Raises `InputError` for a log without trades, or too small to hide anything in.
    """
    thing = "item_id" if "item_id" in log and log["item_id"].notna().any() else "seller_id"
    trades = log[log["action"].isin(TRADING) & log[thing].notna()] if thing in log else log[:0]
    order = ["ts", "event_id"] if "event_id" in trades else ["ts"]
    trades = trades.sort_values(order, kind="stable").reset_index(drop=True)
    users, user = np.unique(trades["user_id"].to_numpy(object), return_inverse=True)
    count = trades[thing].nunique() if len(trades) else 0
    if len(users) < _FEWEST_USERS or count < _FEWEST_ITEMS:
        raise InputError(
            "the log is too small to plant rings in"
            if len(users)
            else "the log tells of no trades",
            f"it tells of trades by {len(users)} users with {count} items or sellers",
            f"name a log with at least {_FEWEST_USERS} users and {_FEWEST_ITEMS} items or sellers",
        )
    things, what = np.unique(trades[thing].to_numpy(object), return_inverse=True)
    ts = np.asarray(trades["ts"].astype("datetime64[us, UTC]").astype(np.int64), dtype=np.int64)
    return Background(trades, thing, users, user, things, what, ts)


def log_uniform(rng: np.random.Generator, low: int, high: int) -> int:
    """A whole number, log-uniform in [low, high]."""
    return min(high, int(np.exp(rng.uniform(np.log(low), np.log(high + 1)))))


def _slices(order: Ints, ptr: Ints, codes: Iterable[int]) -> Ints:
    parts = [order[ptr[code] : ptr[code + 1]] for code in codes]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _commonest(values: "pd.Series[str]") -> str | None:
    found = values.mode()
    return None if found.empty else str(found.iloc[0])
