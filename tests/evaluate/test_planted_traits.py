"""The recorded traits of planted groups against a slow recount of the written events."""

from collections import Counter, defaultdict

import numpy as np
import pandas as pd
import pytest
from test_injection import drawn_log

from ringfinder.errors import InputError
from ringfinder.evaluate.background import read_background
from ringfinder.evaluate.injection import fitting, inject
from ringfinder.evaluate.planted import GATHERINGS, near
from ringfinder.evaluate.shapes import SHAPES
from ringfinder.evaluate.traits import read_traits
from ringfinder.vocabulary import TRADING


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    out = tmp_path_factory.mktemp("planted")
    inject(drawn_log(users=900), out, rings=40, gatherings=30, seed=5)
    return out


@pytest.fixture(scope="module")
def traits(world):
    return {row["group_id"]: row for row in read_traits(world)}


def test_recorded_traits_are_those_of_the_written_events(world, traits):
    rows = pd.read_parquet(world / "events.parquet").to_dict("records")
    marked = pd.read_parquet(world / "truth_events.parquet").to_dict("records")
    members = pd.read_csv(world / "truth_users.csv", keep_default_na=False)
    ring_of = {row["event_id"]: row["ring_id"] for row in marked if not row["is_camouflage"]}
    real = [row for row in rows if row["event_id"].startswith("real")]
    held = {"device_id": set(), "ip": set(), "user_id": set()}
    for row in real:
        for column, values in held.items():
            values.add(row[column])
    trades = Counter(row["user_id"] for row in rows if row["action"] in TRADING)
    work = defaultdict(list)
    for row in rows:
        if row["event_id"] in ring_of:
            work[ring_of[row["event_id"]]].append(row)
    assert set(work) == {name for name, row in traits.items() if row["kind"] == "injected"}
    for ring_id, events in work.items():
        told = traits[ring_id]
        users = {row["user_id"] for row in events}
        pairs = {(row["user_id"], row["item_id"]) for row in events}
        things = {item for _, item in pairs}
        ts = [row["ts"] for row in events]
        assert users == set(members["user_id"][members["ring_id"] == ring_id])
        assert told["size"] == len(users)
        assert told["things"] == len(things)
        assert told["events"] == len(events)
        assert told["density"] == pytest.approx(len(pairs) / len(users) / len(things), abs=1e-6)
        days = (max(ts) - min(ts)).total_seconds() / 86_400
        assert told["days"] == pytest.approx(days, abs=1e-6)
        other = sum(trades[user] for user in users) - len(events)
        assert told["camouflage"] == pytest.approx(other / len(events), abs=1e-6)
        made = sum(user not in held["user_id"] for user in users) / len(users)
        assert told["made"] == pytest.approx(made, abs=1e-6)
        for column, name in (("device_id", "shared_devices"), ("ip", "shared_ips")):
            using = defaultdict(set)
            for row in events:
                if row[column] not in held[column]:
                    using[row[column]].add(row["user_id"])
            joint = {user for some in using.values() if len(some) > 1 for user in some}
            assert told[name] == pytest.approx(len(joint) / len(users), abs=1e-6)


def test_every_shape_and_every_kind_is_planted(traits):
    rings = [row for row in traits.values() if row["kind"] == "injected"]
    assert {row["shape"] for row in rings} == set(SHAPES)
    assert {row["kind"] for row in traits.values()} == {"injected", *GATHERINGS}
    assert any(row["shared_devices"] > 0.5 for row in rings)
    assert any(row["shared_devices"] == row["shared_ips"] == 0 for row in rings)
    assert max(row["days"] for row in rings) > 20 * min(row["days"] for row in rings)


def test_innocents_share_no_device_of_their_own_making(traits):
    innocent = [row for row in traits.values() if row["kind"] in GATHERINGS]
    assert all(row["shared_devices"] == 0 and row["made"] == 0 for row in innocent)
    roofs = {row["shared_ips"] for row in innocent if row["kind"] == "one roof"}
    assert roofs == {1.0}
    assert {row["shared_ips"] for row in innocent if row["kind"] != "one roof"} == {0.0}


@pytest.mark.parametrize("name", list(SHAPES))
@pytest.mark.parametrize(("size", "count"), [(5, 1), (6, 7), (150, 40)])
def test_each_member_of_a_shape_takes_something(name, size, count):
    drawn, (low, high) = SHAPES[name]
    assert low <= high
    for seed in range(20):
        taken = drawn(np.random.default_rng(seed), size, count)
        assert taken.shape == (size, count)
        assert taken.any(axis=1).all()


def test_ends_of_a_chain_share_nothing():
    taken = SHAPES["chain"][0](np.random.default_rng(1), 20, 30)
    assert (taken[:-1] & taken[1:]).any(axis=1).all()
    assert not (taken[0] & taken[-1]).any()


def test_more_users_hide_more_rings():
    counts = [fitting(read_background(drawn_log(users=users))) for users in (60, 400, 900)]
    assert counts[0] == 3
    assert counts == sorted(counts)


def test_near_gives_so_many_different_users():
    log = read_background(drawn_log(users=60))
    for seed in range(20):
        assert len(set(near(log, np.random.default_rng(seed), 30))) == 30


def test_without_devices_the_log_has_no_shares(tmp_path):
    inject(drawn_log(("seller_id",)), tmp_path, seed=1)
    rows = read_traits(tmp_path)
    assert {row["shared_devices"] for row in rows} == {None}
    assert "scattered" not in {row["shape"] for row in rows}
    assert "one roof" not in {row["kind"] for row in rows}


def test_a_log_of_one_instant_and_one_ip_is_planted_into(tmp_path):
    log = drawn_log().assign(ip="one", ts=pd.Timestamp("2026-03-02", tz="UTC"))
    inject(log, tmp_path, rings=20, gatherings=20, seed=1)
    assert all(row["days"] < 1e-6 for row in read_traits(tmp_path))


def test_missing_devices_stay_apart(tmp_path):
    """Where half of the log tells no device, accounts without one get one of their own."""
    log = drawn_log()
    log.loc[log.index % 2 == 0, "device_id"] = None
    inject(log, tmp_path, rings=20, gatherings=20, seed=1)
    innocent = [row for row in read_traits(tmp_path) if row["kind"] != "injected"]
    assert {row["shared_devices"] for row in innocent} == {0.0}


def test_shuffled_rows_are_planted_alike(tmp_path):
    log = drawn_log()
    inject(log, tmp_path / "a", seed=3)
    inject(log.sample(frac=1, random_state=1), tmp_path / "b", seed=3)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_damaged_file_of_traits_is_named(tmp_path):
    assert read_traits(tmp_path) == ()
    (tmp_path / "planted.csv").write_text("group_id\nx\n")
    with pytest.raises(InputError, match=r"planted\.csv"):
        read_traits(tmp_path)
