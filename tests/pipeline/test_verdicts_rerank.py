"""From `decide` to the next list: what a verdict changes and may not, and what a crash leaves."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from stories import flash_sale, honest, lockstep, table_of, workspace_of

from ringfinder.cases.sweep_record import last_sweep, sweeps_before
from ringfinder.cli.app import run
from ringfinder.errors import StoreError
from ringfinder.pipeline.candidates import load_candidates
from ringfinder.pipeline.decide import decide
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.rerank import rerank
from ringfinder.pipeline.sweep import sweep
from ringfinder.rings.ring import CLEARING
from ringfinder.store.casebook import ring_verdicts
from ringfinder.store.workspace import Workspace

AS_OF_US = 1_773_273_600_000_000


@pytest.fixture(scope="module")
def events() -> pa.Table:
    rows = honest(1, users=600, items=200) + flash_sale(90, item="i3")
    rows += lockstep("r", 16, 6, (2, 5, 8)) + lockstep("late", 12, 5, (15, 20), seed=4)
    rows += lockstep("q", 9, 5, (3, 6), seed=7)
    return table_of(rows)


@pytest.fixture(scope="module")
def swept(tmp_path_factory, events) -> Workspace:
    workspace = workspace_of(tmp_path_factory.mktemp("swept"), events)
    sweep(workspace)
    return workspace


@pytest.fixture
def workspace(tmp_path, swept) -> Workspace:
    """A workspace of its own with one sweep, which is the last one."""
    return Workspace(Path(shutil.copytree(swept.root, tmp_path / "workspace")))


def files(record) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(record.directory.iterdir())}


def full(*_: object) -> None:
    raise OSError("the disk is full")


def say(workspace: Workspace, ring_id: str, verdict: str, *, at: int = AS_OF_US) -> None:
    decide(workspace, ring_id, verdict=verdict, reason="seen", decided_by="me", at=at)


def test_decide_writes_what_a_new_sweep_would_write_and_shows_what_moved(workspace):
    first = last_sweep(workspace.sweeps)
    second, third = first.rings[0]["ring_id"], first.rings[1]["ring_id"]
    say(workspace, second, "cleared")
    say(workspace, third, "confirmed")
    result = rerank(workspace)
    assert result.kept is None
    assert result.sweep_id != first.sweep_id
    reranked = last_sweep(workspace.sweeps)
    top = reranked.rings[0]
    assert (top["ring_id"], top["verdict"], top["score"]) == (third, "confirmed", 1)
    assert top["alert"]
    for ring in reranked.rings:
        if ring["ring_id"] == second:
            assert (ring["verdict"], ring["score"], ring["alert"]) == ("cleared", 0, False)
    moved = {move.ring_id: (move.before, move.after) for move in result.moved}
    assert moved[third] == (2, 1)
    assert moved[second][0] == 1
    written = files(reranked)
    again = sweep(workspace)
    assert again.sweep_id == reranked.sweep_id
    assert files(again) == written
    assert files(first)["rings.jsonl"] != written["rings.jsonl"]
    scores = {line.split(",")[0]: line for line in written["scores.csv"].decode().splitlines()}
    cleared = next(ring for ring in first.rings if ring["ring_id"] == second)["members"]
    assert all(float(scores[f'"{user}"'].split(",")[1]) < 0.5 for user in cleared)


def clears(record) -> dict[str, str]:
    """What would clear each ring, by its id."""
    return {
        ring["ring_id"]: fact["text"]
        for ring in record.rings
        for fact in ring["evidence"]
        if fact["kind"] == CLEARING
    }


def test_where_the_model_that_swept_is_gone_chance_tells_what_would_clear(tmp_path):
    farm = [
        row | {"device_id": f"farm{n % 3}"} for n, row in enumerate(lockstep("r", 16, 6, (2, 5, 8)))
    ]
    rows = honest(1, users=600, items=200) + farm + lockstep("q", 9, 5, (3, 6), seed=7)
    workspace = workspace_of(tmp_path, table_of(rows))
    sweep(workspace)
    first = last_sweep(workspace.sweeps)
    alerts = {ring["ring_id"] for ring in first.rings if ring["alert"]}
    told = clears(first)
    by_line = {one for one, text in told.items() if text.endswith("it would be no alert.")}
    assert by_line
    assert by_line <= alerts
    summary = first.directory / "sweep.json"
    about = json.loads(summary.read_text("utf-8")) | {"model_version": "another"}
    summary.write_text(json.dumps(about), encoding="utf-8")
    rerank(workspace)
    reranked = last_sweep(workspace.sweeps)
    now = clears(reranked)
    assert [ring["ring_id"] for ring in reranked.rings] == [ring["ring_id"] for ring in first.rings]
    assert now.keys() == told.keys()
    assert not any(text.endswith("it would be no alert.") for text in now.values())
    assert {one for one in told if told[one] != now[one]} == by_line


def test_without_a_verdict_on_a_ring_no_byte_changes(workspace):
    first = last_sweep(workspace.sweeps)
    before = files(first)
    say(workspace, first.rings[0]["ring_id"], "unsure")
    say(workspace, first.rings[0]["members"][0], "cleared")
    result = rerank(workspace)
    assert (result.sweep_id, result.moved) == (first.sweep_id, ())
    assert result.kept == "no ring's verdict changed"
    assert files(sweep(workspace)) == before


def test_an_unsure_verdict_takes_back_the_one_before(workspace):
    first = last_sweep(workspace.sweeps)
    say(workspace, first.rings[0]["ring_id"], "cleared")
    rerank(workspace)
    say(workspace, first.rings[0]["ring_id"], "unsure")
    assert rerank(workspace).sweep_id == first.sweep_id


def test_a_sweep_of_the_past_knows_no_later_verdict(workspace):
    past = sweep(workspace, as_of=AS_OF_US)
    before = files(past)
    ring_id = past.rings[0]["ring_id"]
    say(workspace, ring_id, "cleared", at=AS_OF_US + 1)
    result = rerank(workspace)
    assert result.sweep_id == past.sweep_id
    assert "as of" in result.kept
    assert files(sweep(workspace, as_of=AS_OF_US)) == before
    say(workspace, ring_id, "cleared", at=AS_OF_US)
    assert rerank(workspace).sweep_id != past.sweep_id
    assert len(ring_verdicts(workspace.casebook, until=AS_OF_US - 1)) == 0


def test_the_next_sweep_of_a_longer_log_keeps_the_verdict(tmp_path, events):
    past = events.filter(pc.less_equal(events["ts"], AS_OF_US))
    workspace = workspace_of(tmp_path, past)
    first = sweep(workspace)
    r = next(ring for ring in first.rings if ring["members"][0].startswith("r"))
    say(workspace, r["ring_id"], "cleared")
    rerank(workspace)
    rest = tmp_path / "rest.parquet"
    pq.write_table(events.filter(pc.greater(events["ts"], AS_OF_US)), rest)
    ingest(workspace, [rest])
    later = sweep(workspace)
    assert not [
        ring
        for ring in later.rings
        if ring["score"] > 0 and len(set(ring["members"]) & set(r["members"])) > 8
    ]
    assert any(ring["members"][0].startswith("late") for ring in later.rings)


def test_the_previous_sweep_is_the_one_that_knows_most_verdicts(workspace):
    for ring in last_sweep(workspace.sweeps).rings[:3]:
        say(workspace, ring["ring_id"], "confirmed")
        rerank(workspace)
    last = last_sweep(workspace.sweeps)
    assert last.summary["verdicts"] == 3
    (newest,) = sweeps_before(workspace.sweeps, as_of=2 * AS_OF_US, most=1)
    assert newest.sweep_id == last.sweep_id


def test_a_ring_of_the_list_before_can_still_be_judged(workspace):
    first = last_sweep(workspace.sweeps)
    gone = first.rings[-1]["ring_id"]
    (workspace.sweeps / "LAST").write_text(sweep(workspace, max_rings=1).sweep_id)
    say(workspace, gone, "confirmed")
    rerank(workspace)
    assert last_sweep(workspace.sweeps).rings[0]["ring_id"] == gone


def test_a_crash_before_ranking_leaves_the_old_list_and_the_next_makes_up_for_it(
    workspace, monkeypatch
):
    first = last_sweep(workspace.sweeps)
    before = files(first)
    say(workspace, first.rings[0]["ring_id"], "cleared")
    with monkeypatch.context() as broken:
        broken.setattr(
            "ringfinder.pipeline.ranking.write_atomically",
            full,
        )
        with pytest.raises(OSError, match="full"):
            rerank(workspace)
    assert last_sweep(workspace.sweeps).sweep_id == first.sweep_id
    assert files(first) == before
    assert rerank(workspace).sweep_id == last_sweep(workspace.sweeps).sweep_id != first.sweep_id


def test_lost_candidates_are_told_with_the_decision_that_stands(workspace, capsys):
    first = last_sweep(workspace.sweeps)
    key = first.summary["candidates"]
    (workspace.candidates / key / "ptr.npy").unlink()
    words = ["decide", first.rings[0]["ring_id"], "--verdict", "cleared", "--reason", "x"]
    assert run(["--workspace", str(workspace.root), "--quiet", *words]) == 3
    assert "decision 1 stands" in capsys.readouterr().err
    second = sweep(workspace)
    assert second.summary["verdicts"] == 1
    (workspace.candidates / key / "names.json").write_text("{}")
    with pytest.raises(StoreError, match="candidates"):
        load_candidates(workspace, key, None)


def test_only_the_last_sweep_keeps_candidates_and_one_that_is_running(workspace):
    first = last_sweep(workspace.sweeps)
    running = workspace.candidates / "0123456789abcdef"
    running.mkdir()
    earlier = sweep(workspace, as_of=AS_OF_US - 3 * 86_400_000_000)
    kept = {path.name for path in workspace.candidates.iterdir()}
    assert kept == {earlier.summary["candidates"], running.name}
    assert first.summary["candidates"] not in kept
    assert rerank(workspace).sweep_id == earlier.sweep_id


def test_the_command_tells_what_moved(workspace, capsys):
    first = last_sweep(workspace.sweeps)
    ring_id = first.rings[0]["ring_id"]
    where = ["--workspace", str(workspace.root), "--quiet"]
    words = ["decide", ring_id, "--verdict", "cleared", "--reason", "a club"]
    assert run([*where, *words]) == 0
    shown = capsys.readouterr().out
    assert "Ranked anew as sweep" in shown
    assert f"{ring_id}     1 ->" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())
    confirmed = last_sweep(workspace.sweeps).rings[0]["ring_id"]
    assert run([*where, "decide", confirmed, "--verdict", "confirmed", "--reason", "x"]) == 0
    capsys.readouterr()
    assert run([*where, "rings", "list"]) == 0
    assert f"{confirmed}   1.00" in (listed := capsys.readouterr().out)
    assert "CONF." in listed
    assert run([*where, "rings", "show", confirmed]) == 0
    assert ", confirmed" in capsys.readouterr().out
    assert run([*where, *words, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)["data"]
    assert data["number"] == 3
    assert data["reranked"]["moved"] == []
    about_user = ["decide", last_sweep(workspace.sweeps).rings[0]["members"][0]]
    assert run([*where, *about_user, "--verdict", "cleared", "--reason", "x", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)["data"]
    assert (data["number"], data["reranked"]) == (4, None)
