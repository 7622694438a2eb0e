"""The day of a person: when there is time to shop, and where one is then."""

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import DAY, HOUR, Rhythm

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

OFFICE, STUDENT, SHIFT, PARENT, RETIRED, DRIVER = range(6)
JOBS = (0.37, 0.18, 0.13, 0.16, 0.10, 0.06)
"""What people do all day, as shares of everybody."""
HOME, WORK, CAFE, MOVE = range(4)

_WORKDAY = (
    (1, 0, 0, 0, 0, 1, 3, 6, 5, 5, 5, 6, 11, 7, 4, 4, 5, 7, 8, 9, 12, 12, 8, 3),
    (4, 2, 1, 0, 0, 0, 1, 4, 3, 3, 4, 4, 8, 6, 5, 6, 7, 7, 8, 9, 11, 13, 13, 9),
    (7, 6, 5, 3, 2, 2, 2, 3, 4, 4, 4, 5, 5, 7, 8, 6, 4, 4, 5, 6, 6, 6, 6, 7),
    (1, 0, 0, 0, 0, 1, 2, 3, 6, 10, 10, 8, 6, 9, 9, 5, 3, 3, 3, 6, 11, 13, 8, 3),
    (0, 0, 0, 0, 1, 2, 5, 8, 10, 11, 10, 9, 6, 5, 7, 8, 8, 7, 6, 6, 5, 3, 1, 0),
    (1, 0, 0, 0, 1, 3, 5, 4, 3, 4, 6, 6, 9, 8, 5, 6, 6, 4, 6, 8, 9, 9, 5, 2),
)
_WEEKEND = (3, 1, 1, 0, 0, 0, 1, 2, 5, 8, 10, 10, 8, 8, 8, 9, 9, 8, 7, 8, 10, 10, 8, 5)
_BUSY = (1.0, 0.97, 0.98, 1.0, 1.08, 1.2, 1.28)
"""How much people shop from Monday to Sunday."""
_BED, _UP, _SLEEPERS = 1, 7, 0.85
_SHARES = np.array([_WORKDAY, (_WEEKEND,) * len(JOBS)], dtype=np.float64)
_SHARES /= _SHARES.sum(axis=2, keepdims=True)
_REACHED = np.cumsum(_SHARES, axis=2).reshape(-1, 24)
_ROWS = (_REACHED / _REACHED[:, -1:] + np.arange(len(_REACHED))[:, None]).ravel()


def weekend(day: Ints) -> Ints:
    """1 on Saturdays and Sundays of the log, else 0; it opens on a Monday."""
    return (day % 7 >= 5).astype(np.int64)


def day_share(days: int) -> Floats:
    """The share of each day in what people do in `days` days."""
    busy = np.resize(_BUSY, days)
    share: Floats = busy / busy.sum()
    return share


def moments(rng: np.random.Generator, job: Ints, zone: Ints, day: Ints) -> Ints:
    """A time on a day for each, in milliseconds, when a person of that job and zone has time."""
    row = weekend(day) * len(JOBS) + job
    hour = np.searchsorted(_ROWS, row + rng.random(len(job)), side="right") - 24 * row
    hour = (np.minimum(hour, 23) - zone) % 24
    return day * DAY + hour * HOUR + (rng.random(len(job)) * HOUR).astype(np.int64)


def awake(rng: np.random.Generator, job: Ints, zone: Ints, t: Ints) -> Ints:
    """The times `t`, put off until the morning where they fall into most people's sleep."""
    hour = (t // HOUR + zone) % 24
    sleeps = (hour >= _BED) & (hour < _UP) & (job != SHIFT) & (rng.random(len(t)) < _SLEEPERS)
    later = t + (_UP - hour) * HOUR + (rng.exponential(1.5, len(t)) * HOUR).astype(np.int64)
    return np.where(sleeps, later, t)


def common_rhythm(job: Ints, zone: Ints, activity: Floats) -> Rhythm:
    """The rhythm of everybody taken together."""
    hours = np.zeros(24)
    for number in range(len(JOBS)):
        for shift in np.unique(zone):
            weight = activity[(job == number) & (zone == shift)].sum()
            local = (5 * _SHARES[0, number] + 2 * _SHARES[1, number]) / 7
            hours += weight * np.roll(local, -int(shift))
    return Rhythm(hours=hours, weekdays=np.array(_BUSY))


def _whereabouts() -> Floats:
    """Running chances of home, work and cafe, float64 [weekend, job, hour, 3].

    Those who are no regulars of a cafe stay at home instead.
    """
    chance = np.zeros((2, len(JOBS), 24, 4))
    chance[..., :] = (0.49, 0.00, 0.13, 0.38)
    chance[0, OFFICE, 9:17] = (0.06, 0.56, 0.10, 0.28)
    chance[0, STUDENT, 8:15] = (0.08, 0.42, 0.15, 0.35)
    chance[0, SHIFT, :] = (0.36, 0.20, 0.08, 0.36)
    chance[:, DRIVER, 6:19] = (0.08, 0.00, 0.12, 0.80)
    chance[:, RETIRED, :] = (0.78, 0.00, 0.10, 0.12)
    for hours in ((7, 9), (17, 19)):
        chance[0, OFFICE, slice(*hours)] = (0.22, 0.06, 0.12, 0.60)
    chance[1, :, 11:19] = (0.42, 0.00, 0.16, 0.42)
    return np.cumsum(chance, axis=3)[..., :3]


_PLACES = _whereabouts()


def places(job: Ints, zone: Ints, t: Ints, chance: Floats) -> Ints:
    """Where people are at the times `t`, decided by a number in [0, 1) for each."""
    hour = (t // HOUR + zone) % 24
    day = t // DAY
    reached = _PLACES[weekend(day), job, hour]
    place: Ints = (chance[:, None] >= reached).sum(axis=1)
    return place
