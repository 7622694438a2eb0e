"""Planting rings: recruit accounts, let them work, let them hide."""

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.knobs import Knobs
from ringfinder.events.simulator.mixes import Mix
from ringfinder.events.simulator.plots import Scene, cover
from ringfinder.events.simulator.typologies import TYPOLOGIES, Typology
from ringfinder.events.simulator.world import AnyWorld, RingRecord

EVENTS_A_RING = 11_500
_OTHER_LIFE = 0.06
_LENT = 0.12


def plant_rings(world: AnyWorld, mix: Mix, knobs: Knobs) -> None:
    """Add the rings of the mix, about one in `EVENTS_A_RING` events and at least one."""
    if not mix.typologies:
        return
    rng = world.stage("casting")
    for number in range(round(max(1, world.events // EVENTS_A_RING) * knobs.rings)):
        round_, place = divmod(number, len(mix.typologies))
        if place == 0:
            turns = rng.permutation(len(mix.typologies))
            hides = rng.permutation(len(mix.typologies)) < mix.stealth * len(mix.typologies)
            hides ^= bool(round_ % 2) and mix.stealth > 0
        row = TYPOLOGIES[mix.typologies[turns[place]]]
        _plant(world, row, number, stealth=bool(hides[place]))


def _plant(world: AnyWorld, row: Typology, number: int, *, stealth: bool) -> None:
    rng = world.stage(f"ring {number}")
    members = _recruit(world, rng, row)
    scene = Scene(world, rng, members, stealth)
    orders = row.plan(scene)
    camouflage = cover(scene, orders, rng.uniform(*(row.stealth_cover if stealth else row.cover)))
    world.trips.append(orders.marked(number, camouflage=False))
    world.trips.append(camouflage.marked(number, camouflage=True))
    roles = [row.leader or row.role, *[row.role] * (len(members) - 1)]
    world.rings.append(RingRecord(row.name, stealth, members, roles))


def _recruit(world: AnyWorld, rng: np.random.Generator, row: Typology) -> NDArray[np.int64]:
    """Different accounts, bought or own; few have a life beside the one that their cover plays.

    A lending pool takes a few who already work for another lending pool.
    """
    low, high = row.size
    size = int(np.exp(rng.uniform(np.log(low), np.log(high + 1))))
    size = max(8, min(size, len(world.people) // 10))
    busy = [ring.members for ring in world.rings]
    lent: NDArray[np.int64] = np.empty(0, dtype=np.int64)
    if row.lends:
        pools = [r.members for r in world.rings if TYPOLOGIES[r.typology].lends]
        colleagues = np.unique(np.concatenate([lent, *pools]))
        lent = rng.choice(colleagues, min(round(_LENT * size), len(colleagues)), replace=False)
    free = np.setdiff1d(np.arange(len(world.people)), np.concatenate([lent, *busy]))
    quiet = 1 / (0.2 + world.people.activity[free])
    fresh = rng.choice(free, size - len(lent), replace=False, p=quiet / quiet.sum())
    world.people.activity[fresh] *= rng.random(len(fresh)) < _OTHER_LIFE
    return np.concatenate([lent, fresh])
