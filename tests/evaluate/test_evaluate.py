import json
from dataclasses import asdict

import numpy as np
import pytest

from ringfinder.errors import InputError
from ringfinder.evaluate.report import RingRow
from ringfinder.evaluate.truth import read_truth
from ringfinder.pipeline.evaluate import evaluate, evaluate_files
from ringfinder.store.workspace import Workspace


def test_hand_made_figures(tiny, written):
    rings, scores = written(
        [
            {"members": ["e", "f"], "alert": True},
            {"members": ["a", "b", "c", "a"], "alert": True},
            {"members": ["d", "nobody"], "alert": False},
        ],
        {"a": 0.9, "b": 0.8, "c": 0.7, "d": 0.1, "e": 0.6, "f": 0.0, "stranger": 1.0},
    )
    found = evaluate_files(rings, scores, truth=tiny)
    assert (found.rings.planted, found.rings.reported, found.rings.hits) == (2, 3, 1)
    assert found.rings.tight_hits == 1
    assert found.rings.ap == pytest.approx(0.25)
    assert found.rings.coverage_of_loss_at["10"] == 1
    assert found.rings.by_typology == {
        "lockstep": {"rings": 1, "hits": 1, "hits_at_50": 1},
        "slow_drip": {"rings": 1, "hits": 0, "hits_at_50": 0},
    }
    assert found.rings.false_by_kind_at_50 == {"family": 1, "no known crowd": 1}
    assert (found.alerts.alerts, found.alerts.hits, found.alerts.false) == (2, 1, 1)
    assert found.alerts.false_by_kind == {"family": 1}
    assert found.alerts.false_per_million_users == pytest.approx(1e6 / 6)
    assert (found.unseen_users, found.unknown_members) == (1, 1)
    users = found.user_level
    assert (users.unscored, users.unknown) == (0, 1)
    assert users.all.users == 6
    assert users.all.base_rate == pytest.approx(4 / 6)
    assert users.all.auroc == pytest.approx(7 / 8)
    assert users.without_label.users == 4
    assert users.without_label.auroc == 1


def test_users_without_a_score_are_the_least_risky(tiny, written):
    rings, scores = written([], {"a": 0.2, "b": 0.2, "c": 0.2, "d": 0.2})
    found = evaluate_files(rings, scores, truth=tiny)
    assert found.user_level.unscored == 2
    assert found.user_level.all.auroc == 1
    assert found.rings.reported == 0
    assert found.rings.ap == 0
    assert found.rings.precision_at["10"] is None


def test_rank_orders_the_lines_and_scores_may_be_missing(tiny, written):
    rings, _ = written([{"rank": 2, "members": ["e"]}, {"rank": 1, "members": ["a", "b", "c"]}], {})
    found = evaluate_files(rings, None, truth=tiny)
    assert found.rings.ap == pytest.approx(0.5)
    assert found.user_level is None
    assert found.alerts.alerts == 2


def test_a_user_in_ten_rings_is_defined(tiny, written):
    rings, scores = written([{"members": ["a", f"z{n}"]} for n in range(10)], {"a": 1.0})
    found = evaluate_files(rings, scores, truth=tiny)
    assert found.rings.hits == 0
    assert found.unknown_members == 10


def test_the_same_group_twice_is_a_hit_and_a_miss(tiny, written):
    rings, _ = written([{"members": ["a", "b", "c"]}, {"members": ["c", "b", "a"]}], {})
    found = evaluate_files(rings, None, truth=tiny)
    assert (found.rings.hits, found.alerts.false) == (1, 1)
    assert found.rings.false_by_kind_at_50 == {"part of a ring": 1}


def test_a_row_for_each_planted_ring(tiny, written):
    rings, _ = written([{"members": ["e"]}, {"members": ["a", "b"]}, {"members": ["d", "z"]}], {})
    (tiny / "truth_rings.csv").write_text("ring_id,stealth\nr1,1\nr3,0\n")
    found = evaluate_files(rings, None, truth=tiny).per_ring
    assert found == (
        RingRow("r1", "lockstep", 3, stealth=True, rank=2, jaccard=2 / 3),
        RingRow("r2", "slow_drip", 2, stealth=None, rank=None, jaccard=1 / 3),
    )
    nothing, _ = written([], {})
    assert [row.jaccard for row in evaluate_files(nothing, None, truth=tiny).per_ring] == [0, 0]


