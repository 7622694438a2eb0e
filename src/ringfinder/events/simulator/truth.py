"""The answer sheet of a world: who was in which ring, what was cover, who was innocent."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import DAY, END, HOUR, MINUTE, START_US
from ringfinder.events.simulator.identity import hashed_ids
from ringfinder.events.simulator.sightings import Sightings
from ringfinder.events.simulator.told import ACTIONS, Events
from ringfinder.events.simulator.world import AnyWorld, RingRecord

Ints = NDArray[np.int64]
_LABELLED_RINGS = 0.3
_KNOWN_MEMBERS = (0.3, 0.8)
_CLEARED_FOR_EACH = 5


def iso(t: int) -> str:
    """A time of the log in whole seconds, RFC 3339."""
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=START_US)
    return (start + timedelta(seconds=t // 1000)).strftime("%Y-%m-%dT%H:%M:%SZ")


def ring_ids(world: AnyWorld) -> list[str]:
    """The ids of the planted rings in the order of planting."""
    numbers = np.arange(len(world.rings))
    ids: list[str] = hashed_ids(numbers, kind="r", digits=8, salt=world.seed)[0].to_pylist()
    return ids


def write_truth(directory: Path, world: AnyWorld, seen: Sightings, user_ids: pa.Array) -> None:
    """Write truth_users, truth_rings, benign_groups and labels_train beside the events."""
    names: list[str] = user_ids.to_pylist()
    present = seen.present
    rings = ring_ids(world)
    work = seen.of_rings(len(rings))

    rows = [
        (names[user], rings[number], ring.typology, role)
        for number, ring in enumerate(world.rings)
        for user, role in zip(ring.members, ring.roles, strict=True)
    ]
    honest = present.copy()
    for ring in world.rings:
        honest[ring.members] = False
    rows += [(names[user], "", "", "") for user in np.flatnonzero(honest)]
    rows.sort()
    _write(directory / "truth_users.csv", "user_id,ring_id,typology,role", rows)

    _write(
        directory / "truth_rings.csv",
        "ring_id,typology,n_users,n_items,start,end,density,camouflage,stealth,ring_events",
        [_ring_row(world.rings[number], work[number], ring) for number, ring in enumerate(rings)],
    )
    groups = hashed_ids(np.arange(len(world.crowds)), kind="g", digits=6, salt=world.seed)[0]
    _write(
        directory / "benign_groups.csv",
        "group_id,kind,user_id",
        [
            (group, kind, names[user])
            for group, (kind, users) in zip(groups.to_pylist(), world.crowds, strict=True)
            for user in users
            if present[user]
        ],
    )
    labels = _labels(world, seen, work)
    _write(
        directory / "labels_train.csv",
        "user_id,label,observed_at",
        sorted(
            ((names[u], label, iso(t)) for u, label, t in labels), key=lambda row: row[2:] + row
        ),
    )


def _ring_row(ring: RingRecord, events: Events, ring_id: str) -> tuple[object, ...]:
    work = ~events.camouflage
    order = events.action == ACTIONS.index("order")
    bought = np.flatnonzero(work & order)
    pairs = np.unique(np.stack([events.user[bought], events.item[bought]]), axis=1).shape[1]
    items = len(np.unique(events.item[bought]))
    times = events.t[work] if work.any() else np.zeros(1, dtype=np.int64)
    return (
        ring_id,
        ring.typology,
        len(ring.members),
        items,
        iso(int(times.min())),
        iso(int(times.max())),
        f"{pairs / max(1, len(ring.members) * items):.3f}",
        f"{(order & events.camouflage).sum() / max(1, len(bought)):.2f}",
        int(ring.stealth),
        int(work.sum()),
    )


def _labels(world: AnyWorld, seen: Sightings, work: list[Events]) -> list[tuple[int, int, int]]:
    """(user, label, observed at) of what investigators would know: some rings, some cleared."""
    rng = world.stage("labels")
    if not world.rings:
        return []
    guilty = np.unique(np.concatenate([ring.members for ring in world.rings]))
    count = max(1, round(_LABELLED_RINGS * len(world.rings)))
    known: dict[int, int] = {}
    for number in sorted(rng.choice(len(world.rings), count, replace=False).tolist()):
        members = world.rings[number].members
        some = max(2, round(rng.uniform(*_KNOWN_MEMBERS) * len(members)))
        last = int(work[number].t[~work[number].camouflage].max(initial=0))
        for user in rng.choice(members, some, replace=False).tolist():
            known[user] = min(last + int(rng.uniform(1, 6) * DAY), END - MINUTE)
    honest = np.setdiff1d(np.flatnonzero(seen.present), guilty)
    cleared = rng.choice(honest, min(_CLEARED_FOR_EACH * len(known), len(honest)), replace=False)
    known_from = seen.first[cleared] + HOUR
    looked = np.maximum(known_from, (rng.uniform(2, 28, len(cleared)) * DAY).astype(np.int64))
    looked = np.minimum(looked, END - MINUTE)
    return [(user, 1, t) for user, t in known.items()] + [
        (user, 0, t) for user, t in zip(cleared.tolist(), looked.tolist(), strict=True)
    ]


def _write(path: Path, header: str, rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)
