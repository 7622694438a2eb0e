import pandas as pd
import pytest

from ringfinder.errors import InputError
from ringfinder.evaluate.truth import read_truth


def test_users_who_are_not_in_the_log_are_left_out_and_counted(tiny):
    truth = read_truth(tiny)
    assert truth.users == ("a", "b", "c", "d", "e", "f")
    assert {ring.ring_id: sorted(ring.members) for ring in truth.rings} == {
        "r1": ["a", "b", "c"],
        "r2": ["c", "d"],
    }
    assert truth.unseen == 1
    assert truth.guilty == frozenset("abcd")
    assert truth.labelled == frozenset("ae")
    assert [(group.kind, sorted(group.members)) for group in truth.lookalikes] == [
        ("family", ["e", "f"])
    ]


def test_fraudulent_orders_exclude_camouflage(tiny):
    orders = read_truth(tiny).orders
    assert orders.loc["a"].tolist() == [2, 1, 100_000]
    assert orders.fraud_orders.sum() == 4
    assert orders.loc["e"].tolist() == [3, 0, 0]


def test_only_truth_users_is_required(tiny):
    for path in tiny.iterdir():
        if path.name != "truth_users.csv":
            path.unlink()
    truth = read_truth(tiny)
    assert "ghost" in truth.users
    assert len(truth.rings) == 3
    assert (truth.lookalikes, truth.orders, truth.unseen) == ((), None, 0)


def test_a_directory_without_truth_is_told(tmp_path):
    for directory in (tmp_path, tmp_path / "absent"):
        with pytest.raises(InputError, match="holds no truth"):
            read_truth(directory)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("truth_users.csv", "user,ring\na,b\n", "no column user_id, ring_id, typology"),
        ("truth_users.csv", "", "No columns"),
        ("benign_groups.csv", "group_id\ng\n", "no column kind, user_id"),
        ("events.parquet", "not parquet", "events.parquet"),
        ("truth_events.parquet", "not parquet", "truth_events.parquet"),
    ],
)
def test_a_broken_file_is_named(tiny, name, content, word):
    (tiny / name).write_text(content)
    with pytest.raises(InputError, match=word):
        read_truth(tiny)


def test_the_form_of_a_ring_is_known_where_the_world_tells(tiny):
    (tiny / "truth_rings.csv").write_text("ring_id,stealth\nr1,1\nr2,maybe\n")
    assert [ring.stealth for ring in read_truth(tiny).rings] == [True, None]
    (tiny / "truth_rings.csv").write_text("ring_id\nr1\n")
    assert [ring.stealth for ring in read_truth(tiny).rings] == [None, None]


def test_a_log_of_numbers_without_actions_and_amounts_is_read(tiny):
    (tiny / "truth_users.csv").write_text("user_id,ring_id,typology,role\n7,r1,odd,\n8,r1,odd,\n")
    pd.DataFrame({"event_id": [1, 2, 3], "user_id": [7, 7, 8]}).to_parquet(tiny / "events.parquet")
    marks = {"event_id": [1, 3], "ring_id": "r1", "is_camouflage": [False, True]}
    pd.DataFrame(marks).to_parquet(tiny / "truth_events.parquet")
    truth = read_truth(tiny)
    assert truth.rings[0].members == frozenset("78")
    assert truth.orders.loc["7"].tolist() == [2, 1, 0]
    assert truth.orders.loc["8"].tolist() == [1, 0, 0]
    pd.DataFrame({"user_id": [7]}).to_parquet(tiny / "events.parquet")
    assert read_truth(tiny).orders is None
    pd.DataFrame({"who": [7]}).to_parquet(tiny / "events.parquet")
    with pytest.raises(InputError, match="no column user_id"):
        read_truth(tiny)


def test_hostile_ids_survive(tiny):
    ids = ['"a,b"', "\U0001f600", "NA", "nan", "'; DROP TABLE users; --"]
    table = pd.DataFrame({"user_id": ids, "ring_id": "NULL", "typology": "x", "role": "y"})
    table.to_csv(tiny / "truth_users.csv", index=False)
    (tiny / "events.parquet").unlink()
    assert read_truth(tiny).rings[0].members == frozenset(ids)


def test_a_world_of_the_simulator_is_read(simulated, ring_free):
    truth = read_truth(simulated)
    rings = pd.read_csv(simulated / "truth_rings.csv")
    assert sorted(ring.ring_id for ring in truth.rings) == sorted(rings.ring_id)
    assert truth.unseen == 0
    assert truth.orders.fraud_orders.sum() > 0
    assert read_truth(ring_free).rings == ()
