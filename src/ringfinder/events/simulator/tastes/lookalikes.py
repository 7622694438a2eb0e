"""The look-alikes: innocent groups that resemble rings, one row each."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.progress import Progress
from ringfinder.events.simulator.mixes import Mix
from ringfinder.events.simulator.tastes import crowds, gatherings, places
from ringfinder.events.simulator.tastes.people import USERS_A_CARRIER
from ringfinder.events.simulator.tastes.town import Town


@dataclass(frozen=True)
class Lookalike:
    """A kind of innocent group; `per_million` is how many a million events hold, at least one."""

    kind: str
    gather: Callable[[Town, np.random.Generator], NDArray[np.int64]]
    per_million: float


LOOKALIKES = (
    Lookalike("family", places.family, 9_500),
    Lookalike("shared_flat", places.shared_flat, 10),
    Lookalike("dorm", places.dorm, 7),
    Lookalike("office_nat", places.office_nat, 60),
    Lookalike("campus_nat", places.campus_nat, 7),
    Lookalike("cgnat", places.cgnat, 1e6 / 23 / USERS_A_CARRIER),
    Lookalike("cafe", places.cafe, 20),
    Lookalike("company", places.company, 20),
    Lookalike("reseller", places.reseller, 14),
    Lookalike("agent", places.agent, 20),
    Lookalike("flash", crowds.flash, 27),
    Lookalike("live", crowds.live, 20),
    Lookalike("fan", crowds.fan, 27),
    Lookalike("groupbuy", crowds.groupbuy, 300),
    Lookalike("new_users", crowds.new_users, 10),
    Lookalike("staple", crowds.staple, 10),
    Lookalike("bundle", crowds.bundle, 10),
)

ON_REQUEST = (Lookalike("gathering", gatherings.gathering, 200),)
"""Kinds that only the mixes that name them hold."""
_TOLD_EVERY = 1_000


def gather_lookalikes(world: Town, mix: Mix, progress: Progress) -> None:
    """Add every kind of innocent group that the mix holds, as many as the log's size asks for."""
    rows = LOOKALIKES + tuple(row for row in ON_REQUEST if row.kind in mix.lookalikes)
    about = round(sum(row.per_million for row in rows) * world.events / 1e6)
    for row in rows:
        rng = world.stage(f"look-alike {row.kind}")
        for _ in range(max(1, int(row.per_million * world.events / 1e6 + rng.random()))):
            if len(world.crowds) % _TOLD_EVERY == 0:
                progress("gathering crowds", min(len(world.crowds), about), about)
            users = row.gather(world, rng)
            if len(users) > 1:
                world.crowds.append((row.kind, users))
