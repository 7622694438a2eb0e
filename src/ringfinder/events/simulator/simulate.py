"""A seeded marketplace with planted rings and look-alikes, written with its answer sheet."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ringfinder.events.progress import Progress, silent
from ringfinder.events.simulator.buckets import DayBuckets
from ringfinder.events.simulator.engine import Engine
from ringfinder.events.simulator.engine import engine as engine_named
from ringfinder.events.simulator.identity import hashed_ids
from ringfinder.events.simulator.knobs import AT_REST, Knobs
from ringfinder.events.simulator.mixes import MIXES
from ringfinder.events.simulator.rings import plant_rings
from ringfinder.events.simulator.sightings import Sightings
from ringfinder.events.simulator.told import ACTIONS, Events
from ringfinder.events.simulator.trips import in_parts
from ringfinder.events.simulator.truth import ring_ids, write_truth
from ringfinder.events.simulator.world import AnyWorld
from ringfinder.events.simulator.writing import write_events

FEWEST_EVENTS = 2_000
MOST_EVENTS = 100_000_000
TRIPS_AT_ONCE = 500_000
"""Planned trips that are told in one part; the bytes of a world depend on it."""
EVENTS_A_SLICE = 5_000_000
"""A day is set aside in one file for each so many events of the whole log."""


def simulate(
    directory: Path,
    *,
    events: int,
    seed: int,
    mix: str,
    engine: str = "tastes",
    knobs: Knobs = AT_REST,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write a world of about `events` events into an existing empty directory; return its meta.

    `events` lies in [`FEWEST_EVENTS`, `MOST_EVENTS`], `seed` is not negative, `mix` is a name of
    `MIXES`, `engine` one of `ENGINES`. The log covers 28 days from 2026-03-02T00:00:00Z. Same
    arguments, same bytes. Events wait on disk, in a directory beside the files that is gone in the
    end, and are told, sorted and written by parts of bounded size. What stays in memory is what is
    known of users and items, the innocent groups, and the trips that groups and rings plan.
    """
    made_by = engine_named(engine)
    world = made_by.found(seed, events)
    made_by.gather(world, MIXES[mix], progress)
    plant_rings(world, MIXES[mix], knobs)
    seen = Sightings(len(world.people), len(world.rings))
    with TemporaryDirectory(dir=directory) as place:
        buckets = DayBuckets(Path(place), slices=1 + events // EVENTS_A_SLICE)
        for part in _life(made_by, world):
            buckets.add(part)
            seen.add(part)
            progress("simulating", min(int(seen.actions.sum()), events), events)
        user_ids = hashed_ids(np.arange(len(world.people)), kind="u", digits=8, salt=seed)[0]
        write_events(directory, world, buckets, user_ids, ring_ids(world), progress)
    write_truth(directory, world, seen, user_ids)
    meta = _meta(world, seen, mix, engine, knobs)
    (directory / "meta.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")
    return meta


def _life(made_by: Engine, world: AnyWorld) -> Iterator[Events]:
    """All events in parts: first the trips that were planned, then ordinary life."""
    rng = world.stage("telling")
    told = 0
    for trips in in_parts(world.trips, TRIPS_AT_ONCE):
        part = made_by.tell(world, rng, trips)
        told += len(part)
        yield part
    yield from made_by.live_on(world, world.events - told)


def _meta(world: AnyWorld, seen: Sightings, mix: str, engine: str, knobs: Knobs) -> dict[str, Any]:
    users = int(seen.present.sum())
    members = [ring.members for ring in world.rings]
    ring_users = len(np.unique(np.concatenate(members))) if members else 0
    return {
        "seed": world.seed,
        "engine": engine,
        "mix": mix,
        "knobs": knobs.told(),
        "events": int(seen.actions.sum()),
        "users": users,
        "rings": len(world.rings),
        "ring_users": ring_users,
        "ring_user_share": round(ring_users / users, 4),
        "actions": dict(zip(ACTIONS, seen.actions.tolist(), strict=True)),
        "benign": dict(sorted(Counter(kind for kind, _ in world.crowds).items())),
    }
