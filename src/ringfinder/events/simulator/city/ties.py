"""Where people live, work and meet."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.city.circles import Circles, circles, parted
from ringfinder.events.simulator.city.routine import JOBS, OFFICE, SHIFT, STUDENT

Ints = NDArray[np.int64]

_HOUSEHOLDS = (0.72, 0.235, 0.025, 0.013, 0.007)
"""Households by the number of accounts: 72 % one, pairs twelve times as often as four or more."""
_ZONES = ((0, -6, 5), (0.86, 0.09, 0.05))
"""Hours that people elsewhere are ahead of the city, and how many they are."""
_IN_A_CLUB = 0.4


@dataclass(frozen=True)
class Ties:
    """People by number, in the order of their streets: int64 [n] and circles.

    `job` and `zone` set the day; `work` are offices and plants, made of `team`s, and a
    `school` is made of `grade`s.
    """

    job: Ints
    zone: Ints
    home: Circles
    street: Circles
    work: Circles
    school: Circles
    team: Circles
    grade: Circles
    club: Circles

    def friends(self, rng: np.random.Generator, people: Ints) -> Ints:
        """Somebody whom each meets at home, at work or school, in a club or in the street."""
        kind = rng.random(len(people))
        friend = self.street.mates(rng, people)
        for circle, low, high in (
            (self.home, 0.0, 0.15),
            (self.team, 0.15, 0.55),
            (self.grade, 0.15, 0.55),
            (self.club, 0.55, 0.8),
        ):
            mate = circle.mates(rng, people)
            friend = np.where((kind >= low) & (kind < high) & (mate >= 0), mate, friend)
        return friend


def tie(rng: np.random.Generator, n: int) -> Ties:
    """The homes, jobs and circles of `n` people."""
    sizes = 1 + rng.choice(len(_HOUSEHOLDS), n, p=_HOUSEHOLDS)
    job = rng.choice(len(JOBS), n, p=JOBS)
    pupils = np.flatnonzero(job == STUDENT)
    commuters = rng.permutation(np.flatnonzero((job == OFFICE) | (job == SHIFT)))
    joiners = rng.permutation(n)[: round(_IN_A_CLUB * n)]
    return Ties(
        job=job,
        zone=rng.choice(_ZONES[0], n, p=_ZONES[1]),
        home=circles(np.searchsorted(np.cumsum(sizes), np.arange(n), side="right")),
        street=circles(parted(rng, np.arange(n), n, 12, 45)),
        work=circles(parted(rng, commuters, n, 3, 250)),
        school=circles(parted(rng, pupils, n, 60, 400)),
        team=circles(parted(rng, commuters, n, 4, 14)),
        grade=circles(parted(rng, pupils, n, 16, 32)),
        club=circles(parted(rng, joiners, n, 12, 90)),
    )
