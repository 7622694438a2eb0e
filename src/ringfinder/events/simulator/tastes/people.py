"""Users: how often they come, what they like, which devices and networks they have."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import DAY, DAYS, END, HOUR
from ringfinder.events.simulator.tastes.market import Market
from ringfinder.events.simulator.world import Counters

Ints = NDArray[np.int64]
NOBODY = -1
USERS_A_CARRIER = 1_200
_CARRIER_ADDRESSES = 4
_LEASES = 5
_MOBILE = 0.4
_CHURN = 100
"""Addresses of mobile networks for each user: hardly one is met by two."""
_AT_WORK = 0.75


@dataclass
class People:
    """Users by number; look-alikes and rings change their rows while a world is built.

    `join` and `leave` bound their life in milliseconds; `taste` int64 [n, 3] communities, first
    most loved; `device` int64 [n, 3], most used first, `NOBODY` where absent; a home address is
    `home + number of leases so far`; `work` is an office address or `NOBODY`; `lodged` says
    who shares a home.
    """

    activity: NDArray[np.float64]
    join: Ints
    leave: Ints
    taste: Ints
    device: Ints
    home: Ints
    lease: Ints
    work: Ints
    lodged: NDArray[np.bool_]
    carrier: Ints
    behind_nat: NDArray[np.bool_]
    carrier_first: Ints
    churn_first: int
    churn_size: int

    def __len__(self) -> int:
        return len(self.activity)

    @cached_property
    def _fond(self) -> tuple[NDArray[np.int32], Ints]:
        return _index(self.taste.ravel())

    @cached_property
    def _of_carrier(self) -> tuple[NDArray[np.int32], Ints]:
        return _index(self.carrier)

    def fond_of(self, community: int) -> Ints:
        """Who had a taste for the community when this was first asked; some are named twice."""
        fond: Ints = _found(self._fond, community) // self.taste.shape[1]
        return fond

    def customers(self, carrier: int) -> Ints:
        """The users of a carrier, ascending; none where there is no such carrier."""
        return _found(self._of_carrier, carrier)

    def pick_device(self, rng: np.random.Generator, users: Ints) -> Ints:
        """The device each of the users takes into the hand."""
        chance = rng.random(len(users))
        place = np.where(chance < 0.74, 0, np.where(chance < 0.92, 1, 2))
        device: Ints = self.device[users, place]
        return np.where(device == NOBODY, self.device[users, 0], device)

    def pick_address(self, rng: np.random.Generator, users: Ints, t: Ints) -> Ints:
        """Where each of the users is online at time `t`: at work, on the move or at home."""
        leases = (t + self.lease[users] // 3) // self.lease[users]
        address = self.home[users] + np.minimum(leases, _LEASES - 1)
        mobile = rng.random(len(users)) < _MOBILE
        nat = self.carrier_first[self.carrier[users]] + rng.integers(
            _CARRIER_ADDRESSES, size=len(users)
        )
        churn = self.churn_first + rng.integers(self.churn_size, size=len(users))
        shared = self.behind_nat[users] & (rng.random(len(users)) < 0.25)
        address = np.where(mobile, np.where(shared, nat, churn), address)
        office_hours = ((t % DAY) >= 9 * HOUR) & ((t % DAY) < 19 * HOUR) & ((t // DAY) % 7 < 5)
        working = (self.work[users] != NOBODY) & office_hours & (rng.random(len(users)) < _AT_WORK)
        return np.where(working, self.work[users], address)

    def pick_items(self, rng: np.random.Generator, market: Market, users: Ints) -> Ints:
        """An item for each of the users: mostly of their taste, sometimes what everybody buys."""
        place = rng.choice(3, len(users), p=[0.6, 0.25, 0.15])
        items = market.of_taste(rng, self.taste[users, place])
        anything = rng.random(len(users)) < 0.3
        items[anything] = market.popular(rng, int(anything.sum()))
        return items


def _index(keys: Ints) -> tuple[NDArray[np.int32], Ints]:
    """Positions ordered by key, and where each key from 0 begins among them."""
    order = np.argsort(keys, kind="stable")
    bounds = np.searchsorted(keys[order], np.arange(int(keys.max()) + 2))
    return order.astype(np.int32), bounds


def _found(index: tuple[NDArray[np.int32], Ints], key: int) -> Ints:
    rows, bounds = index
    found = rows[bounds[key] : bounds[key + 1]] if key + 1 < len(bounds) else rows[:0]
    return found.astype(np.int64)


def settle(rng: np.random.Generator, events: int, market: Market, counters: Counters) -> People:
    """The users of a log of about `events` events, each still living alone."""
    n = max(60, events // 23)
    late = rng.random(n) < 0.25
    quits = rng.random(n) < 0.1
    join = np.where(late, rng.integers(END * 9 // 10, size=n), 0)
    left = join + ((END - join) * rng.uniform(0.2, 1.0, n)).astype(np.int64)
    device = np.full((n, 3), NOBODY, dtype=np.int64)
    device[:, 0] = counters.new_devices(n)
    second = np.flatnonzero(rng.random(n) < 0.48)
    device[second, 1] = counters.new_devices(len(second))
    third = second[rng.random(len(second)) < 0.25]
    device[third, 2] = counters.new_devices(len(third))
    carriers = max(2, n // USERS_A_CARRIER)
    churn_size = n * _CHURN
    return People(
        activity=rng.lognormal(0, 1.25, n),
        join=join,
        leave=np.where(quits, left, END),
        taste=rng.integers(market.communities, size=(n, 3)),
        device=device,
        home=counters.reserve_addresses(n * _LEASES) + _LEASES * np.arange(n),
        lease=(rng.uniform(7, DAYS * 2, n) * DAY).astype(np.int64),
        work=np.full(n, NOBODY, dtype=np.int64),
        lodged=np.zeros(n, dtype=bool),
        carrier=rng.integers(carriers, size=n),
        behind_nat=rng.random(n) < 0.5,
        carrier_first=counters.new_addresses(carriers * _CARRIER_ADDRESSES)[::_CARRIER_ADDRESSES],
        churn_first=counters.reserve_addresses(churn_size),
        churn_size=churn_size,
    )
