"""The answer sheet of a world: who was in which ring, what was cover, who was innocent."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import DAY, END, HOUR, MINUTE, START_US
from ringfinder.events.simulator.identity import hashed_ids
from ringfinder.events.simulator.sightings import RingWork, Sightings
from ringfinder.events.simulator.world import AnyWorld, RingRecord

Ints = NDArray[np.int64]
_LABELLED_RINGS = 0.3
_KNOWN_MEMBERS = (0.3, 0.8)
_CLEARED_FOR_EACH = 5
_HONEST = (("", "", ""),)
_USERS_AT_ONCE = 100_000
_CROWDS_AT_ONCE = 1_000
"""Their rows are made and written together."""


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
    rings = ring_ids(world)
    work = seen.of_rings()
    _write(
        directory / "truth_users.csv",
        "user_id,ring_id,typology,role",
        _user_rows(world, seen.present, user_ids, rings),
    )
    _write(
        directory / "truth_rings.csv",
        "ring_id,typology,n_users,n_items,start,end,density,camouflage,stealth,ring_events",
        [_ring_row(world.rings[number], work[number], ring) for number, ring in enumerate(rings)],
    )
    _write(
        directory / "benign_groups.csv",
        "group_id,kind,user_id",
        _crowd_rows(world, seen.present, user_ids),
    )
    labels = _labels(world, seen, work)
    named = _named(user_ids, np.array([user for user, _, _ in labels], dtype=np.int64))
    _write(
        directory / "labels_train.csv",
        "user_id,label,observed_at",
        sorted(
            ((name, label, iso(t)) for name, (_, label, t) in zip(named, labels, strict=True)),
            key=lambda row: row[2:] + row,
        ),
    )


def _named(user_ids: pa.Array, users: Ints) -> list[str]:
    names: list[str] = user_ids.take(pa.array(users)).to_pylist()
    return names


def _user_rows(
    world: AnyWorld, present: NDArray[np.bool_], user_ids: pa.Array, rings: list[str]
) -> Iterator[tuple[object, ...]]:
    """A row for each user who was seen, and one for each ring of a member; sorted."""
    guilty: dict[int, list[tuple[str, str, str]]] = {}
    for ring_id, ring in zip(rings, world.rings, strict=True):
        for user, role in zip(ring.members.tolist(), ring.roles, strict=True):
            guilty.setdefault(user, []).append((ring_id, ring.typology, role))
    listed = present.copy()
    listed[list(guilty)] = True
    by_id = np.asarray(pc.array_sort_indices(user_ids))
    by_id = by_id[listed[by_id]]
    for first in range(0, len(by_id), _USERS_AT_ONCE):
        users = by_id[first : first + _USERS_AT_ONCE]
        for user, name in zip(users.tolist(), _named(user_ids, users), strict=True):
            for row in sorted(guilty.get(user, _HONEST)):
                yield (name, *row)


def _crowd_rows(
    world: AnyWorld, present: NDArray[np.bool_], user_ids: pa.Array
) -> Iterator[tuple[object, ...]]:
    """A row for each user of an innocent group who was seen, in the order of the groups."""
    for first in range(0, len(world.crowds), _CROWDS_AT_ONCE):
        crowds = world.crowds[first : first + _CROWDS_AT_ONCE]
        numbers = np.arange(first, first + len(crowds))
        groups = hashed_ids(numbers, kind="g", digits=6, salt=world.seed)[0].to_pylist()
        users = np.concatenate([users for _, users in crowds])
        of = np.repeat(np.arange(len(crowds)), [len(users) for _, users in crowds])
        here = np.flatnonzero(present[users])
        for place, name in zip(of[here].tolist(), _named(user_ids, users[here]), strict=True):
            yield (groups[place], crowds[place][0], name)


def _ring_row(ring: RingRecord, work: RingWork, ring_id: str) -> tuple[object, ...]:
    return (
        ring_id,
        ring.typology,
        len(ring.members),
        work.items,
        iso(work.first),
        iso(work.last),
        f"{work.pairs / max(1, len(ring.members) * work.items):.3f}",
        f"{work.covers / max(1, work.orders):.2f}",
        int(ring.stealth),
        work.events,
    )


def _labels(world: AnyWorld, seen: Sightings, work: list[RingWork]) -> list[tuple[int, int, int]]:
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
        last = work[number].last
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
