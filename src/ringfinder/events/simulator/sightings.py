"""What is remembered of the events while they pass: who was seen, and what the rings did."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import END
from ringfinder.events.simulator.told import ACTIONS, Events

_ORDER = ACTIONS.index("order")


@dataclass(frozen=True)
class RingWork:
    """What a ring did.

    `events` counts the events of its work, [`first`, `last`] are their times in milliseconds, 0
    where there are none. `orders` and `covers` count orders of the work and of the camouflage;
    those of the work are for `items` different items, in `pairs` different pairs of account and
    item.
    """

    events: int
    first: int
    last: int
    orders: int
    covers: int
    items: int
    pairs: int


class Sightings:
    """Of all events: their actions and each user's first; of the rings' events: what counts.

    `first` int64 [users] is `END` for a user who was never seen.
    """

    def __init__(self, users: int, rings: int) -> None:
        self.first = np.full(users, END, dtype=np.int64)
        self.actions = np.zeros(len(ACTIONS), dtype=np.int64)
        self._events, self._covers = np.zeros((2, rings), dtype=np.int64)
        self._from = np.full(rings, END, dtype=np.int64)
        self._until = np.zeros(rings, dtype=np.int64)
        self._orders = [np.empty((0, 3), dtype=np.int32)]

    def add(self, events: Events) -> None:
        """Remember a part of the log."""
        np.minimum.at(self.first, events.user, events.t)
        self.actions += np.bincount(events.action, minlength=len(ACTIONS))
        rings = len(self._events)
        work = np.flatnonzero((events.ring >= 0) & ~events.camouflage)
        ring = events.ring[work]
        self._events += np.bincount(ring, minlength=rings)
        np.minimum.at(self._from, ring, events.t[work])
        np.maximum.at(self._until, ring, events.t[work])
        cover = (events.ring >= 0) & events.camouflage & (events.action == _ORDER)
        self._covers += np.bincount(events.ring[cover], minlength=rings)
        orders = work[events.action[work] == _ORDER]
        columns = (events.ring[orders], events.user[orders], events.item[orders])
        self._orders.append(np.stack(columns, axis=1))

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which users were seen."""
        return self.first < END

    def of_rings(self) -> list[RingWork]:
        """What each ring did."""
        orders = np.concatenate(self._orders)
        orders = orders[np.argsort(orders[:, 0], kind="stable")]
        edges = np.searchsorted(orders[:, 0], np.arange(len(self._events) + 1))
        return [
            RingWork(
                events=int(self._events[ring]),
                first=int(self._from[ring]) if self._events[ring] else 0,
                last=int(self._until[ring]),
                orders=b - a,
                covers=int(self._covers[ring]),
                items=len(np.unique(orders[a:b, 2])),
                pairs=len(np.unique(orders[a:b, 1:], axis=0)),
            )
            for ring, (a, b) in enumerate(pairwise(edges.tolist()))
        ]
