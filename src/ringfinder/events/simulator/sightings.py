"""What is remembered of the events while they pass: who was seen, and what the rings did."""

from dataclasses import fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import END
from ringfinder.events.simulator.told import ACTIONS, Events


class Sightings:
    """Of all events: their number, actions and each user's first; of the rings' events: all.

    `first` int64 [users] is `END` for a user who was never seen.
    """

    def __init__(self, users: int) -> None:
        self.first = np.full(users, END, dtype=np.int64)
        self.actions = np.zeros(len(ACTIONS), dtype=np.int64)
        self._guilty: list[Events] = []

    def add(self, events: Events) -> None:
        """Remember a part of the log."""
        np.minimum.at(self.first, events.user, events.t)
        self.actions += np.bincount(events.action, minlength=len(ACTIONS))
        self._guilty.append(_rows(events, np.flatnonzero(events.ring >= 0)))

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which users were seen."""
        return self.first < END

    def of_rings(self, rings: int) -> list[Events]:
        """The events of each ring."""
        guilty = Events(
            **{
                field.name: np.concatenate([getattr(part, field.name) for part in self._guilty])
                for field in fields(Events)
            }
        )
        order = np.argsort(guilty.ring, kind="stable")
        edges = np.searchsorted(guilty.ring[order], np.arange(rings + 1))
        return [_rows(guilty, order[a:b]) for a, b in pairwise(edges)]


def _rows(events: Events, rows: NDArray[np.int64]) -> Events:
    return Events(**{name: column[rows] for name, column in vars(events).items()})
