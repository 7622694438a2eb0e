"""Planting rings: recruit accounts, let them work, let them hide."""

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.knobs import Knobs
from ringfinder.events.simulator.mixes import Mix
from ringfinder.events.simulator.plots import Scene, cover, passers_by, rotated
from ringfinder.events.simulator.typologies import TYPOLOGIES, Typology
from ringfinder.events.simulator.world import AnyWorld, RingRecord

Ints = NDArray[np.int64]
EVENTS_A_RING = 11_500
_OTHER_LIFE = 0.06
_LENT = 0.12
_SMALLEST = 8


def plant_rings(world: AnyWorld, mix: Mix, knobs: Knobs) -> None:
    """Add the rings of the mix: one in about `EVENTS_A_RING` events times the knob, at least one.

    None is added once half of all users are in one. `rings=0` plants none.
    """
    if not mix.typologies or not knobs.rings:
        return
    rng = world.stage("casting")
    for number in range(max(1, round(max(1, world.events // EVENTS_A_RING) * knobs.rings))):
        round_, place = divmod(number, len(mix.typologies))
        if place == 0:
            turns = rng.permutation(len(mix.typologies))
            hides = rng.permutation(len(mix.typologies)) < mix.stealth * len(mix.typologies)
            hides ^= bool(round_ % 2) and mix.stealth > 0
        stealth = bool(hides[place])
        if knobs.clean is not None:
            stealth = int((number + 1) * knobs.clean) > int(number * knobs.clean)
        if 2 * len(_busy(world)) > len(world.people):
            break
        row = TYPOLOGIES[mix.typologies[turns[place]]]
        _plant(world, row, number, stealth=stealth, knobs=knobs)
    _send_passers_by(world, knobs.organic)


def _plant(world: AnyWorld, row: Typology, number: int, *, stealth: bool, knobs: Knobs) -> None:
    rng = world.stage(f"ring {number}")
    members = _recruit(world, rng, row, knobs)
    scene = Scene(world, rng, members, stealth, knobs)
    orders = row.plan(scene)
    factor = rng.uniform(*(row.stealth_cover if stealth else row.cover)) * knobs.camouflage
    camouflage = cover(scene, orders, factor)
    if knobs.rotation:
        orders = rotated(world, orders, knobs.rotation)
    world.trips.append(orders.marked(number, camouflage=False))
    world.trips.append(camouflage.marked(number, camouflage=True))
    roles = [row.leader or row.role, *[row.role] * (len(members) - 1)]
    world.rings.append(RingRecord(row.name, stealth, members, roles))


def _recruit(world: AnyWorld, rng: np.random.Generator, row: Typology, knobs: Knobs) -> Ints:
    """Different accounts, bought or own; few have a life beside the one that their cover plays.

    A lending pool takes a few who already work for another lending pool. Of the overlap that the
    knob asks for, half comes from earlier rings, so that about half is left for later ones.
    """
    low, high = row.size
    size = int(np.exp(rng.uniform(np.log(low), np.log(high + 1))))
    least = max(4, round(_SMALLEST * min(1.0, knobs.size)))
    size = max(least, min(round(size * knobs.size), len(world.people) // 10))
    lent = np.empty(0, dtype=np.int64)
    if row.lends:
        colleagues = _busy(world, lending=True)
        lent = rng.choice(colleagues, min(round(_LENT * size), len(colleagues)), replace=False)
    if knobs.overlap and not row.fleeting:
        others = np.setdiff1d(_busy(world, lasting=True), np.append(lent, _lent_out(world)))
        more = min(round(knobs.overlap / 2 * size), len(others), size - len(lent))
        lent = np.concatenate([lent, rng.choice(others, more, replace=False)])
    free = np.setdiff1d(np.arange(len(world.people)), np.concatenate([lent, _busy(world)]))
    quiet = 1 / (0.2 + world.people.activity[free]) / (1 + _planned(world)[free]) ** 2
    fresh = rng.choice(free, size - len(lent), replace=False, p=quiet / quiet.sum())
    world.people.activity[fresh] *= rng.random(len(fresh)) < _OTHER_LIFE
    return np.concatenate([lent, fresh])


def _planned(world: AnyWorld) -> Ints:
    """How many innocent trips each user is planned to make."""
    users = [trips.user for trips in world.trips if not (trips.ring >= 0).any()]
    return np.bincount(
        np.concatenate([np.empty(0, dtype=np.int32), *users]), minlength=len(world.people)
    )


def _busy(world: AnyWorld, *, lending: bool = False, lasting: bool = False) -> Ints:
    """Accounts that work for a ring: all, those of lending pools, or those that can work on."""
    rows = [(TYPOLOGIES[ring.typology], ring.members) for ring in world.rings]
    members = [
        m for row, m in rows if (row.lends or not lending) and not (lasting and row.fleeting)
    ]
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *members]))


def _lent_out(world: AnyWorld) -> Ints:
    """Accounts that work for two rings or more."""
    members = [np.empty(0, dtype=np.int64), *[ring.members for ring in world.rings]]
    accounts, rings = np.unique(np.concatenate(members), return_counts=True)
    return accounts[rings > 1]


def _send_passers_by(world: AnyWorld, for_each: float) -> None:
    """Honest orders on the items of rings; who pays is in no ring."""
    if not for_each:
        return
    honest = np.setdiff1d(np.arange(len(world.people)), _busy(world))
    work = [trips for trips in world.trips if len(trips) and (trips.ring >= 0).all()]
    for orders in [trips for trips in work if not trips.camouflage.any()]:
        rng = world.stage(f"passers-by {orders.ring[0]}")
        world.trips.append(passers_by(world, rng, orders, honest, for_each))
