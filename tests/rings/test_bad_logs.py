"""Logs that no marketplace writes and somebody will: the sweep's own part ends sensibly on each."""

import resource

import numpy as np
import pyarrow as pa
import pytest
from stories import START, honest, lockstep, order, snapshot_of, table_of, workspace_of

from ringfinder.features.load import ids
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.rings.find import find_groups, tell_rings
from ringfinder.rings.score import evidence

HOUR = 3_600_000_000
LARGE = 100_000
BYTES = 1 << 30
"""What the search may add to the memory of a process that holds the snapshot."""


def snapshot_of_columns(place, n, **columns):
    """A snapshot of n orders; a column is an array, or a text that all of them carry."""
    filled = {
        name: [values] * n if isinstance(values, str) else values
        for name, values in columns.items()
    }
    table = pa.table(
        {"event_id": [f"e{i:07d}" for i in range(n)], "action": ["order"] * n} | filled
    )
    return snapshot_at(workspace_of(place, table), as_of=None, window=None)


def names(prefix, codes):
    return [f"{prefix}{code}" for code in codes]


def rings_of(snapshot):
    """The rings told by the evidence alone, each of known users, none twice; in bounded memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = find_groups(snapshot)
    assert np.isfinite(found.statistics).all()
    assert found.groups.user.size <= 2 * len(snapshot.events.ts)  # so that work stays linear
    rings = tell_rings(found, evidence(found.statistics), max_rings=50)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < BYTES
    known = set(ids(snapshot, "user"))
    for ring in rings:
        ring.validate()
        assert set(ring.members) <= known
    assert len({ring.ring_id for ring in rings}) == len(rings)
    return rings


@pytest.mark.parametrize(
    "rows",
    [
        [order("u", 0, "i")],
        [order("u", 0, "i") for _ in range(50)],
        [order(f"u{n}", 0, "i") for n in range(300)],
        [order("u", n * HOUR, f"i{n}") for n in range(300)],
    ],
    ids=["one event", "one user, one item, one instant", "one item at one instant", "one user"],
)
def test_a_log_without_contrast_names_nobody(tmp_path, rows):
    assert rings_of(snapshot_of(tmp_path, rows)) == []


@pytest.mark.parametrize("shared", [{"ip": "all"}, {"device_id": "all"}])
def test_an_identifier_of_everybody_makes_no_ring_and_hides_none(tmp_path, shared):
    rows = honest(2, users=800) + lockstep("r", 18, 6, (4, 9, 17))
    rings = rings_of(snapshot_of(tmp_path, [row | shared for row in rows]))
    members = set(rings[0].members)
    ring = {str(row["user_id"]) for row in rows if str(row["user_id"]).startswith("r")}
    assert len(members & ring) / len(members | ring) >= 0.8
    assert max(len(ring.members) for ring in rings) < 200
    assert not any(fact.entity == "all" for ring in rings for fact in ring.evidence)


def test_an_address_of_most_accounts_is_no_evidence_but_that_of_a_large_ring_is(tmp_path):
    rows = honest(3, users=20, items=60) + lockstep("r", 30, 6, (4, 9))
    crowd = [row | {"ip": "all"} for row in rows]
    told = rings_of(snapshot_of(tmp_path / "all", crowd))
    assert told
    assert not any(fact.entity == "all" for ring in told for fact in ring.evidence)
    ring = [row | {"ip": "r"} if str(row["user_id"]).startswith("r") else row for row in rows]
    first = rings_of(snapshot_of(tmp_path / "ring", ring))[0]
    (fact,) = (fact for fact in first.evidence if fact.entity == "r")
    assert fact.expected < 1


def test_only_identifiers_and_no_items_still_show_a_farm(tmp_path):
    rows = [
        {"ts": START + n * HOUR, "user_id": f"u{n}", "action": "login", "ip": f"p{n % 400}"}
        | {"device_id": f"d{n}"}
        for n in range(1_200)
    ]
    for n in range(24):
        for turn in range(2):
            at = START + (n * 7 + turn * 50) * HOUR
            device = {"device_id": f"farm{(n + turn) % 3}", "ip": f"line{(n * 3 + turn) % 4}"}
            rows.append({"ts": at, "user_id": f"f{n}", "action": "login"} | device)
    first = rings_of(snapshot_of(tmp_path, rows))[0]
    assert {member[0] for member in first.members} == {"f"}
    assert len(first.members) >= 20


@pytest.mark.parametrize("action", ["order", "view"])
def test_only_items_and_no_identifiers_still_show_a_ring(tmp_path, action):
    rows = honest(2, users=800) + lockstep("r", 18, 6, (4, 9, 17))
    bare = ("ts", "user_id", "item_id")
    rows = [{key: row[key] for key in bare} | {"action": action} for row in rows]
    first = rings_of(snapshot_of(tmp_path, rows))[0]
    assert {member[0] for member in first.members} == {"r"}
    assert len(first.members) >= 15


def test_all_in_one_second_says_nothing_by_its_hour(tmp_path):
    rows = honest(2, users=800) + lockstep("r", 18, 6, (4, 9, 17))
    rings = rings_of(snapshot_of(tmp_path, [row | {"ts": START} for row in rows]))
    assert rings
    assert all(fact.kind != "same hours" for ring in rings for fact in ring.evidence)


def test_a_clock_that_jumps_back_changes_the_times_alone(tmp_path):
    rows = honest(2, users=800) + lockstep("r", 18, 6, (4, 9, 17))
    late = {"r3", "r5"}
    rows = [
        row | {"ts": int(row["ts"]) - 2_000 * 24 * HOUR} if row["user_id"] in late else row
        for row in rows
    ]
    members = set(rings_of(snapshot_of(tmp_path, rows))[0].members)
    assert len(members) >= 15
    assert {member[0] for member in members} == {"r"}


def test_hubs_of_every_kind_are_borne(tmp_path):
    draw = np.random.default_rng(0)
    at = np.sort(draw.integers(0, 28 * 24 * HOUR, LARGE)) + START
    snapshot = snapshot_of_columns(
        tmp_path,
        LARGE,
        ts=at,
        user_id=names("u", range(LARGE)),
        item_id="hub",
        seller_id="hub",
        device_id="hub",
        ip="hub",
    )
    assert len(rings_of(snapshot)) <= 5


def test_one_user_with_most_events_is_borne(tmp_path):
    draw = np.random.default_rng(0)
    at = np.sort(draw.integers(0, 28 * 24 * HOUR, LARGE)) + START
    busy = draw.random(LARGE) < 0.95
    user = np.where(busy, "busy", np.char.add("u", draw.integers(0, 2_000, LARGE).astype(str)))
    snapshot = snapshot_of_columns(
        tmp_path,
        LARGE,
        ts=at,
        user_id=user,
        item_id=names("i", draw.integers(0, 30_000, LARGE)),
        device_id=names("d", draw.integers(0, LARGE, LARGE)),
        ip=names("p", draw.integers(0, LARGE, LARGE)),
    )
    assert not any(ring.score > 0.05 or ring.alert for ring in rings_of(snapshot))


def test_everything_bought_by_everybody_is_borne(tmp_path):
    rows = [
        order(f"u{n}", (n * 31 + i) * 60_000_000, f"i{i}") for n in range(300) for i in range(40)
    ]
    table = table_of(rows)
    assert len(rings_of(snapshot_at(workspace_of(tmp_path, table), as_of=None, window=None))) <= 5
