"""A seeded marketplace with planted rings and look-alikes, written with its answer sheet."""

import json
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import START_US
from ringfinder.events.simulator.engine import engine as engine_named
from ringfinder.events.simulator.identity import addresses, hashed_ids
from ringfinder.events.simulator.knobs import AT_REST, Knobs
from ringfinder.events.simulator.mixes import MIXES
from ringfinder.events.simulator.rings import plant_rings
from ringfinder.events.simulator.told import ACTIONS, Events
from ringfinder.events.simulator.trips import join_trips
from ringfinder.events.simulator.truth import ring_ids, write_truth
from ringfinder.events.simulator.world import AnyWorld

FEWEST_EVENTS = 2_000
MOST_EVENTS = 100_000_000


def simulate(
    directory: Path,
    *,
    events: int,
    seed: int,
    mix: str,
    engine: str = "tastes",
    knobs: Knobs = AT_REST,
) -> dict[str, Any]:
    """Write a world of about `events` events into an existing empty directory; return its meta.

    `events` lies in [`FEWEST_EVENTS`, `MOST_EVENTS`], `seed` is not negative, `mix` is a name of
    `MIXES`, `engine` one of `ENGINES`. The log covers 28 days from 2026-03-02T00:00:00Z. Same
    arguments, same bytes.
    """
    made_by = engine_named(engine)
    world = made_by.found(seed, events)
    made_by.gather(world, MIXES[mix])
    plant_rings(world, MIXES[mix], knobs)
    special = made_by.tell(world, world.stage("telling"), join_trips(world.trips))
    world.trips.clear()
    parts = [special, *made_by.live_on(world, events - len(special))]
    log = Events(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Events)}
    )
    user_ids = hashed_ids(np.arange(len(world.people)), kind="u", digits=8, salt=seed)[0]
    _write_events(directory, world, log, user_ids)
    write_truth(directory, world, log, user_ids)
    meta = _meta(world, log, mix, engine, knobs)
    (directory / "meta.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")
    return meta


def _write_events(directory: Path, world: AnyWorld, log: Events, user_ids: pa.Array) -> None:
    """Write events.parquet sorted by (ts, event_id), and truth_events.parquet in the same order."""
    salt = world.seed
    event_ids, number = hashed_ids(np.arange(len(log)), kind="e", digits=11, salt=salt)
    order = np.lexsort((number, log.t))
    item_ids = hashed_ids(np.arange(len(world.market.seller)), kind="i", digits=8, salt=salt)[0]
    sellers = np.arange(world.market.sellers)
    seller_ids = hashed_ids(sellers, kind="s", digits=8, salt=salt)[0]
    item = log.item[order]
    seller = np.where(item < 0, -1, world.market.seller[item])
    amount = log.amount[order]
    device, device_codes = _seen(log.device[order])
    ip, ip_codes = _seen(log.ip[order])
    event_id = event_ids.take(pa.array(order))
    table = pa.table(
        {
            "event_id": event_id,
            "ts": pa.array(log.t[order] * 1_000 + START_US, pa.timestamp("us", tz="UTC")),
            "user_id": _named(log.user[order], user_ids),
            "action": _named(log.action[order], pa.array(ACTIONS)),
            "item_id": _named(item, item_ids),
            "seller_id": _named(seller, seller_ids),
            "device_id": _named(
                device_codes, hashed_ids(device, kind="d", digits=10, salt=salt)[0]
            ),
            "ip": _named(ip_codes, addresses(ip, salt=salt)),
            "amount": pa.array(amount, pa.float64(), mask=np.isnan(amount)),
        }
    )
    pq.write_table(table, directory / "events.parquet", compression="zstd")
    guilty = np.flatnonzero(log.ring[order] >= 0)
    of = order[guilty]
    truth = pa.table(
        {
            "event_id": event_id.take(pa.array(guilty)),
            "ring_id": _named(log.ring[of], pa.array(ring_ids(world), pa.string())),
            "is_camouflage": pa.array(log.camouflage[of]),
        }
    )
    pq.write_table(truth, directory / "truth_events.parquet", compression="zstd")


def _seen(codes: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The counters in use, ascending, and each row's position among them; -1 where absent."""
    used, position = np.unique(codes, return_inverse=True)
    absent = int(np.searchsorted(used, 0))
    return used[absent:].astype(np.int64), np.where(position < absent, -1, position - absent)


def _named(codes: NDArray[Any], ids: pa.Array) -> pa.Array:
    """The id of each code, null where the code is negative."""
    return ids.take(pa.array(codes, mask=codes < 0))


def _meta(world: AnyWorld, log: Events, mix: str, engine: str, knobs: Knobs) -> dict[str, Any]:
    users = len(np.unique(log.user))
    members = [ring.members for ring in world.rings]
    ring_users = len(np.unique(np.concatenate(members))) if members else 0
    actions = np.bincount(log.action, minlength=len(ACTIONS)).tolist()
    return {
        "seed": world.seed,
        "engine": engine,
        "mix": mix,
        "knobs": knobs.told(),
        "events": len(log),
        "users": users,
        "rings": len(world.rings),
        "ring_users": ring_users,
        "ring_user_share": round(ring_users / users, 4),
        "actions": dict(zip(ACTIONS, actions, strict=True)),
        "benign": dict(sorted(Counter(kind for kind, _ in world.crowds).items())),
    }