def test_a_user_in_ten_planted_rings_is_in_each(tiny, written):
    rows = "".join(f"a,x{n},odd,member\nb,x{n},odd,member\n" for n in range(10))
    (tiny / "truth_users.csv").write_text("user_id,ring_id,typology,role\n" + rows)
    rings, scores = written([{"members": ["a", "b"]}], {"a": 1.0, "b": 0.0})
    found = evaluate_files(rings, scores, truth=tiny)
    assert (found.rings.planted, found.rings.hits) == (10, 1)
    assert (found.user_level.all.users, found.user_level.all.base_rate) == (2, 1)


def test_the_truth_itself_is_perfect_and_order_does_not_matter(simulated, written):
    truth = read_truth(simulated)
    guilty = truth.guilty
    rings, scores = written(
        [{"members": sorted(ring.members)} for ring in truth.rings],
        {user: float(user in guilty) for user in truth.users},
    )
    found = evaluate_files(rings, scores, truth=simulated)
    assert found.rings.ap == found.rings.recall_at["10"] == found.rings.completeness == 1
    assert found.rings.coverage_of_loss_at["50"] == 1
    assert found.rings.edge_lift_at["50"] > 5
    assert found.rings.ap_interval == (1, 1)
    assert found.user_level.all.ap == found.user_level.all.f1_macro == 1
    shuffled, _ = written(
        [{"members": sorted(ring.members)[::-1]} for ring in truth.rings],
        {user: float(user in guilty) for user in truth.users[::-1]},
    )
    assert evaluate_files(shuffled, scores, truth=simulated) == found


def test_every_report_is_false_where_there_is_no_ring(ring_free, written):
    truth = read_truth(ring_free)
    draw = np.random.default_rng(1)
    groups = [draw.choice(truth.users, 8, replace=False).tolist() for _ in range(5)]
    rings, scores = written(
        [{"members": group} for group in groups], dict.fromkeys(truth.users, 0.5)
    )
    found = evaluate_files(rings, scores, truth=ring_free)
    assert (found.rings.hits, found.alerts.false) == (0, 5)
    assert found.rings.ap is None
    assert found.rings.precision_at["10"] == 0
    assert found.user_level.all.base_rate == 0
    assert found.user_level.all.ap is None
    json.dumps(asdict(found), allow_nan=False)


@pytest.mark.parametrize(
    ("line", "word"),
    [("{", "line 2"), ("[]", 'no "members"'), ('{"members": [1]}', 'no "members"')],
)
def test_a_broken_line_is_named(tiny, tmp_path, line, word):
    (tmp_path / "bad.jsonl").write_text('{"members": ["a"]}\n' + line + "\n")
    with pytest.raises(InputError, match="line 2") as error:
        evaluate_files(tmp_path / "bad.jsonl", None, truth=tiny)
    assert word in str(error.value)


@pytest.mark.parametrize(
    "content", ["user_id\na\n", "user_id,score\na,high\n", "user_id,score\na,\n"]
)
def test_broken_scores_are_told(tiny, written, content):
    rings, scores = written([], {})
    scores.write_text(content)
    with pytest.raises(InputError, match=r"scores\.csv"):
        evaluate_files(rings, scores, truth=tiny)
    with pytest.raises(InputError, match="absent"):
        evaluate_files(scores.parent / "absent", None, truth=tiny)


def test_the_last_sweep_of_a_workspace_is_measured(tiny, written, tmp_path):
    workspace = Workspace(tmp_path / "workspace")
    with pytest.raises(InputError, match="no sweep"):
        evaluate(workspace, truth=tiny)
    sweep = workspace.sweeps / "s1"
    sweep.mkdir(parents=True)
    for path in written([{"members": ["a", "b", "c"]}], {"a": 1.0}):
        path.rename(sweep / path.name)
    (sweep / "sweep.json").write_text(json.dumps({"sweep_id": "s1"}))
    np.save(sweep / "scores.npy", np.ones(1, dtype=np.float32))
    (workspace.sweeps / "LAST").write_text("s1\n")
    assert evaluate(workspace, truth=tiny).rings.hits == 1
