"""Rings and innocent gatherings of no known kind: every trait is drawn by itself, and widely.

A detector that is trained on named typologies learns their names. These groups mix size, list,
density, time and identifiers freely. What still sets rings apart is what sets them apart anywhere:
they share what a person controls, or they agree on a list more than taste does, or they meet
again and again.
"""

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import DAY, DAYS, END, HOUR, Rhythm, within
from ringfinder.events.simulator.plots import Scene
from ringfinder.events.simulator.trips import NEVER, OWN, Trips

Ints = NDArray[np.int64]


def improvised(scene: Scene) -> Trips:
    """A ring of drawn traits; a stealthy one shares no identifier."""
    rng, n = scene.rng, len(scene.members)
    count = log_uniform(rng, 1, 40)
    items = scene.listing(count, int(rng.integers(1, count + 1)))
    things = 0.0 if scene.stealth else float(rng.choice([0.0, rng.uniform(0.3, 1.0)]))
    places = 0.0 if scene.stealth else float(rng.choice([0.0, rng.uniform(0.3, 1.0)]))
    meetings = int(rng.integers(0, 9))
    known = max(things, places) > 0 or meetings > 1
    density = rng.uniform(0.2 if known else 0.4, 0.9)
    who, what = scene.orders(items, (density, density), (1 if count < 4 else 2, 8))
    t = times(scene.world.rhythm, rng, meetings, what, pace=scene.knobs.pace)
    device, ip = np.full(len(who), OWN), np.full(len(who), OWN)
    if things:
        pool = scene.world.counters.new_devices(max(1, n // log_uniform(rng, 2, n)))
        device = scene.partly(things, rng.choice(pool, n)[who], device)
    if places:
        pool = scene.world.counters.new_addresses(max(1, n // log_uniform(rng, 2, n)) * DAYS)
        a_day = len(pool) // DAYS
        at = (t // DAY % DAYS) * a_day if rng.random() < 0.5 else np.zeros(len(who), np.int64)
        ip = scene.partly(places, pool[at + rng.integers(0, a_day, n)[who]], ip)
    refund = np.full(len(who), NEVER)
    if rng.random() < 0.2:
        refund = (rng.uniform(1, 10, len(who)) * DAY).astype(np.int64)
        refund = np.where(rng.random(len(who)) < 0.6, refund, NEVER)
        refund = np.where(t + refund < END - HOUR, refund, NEVER)
    views = rng.geometric(rng.uniform(0.3, 0.9), len(who)) - 1
    return scene.work(who, what, t, device=device, ip=ip, refund=refund, views=views)


def times(
    rhythm: Rhythm, rng: np.random.Generator, meetings: int, items: Ints, *, pace: float = 1.0
) -> Ints:
    """Any time at all, or a few common slots of half an hour to two days, each item in one.

    All lengths are stretched by `pace`, as far as the log is long.
    """
    if not meetings:
        length = int(min(rng.uniform(3, DAYS - 2) * pace, DAYS - 2) * DAY)
        start = int(rng.integers(0, END - length - DAY))
        return rhythm.times(rng, len(items), start=start, end=start + length)
    slot = int(min(rng.uniform(0.5, 8.0) ** 2 * pace * HOUR, (DAYS - 4) * DAY))
    opens = rng.integers(0, END - slot - 2 * DAY, meetings)
    names, place = np.unique(items, return_inverse=True)
    of_item = rng.integers(0, meetings, len(names))
    return within(rng, opens[of_item[place]], slot, len(items))


def log_uniform(rng: np.random.Generator, low: int, high: int) -> int:
    """A whole number, log-uniform in [low, high]."""
    return min(high, int(np.exp(rng.uniform(np.log(low), np.log(high + 1)))))
