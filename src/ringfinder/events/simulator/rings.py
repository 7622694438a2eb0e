"""Planting rings: recruit accounts, let them work, let them hide."""

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.knobs import Knobs
from ringfinder.events.simulator.mixes import Mix
from ringfinder.events.simulator.plots import Scene, cover, passers_by, rotated
from ringfinder.events.simulator.typologies import TYPOLOGIES, Typology
from ringfinder.events.simulator.world import AnyWorld, RingRecord, distinct

Ints = NDArray[np.int64]
EVENTS_A_RING = 11_500
_OTHER_LIFE = 0.06
_LENT = 0.05
_SMALLEST = 8


def plant_rings(world: AnyWorld, mix: Mix, knobs: Knobs) -> None:
    """Add the rings of the mix: one in about `EVENTS_A_RING` events times the knob, at least one.

    None is added once half of all users are in one. `rings=0` plants none.
    """
    if not mix.typologies or not knobs.rings:
        return
    rng, books = world.stage("casting"), _Books(world)
    for number in range(max(1, round(max(1, world.events // EVENTS_A_RING) * knobs.rings))):
        round_, place = divmod(number, len(mix.typologies))
        if place == 0:
            turns = rng.permutation(len(mix.typologies))
            hides = rng.permutation(len(mix.typologies)) < mix.stealth * len(mix.typologies)
            hides ^= bool(round_ % 2) and mix.stealth > 0
        stealth = bool(hides[place])
        if knobs.clean is not None:
            stealth = int((number + 1) * knobs.clean) > int(number * knobs.clean)
        if 2 * books.busy > len(world.people):
            break
        row = TYPOLOGIES[mix.typologies[turns[place]]]
        _plant(world, books, row, number, stealth=stealth, knobs=knobs)
    if knobs.organic:
        _send_passers_by(world, books, knobs.organic)


class _Books:
    """Who works for rings already, and who could.

    `rings` counts the rings of each account, `busy` the accounts in any; `lasting` marks accounts
    that can work on; `planned` counts the innocent trips that an account is to make, and `sought`
    those to an item.
    """

    def __init__(self, world: AnyWorld) -> None:
        n = len(world.people)
        self.rings = np.zeros(n, dtype=np.int64)
        self.lasting = np.zeros(n, dtype=bool)
        self.busy = 0
        none = np.empty(0, dtype=np.int32)
        users = np.concatenate([none, *(trips.user for trips in world.trips)])
        items = np.concatenate([none, *(trips.item for trips in world.trips)])
        self.planned = np.bincount(users, minlength=n)
        self.sought = np.bincount(items, minlength=len(world.market.seller))

    def enter(self, row: Typology, members: Ints) -> None:
        """Remember a new ring."""
        self.busy += int(np.count_nonzero(self.rings[members] == 0))
        self.rings[members] += 1
        self.lasting[members] |= not row.fleeting


def _plant(
    world: AnyWorld, books: _Books, row: Typology, number: int, *, stealth: bool, knobs: Knobs
) -> None:
    rng = world.stage(f"ring {number}")
    members = _recruit(world, books, rng, row, knobs)
    books.enter(row, members)
    scene = Scene(world, rng, members, stealth, knobs, books.sought)
    orders = row.plan(scene)
    factor = rng.uniform(*(row.stealth_cover if stealth else row.cover)) * knobs.camouflage
    camouflage = cover(scene, orders, factor)
    if knobs.rotation:
        orders = rotated(world, orders, knobs.rotation)
    world.trips.append(orders.marked(number, camouflage=False))
    world.trips.append(camouflage.marked(number, camouflage=True))
    roles = [row.leader or row.role, *[row.role] * (len(members) - 1)]
    world.rings.append(RingRecord(row.name, stealth, members, roles))


def _recruit(
    world: AnyWorld, books: _Books, rng: np.random.Generator, row: Typology, knobs: Knobs
) -> Ints:
    """Different accounts, bought or own; few have a life beside the one that their cover plays.

    A ring that hires takes a few out of one lending pool. Of the overlap that the knob asks
    for, half comes from earlier rings, so that about half is left for later ones.
    """
    low, high = row.size
    size = int(np.exp(rng.uniform(np.log(low), np.log(high + 1))))
    least = max(4, round(_SMALLEST * min(1.0, knobs.size)))
    size = max(least, min(round(size * knobs.size), len(world.people) // 10))
    lent = np.empty(0, dtype=np.int64)
    pools = [ring.members for ring in world.rings if TYPOLOGIES[ring.typology].lends]
    if row.hires and pools:
        pool = pools[int(rng.integers(len(pools)))]
        lent = rng.choice(pool, min(round(_LENT * size), len(pool)), replace=False)
    if knobs.overlap and not row.fleeting:
        others = np.setdiff1d(np.flatnonzero(books.lasting & (books.rings == 1)), lent)
        more = min(round(knobs.overlap / 2 * size), len(others), size - len(lent))
        lent = np.concatenate([lent, rng.choice(others, more, replace=False)])
    fresh = _quiet_ones(world, books, rng, size - len(lent))
    world.people.activity[fresh] *= rng.random(len(fresh)) < _OTHER_LIFE
    return np.concatenate([lent, fresh])


def _quiet_ones(world: AnyWorld, books: _Books, rng: np.random.Generator, count: int) -> Ints:
    """Different accounts in no ring, by far rather such as hardly come and join no crowd."""
    found = np.empty(0, dtype=np.int64)
    while len(found) < count:
        drawn = rng.integers(len(world.people), size=16 * count)
        chance = 0.2 / (0.2 + world.people.activity[drawn]) / (1.0 + books.planned[drawn]) ** 6
        drawn = drawn[(rng.random(len(drawn)) < chance) & (books.rings[drawn] == 0)]
        found = distinct(np.concatenate([found, drawn]))
    return found[:count]


def _send_passers_by(world: AnyWorld, books: _Books, for_each: float) -> None:
    """Honest orders on the items of rings; who pays is in no ring."""
    guilty = np.flatnonzero(books.rings)
    work = [trips for trips in world.trips if len(trips) and (trips.ring >= 0).all()]
    for orders in [trips for trips in work if not trips.camouflage.any()]:
        rng = world.stage(f"passers-by {orders.ring[0]}")
        world.trips.append(passers_by(world, rng, orders, guilty, for_each))
