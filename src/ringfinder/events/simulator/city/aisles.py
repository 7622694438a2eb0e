"""The aisles of the shops: what kinds of things people need, how dear they are, how soon again."""

from dataclasses import dataclass

import numpy as np

from ringfinder.events.simulator.clock import DAYS


@dataclass(frozen=True)
class Aisle:
    """One kind of goods.

    `range` and `demand` are relative shares of the items on sale and of the visits; `price` is
    the median in the log's money; `period` the days after which a need comes back; `habit` the
    chance to take the usual one again; `peak` the day of the log on which a season is at its
    height, or None.
    """

    name: str
    range: float
    demand: float
    price: float
    period: float
    habit: float
    peak: int | None = None


AISLES = (
    Aisle("groceries", 10, 12, 6, 6, 0.55),
    Aisle("household", 6, 7, 9, 14, 0.5),
    Aisle("toiletries", 7, 8, 11, 21, 0.5),
    Aisle("coffee", 2, 3, 14, 12, 0.6),
    Aisle("pets", 3, 4, 18, 13, 0.55),
    Aisle("baby", 3, 4, 22, 9, 0.5),
    Aisle("medicine", 3, 4, 12, 40, 0.3),
    Aisle("stationery", 4, 4, 7, 45, 0.15),
    Aisle("books", 11, 7, 15, 18, 0.0),
    Aisle("games", 3, 4, 36, 45, 0.0),
    Aisle("clothes", 16, 14, 30, 25, 0.1),
    Aisle("shoes", 5, 5, 48, 110, 0.1),
    Aisle("sports", 5, 4, 38, 80, 0.1, peak=19),
    Aisle("garden", 4, 3, 24, 50, 0.1, peak=24),
    Aisle("kitchen", 5, 5, 33, 140, 0.05),
    Aisle("tools", 4, 3, 36, 160, 0.05),
    Aisle("phones", 3, 4, 110, 500, 0.0),
    Aisle("electronics", 6, 7, 55, 200, 0.0),
    Aisle("toys", 5, 4, 24, 60, 0.05),
    Aisle("crafts", 5, 4, 21, 20, 0.2),
    Aisle("gifts", 2, 2, 35, 50, 0.1, peak=11),
    Aisle("tickets", 1, 1, 70, 90, 0.0),
    Aisle("furniture", 4, 2, 90, 400, 0.0),
)

AISLE = {row.name: number for number, row in enumerate(AISLES)}
"""The number of an aisle by its name."""
PERIOD = np.array([row.period for row in AISLES])
HABIT = np.array([row.habit for row in AISLES])
DEMAND = np.array([row.demand for row in AISLES]) / sum(row.demand for row in AISLES)
VISITS = DEMAND / np.sqrt(PERIOD) / (DEMAND / np.sqrt(PERIOD)).sum()
"""The share of each aisle in what people come for: what runs out sooner is asked for oftener."""
RANGE = np.array([row.range for row in AISLES]) / sum(row.range for row in AISLES)
PRICE = np.array([row.price for row in AISLES])

_SEASON_DAYS = 5.0
_SEASON_HEIGHT = 2.0

SEASON = np.array(
    [
        np.ones(DAYS)
        if row.peak is None
        else 1 + _SEASON_HEIGHT * np.exp(-(((np.arange(DAYS) - row.peak) / _SEASON_DAYS) ** 2))
        for row in AISLES
    ]
)
"""How much livelier an aisle is on each day, float64 [aisles, days]."""
