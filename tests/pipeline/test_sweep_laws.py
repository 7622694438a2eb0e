"""Laws of a sweep, through the command line: what must not change its bytes, and what survives."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stories import DAY, START, flash_sale, honest, lockstep, order, table_of, workspace_of

from ringfinder.cli.app import run
from ringfinder.pipeline.sweep import sweep

AS_OF = "2026-03-12T00:00:00Z"
AS_OF_US = 1_773_273_600_000_000


@pytest.fixture(scope="module")
def events() -> pa.Table:
    rows = honest(1, users=600, items=200) + flash_sale(90, item="i3")
    rows += lockstep("r", 16, 6, (2, 5, 8)) + lockstep("late", 12, 5, (15, 20), seed=4)
    return table_of(rows)


def swept(place: Path, table: pa.Table, *arguments: str) -> tuple[bytes, bytes]:
    """Ingest and sweep a log by its commands; rings.jsonl and scores.csv, byte for byte."""
    workspace_of(place, table)
    rings, scores = place / "rings.jsonl", place / "scores.csv"
    where = ["--workspace", str(place / "workspace"), "--quiet"]
    code = run(
        [*where, "sweep", "--rings-out", str(rings), "--scores-out", str(scores), *arguments]
    )
    assert code == 0
    return rings.read_bytes(), scores.read_bytes()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, events: pa.Table) -> tuple[bytes, bytes]:
    return swept(tmp_path_factory.mktemp("plain"), events, "--as-of", AS_OF)


def split_at_as_of(events: pa.Table) -> tuple[pa.Table, pa.Table]:
    past = np.asarray(events["ts"]) <= AS_OF_US
    return events.filter(pa.array(past)), events.filter(pa.array(~past))


def test_the_story_has_a_past_with_a_ring_and_a_future(plain, events):
    past, future = split_at_as_of(events)
    assert past.num_rows > 500
    assert future.num_rows > 500
    first = json.loads(plain[0].splitlines()[0])
    assert all(member.startswith("r") for member in first["members"])


def test_deleting_the_future_changes_no_byte(tmp_path, plain, events):
    past, _ = split_at_as_of(events)
    assert swept(tmp_path, past, "--as-of", AS_OF) == plain


def test_changing_the_future_changes_no_byte(tmp_path, plain, events):
    past, future = split_at_as_of(events)
    rows = future.to_pylist()
    # Everybody of the past turns up at one item of one seller, on one device.
    users = past["user_id"].to_pylist()
    for place, row in enumerate(rows):
        row |= {"user_id": users[place % len(users)], "item_id": "r_i0", "device_id": "one"}
    extra = [order(f"new{i}", 27 * DAY + i, "i1") for i in range(300)]
    fresh = table_of(extra).set_column(0, "event_id", pa.array([f"x{i}" for i in range(300)]))
    moved = pa.Table.from_pylist(rows, schema=past.schema)
    changed = pa.concat_tables([past, moved, fresh], promote_options="permissive")
    assert swept(tmp_path, changed, "--as-of", AS_OF) == plain


def test_shuffled_rows_change_no_byte(tmp_path, plain, events):
    order_of = np.random.default_rng(3).permutation(events.num_rows)
    assert swept(tmp_path, events.take(pa.array(order_of)), "--as-of", AS_OF) == plain


def test_renamed_ids_give_the_same_rings_by_other_names(tmp_path, plain, events):
    new = {
        name: f"{(i * 7_919) % 100_003:06d}\u202e'; DROP"
        for i, name in enumerate(sorted(set(events["user_id"].to_pylist())))
    }
    renamed = events.set_column(
        events.column_names.index("user_id"),
        "user_id",
        pa.array([new[name] for name in events["user_id"].to_pylist()]),
    )
    rings, scores = swept(tmp_path, renamed, "--as-of", AS_OF)
    mine = [json.loads(line) for line in rings.splitlines()]
    theirs = [json.loads(line) for line in plain[0].splitlines()]
    assert [set(ring["members"]) for ring in mine] == [
        {new[name] for name in ring["members"]} for ring in theirs
    ]
    assert [ring["score"] for ring in mine] == [ring["score"] for ring in theirs]
    assert [ring["p_value"] for ring in mine] == [ring["p_value"] for ring in theirs]
    assert len(scores) > 0


def test_every_user_is_scored_once(plain):
    lines = plain[1].decode().splitlines()
    assert lines[0] == '"user_id","score","rank"'
    users = [line.split(",")[0] for line in lines[1:]]
    assert len(users) == len(set(users)) > 500
    scores = [float(line.split(",")[1]) for line in lines[1:]]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= 0
    assert max(scores) <= 1


def test_a_second_sweep_writes_the_same_bytes_and_a_later_one_tells_what_changed(tmp_path, events):
    workspace = workspace_of(tmp_path, events)
    first = sweep(workspace, as_of=AS_OF_US)
    again = sweep(workspace, as_of=AS_OF_US)
    assert again.sweep_id == first.sweep_id
    assert first.summary["previous"] is None
    later = sweep(workspace)
    assert later.summary["previous"] == first.sweep_id
    status = {
        ring["members"][0][:1]: ring["lineage"]["status"]
        for ring in reversed(later.rings)
        if not ring["members"][0].startswith("h")
    }
    assert status["l"] == "new"
    assert status["r"] in ("same", "grew", "shrank")


def test_a_ring_that_paused_is_known_when_it_returns_on_new_phones(tmp_path):
    def phones(rows, name):
        return [row | {"device_id": f"{name}{n % 2}"} for n, row in enumerate(rows)]

    rows = honest(1, users=600, items=200)
    rows += phones(lockstep("r", 16, 6, (2, 4)), "old")
    rows += phones(lockstep("r", 16, 6, (23, 25), seed=1), "new")
    rows += phones(lockstep("x", 14, 6, (23, 25), seed=2), "old")
    workspace = workspace_of(tmp_path, table_of(rows))
    week = 7 * DAY
    first, _, last = (
        sweep(workspace, as_of=START + weeks * week, window=week) for weeks in (1, 3, 4)
    )

    def ring_of(result, head):
        return next(ring for ring in result.rings if ring["members"][0].startswith(head))

    before = ring_of(first, "r")["ring_id"]
    back, others = ring_of(last, "r"), ring_of(last, "x")
    assert back["lineage"]["status"] == "returned under new devices"
    assert others["lineage"] == {
        "status": "returned under new accounts",
        "previous": [before],
        "overlap": 0.0,
    }
    assert back["lineage"]["previous"] == [before]
    assert {back["ring_id"], others["ring_id"]} <= set(last.summary["changes"]["returned"])


def test_a_killed_sweep_leaves_the_last_one_and_the_next_goes_on(tmp_path, events):
    workspace = workspace_of(tmp_path, events)
    first = sweep(workspace, as_of=AS_OF_US)
    command = [sys.executable, "-m", "ringfinder", "--workspace", str(workspace.root), "sweep"]
    for wait in (0.8, 2.0):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert (workspace.sweeps / "LAST").read_text() in {
            path.name for path in workspace.sweeps.glob("[!.]*") if path.is_dir()
        }
    assert first.directory.is_dir()
    assert sweep(workspace).summary["previous"] == first.sweep_id


def test_a_sweep_of_an_empty_workspace_says_what_to_do(tmp_path, capsys):
    assert run(["--workspace", str(tmp_path / "none"), "sweep"]) == 2
    assert "ingest" in capsys.readouterr().err


def test_an_unknown_model_is_named(tmp_path, events, capsys):
    workspace = workspace_of(tmp_path, events)
    assert run(["--workspace", str(workspace.root), "sweep", "--model", "nope"]) == 2
    assert "nope" in capsys.readouterr().err


def test_the_story_starts_where_it_says():
    assert START < AS_OF_US < START + 28 * DAY


def test_the_log_may_be_all_there_is(tmp_path):
    place = tmp_path / "tiny"
    place.mkdir()
    table = pa.Table.from_pylist([{"ts": START, "user_id": "only", "ip": "1.2.3.4"}])
    pq.write_table(table, place / "events.parquet")
    rings, scores = swept(place, table)
    assert rings == b""
    assert scores.decode().splitlines()[1].startswith('"only",')
