"""A log is built by parts and sorted by days: the files don't depend on how it was cut."""

import errno
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from ringfinder.events.simulator import simulate as module
from ringfinder.events.simulator import truth, writing
from ringfinder.events.simulator.buckets import ROW, DayBuckets
from ringfinder.events.simulator.city import days
from ringfinder.events.simulator.clock import DAY, DAYS, END
from ringfinder.events.simulator.engine import engine as engine_named
from ringfinder.events.simulator.sightings import RingWork, Sightings
from ringfinder.events.simulator.simulate import simulate
from ringfinder.events.simulator.tastes import background
from ringfinder.events.simulator.told import ACTIONS, Events
from ringfinder.events.simulator.trips import in_parts, make_trips

BYTES_A_ROW = 50


def drawn(rng: np.random.Generator, n: int) -> Events:
    return Events(
        t=rng.integers(0, END, n),
        user=rng.integers(0, 50, n).astype(np.int32),
        action=rng.integers(0, len(ACTIONS), n).astype(np.int8),
        item=rng.integers(-1, 20, n).astype(np.int32),
        device=rng.integers(-1, 20, n).astype(np.int32),
        ip=rng.integers(-1, 20, n).astype(np.int32),
        amount=np.where(rng.random(n) < 0.5, np.nan, rng.random(n)),
        ring=rng.integers(-1, 3, n).astype(np.int32),
        camouflage=rng.random(n) < 0.5,
    )


@pytest.mark.parametrize("slices", [1, 5])
@pytest.mark.parametrize("at_least", [1, 700, 10**6])
def test_buckets_give_back_every_row_once_in_the_order_of_days(tmp_path, at_least, slices):
    rng = np.random.default_rng(0)
    parts = [drawn(rng, n) for n in (1_000, 0, 1, 500)]
    buckets = DayBuckets(tmp_path, slices=slices)
    for part in parts:
        buckets.add(part)
    found = list(buckets.by_day(at_least, 10**6))
    assert not any(tmp_path.iterdir())
    assert all(len(rows) >= at_least for rows in found[:-1])
    days = [(rows["t"].min() // DAY, rows["t"].max() // DAY) for rows in found]
    assert all(last < first for (_, last), (first, _) in pairwise(days))
    rows = np.concatenate(found)
    rows = rows[np.argsort(rows["number"])]
    assert rows["number"].tolist() == list(range(1_501))
    for name in vars(parts[0]):
        told = np.concatenate([getattr(part, name) for part in parts])
        assert np.array_equal(rows[name], told, equal_nan=name == "amount")
    assert ROW.itemsize <= BYTES_A_ROW


def test_a_day_of_too_many_events_is_given_in_slices(tmp_path):
    rng = np.random.default_rng(2)
    buckets = DayBuckets(tmp_path, slices=24)
    buckets.add(drawn(rng, 20_000))
    found = list(buckets.by_day(500, 60))
    assert len(found) > 10 * DAYS
    assert max(map(len, found)) <= 60
    assert all(early["t"].max() < late["t"].min() for early, late in pairwise(found))
    assert sorted(np.concatenate(found)["number"].tolist()) == list(range(20_000))


def test_a_bucket_of_no_events_is_no_log(tmp_path):
    assert list(DayBuckets(tmp_path).by_day(1, 1)) == []


def test_planned_trips_are_told_in_parts_of_one_length():
    sizes = (3, 0, 1, 25, 4, 7)
    users = np.arange(sum(sizes))
    trips = [make_trips(part, 0, 0) for part in np.split(users, np.cumsum(sizes)[:-1])]
    parts = list(in_parts(trips, 10))
    assert trips == []
    assert [len(part) for part in parts] == [10, 10, 10, 10]
    assert np.concatenate([part.user for part in parts]).tolist() == users.tolist()
    assert list(in_parts([], 10)) == []


def test_sightings_remember_what_a_whole_log_would_tell():
    rng = np.random.default_rng(1)
    parts = [drawn(rng, n) for n in (300, 200)]
    seen = Sightings(60, 4)
    for part in parts:
        seen.add(part)
    whole = Events(
        **{name: np.concatenate([getattr(p, name) for p in parts]) for name in vars(parts[0])}
    )
    for user in range(60):
        mine = whole.t[whole.user == user]
        assert seen.present[user] == (len(mine) > 0)
        assert seen.first[user] == (mine.min() if len(mine) else END)
    assert seen.actions.tolist() == np.bincount(whole.action, minlength=len(ACTIONS)).tolist()
    rings = seen.of_rings()
    assert len(rings) == 4
    assert rings[3] == RingWork(0, 0, 0, 0, 0, 0, 0)
    ordered = whole.action == ACTIONS.index("order")
    for number, ring in enumerate(rings[:3]):
        work = (whole.ring == number) & ~whole.camouflage
        pairs = list(zip(whole.user[work & ordered], whole.item[work & ordered], strict=True))
        assert ring == RingWork(
            events=int(work.sum()),
            first=whole.t[work].min(),
            last=whole.t[work].max(),
            orders=len(pairs),
            covers=int((ordered & whole.camouflage & (whole.ring == number)).sum()),
            items=len({item for _, item in pairs}),
            pairs=len(set(pairs)),
        )


def test_rows_written_at_once_change_nothing_but_the_row_groups(tmp_path, monkeypatch):
    for name, at_once in (("whole", 10**9), ("days", 1)):
        monkeypatch.setattr(writing, "ROWS_AT_ONCE", at_once)
        (tmp_path / name).mkdir()
        simulate(tmp_path / name, events=8_000, seed=3, mix="mixed")
    groups = [
        pq.ParquetFile(tmp_path / n / "events.parquet").num_row_groups for n in ("whole", "days")
    ]
    assert groups == [1, DAYS]
    for path in sorted((tmp_path / "whole").iterdir()):
        other = tmp_path / "days" / path.name
        if path.suffix == ".parquet":
            assert pq.read_table(path).equals(pq.read_table(other))
        else:
            assert path.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(
    ("engine", "place", "name"),
    [("tastes", background, "_DRAWN_AT_ONCE"), ("city", days, "_PEOPLE_AT_ONCE")],
)
def test_what_is_drawn_at_once_changes_nothing(tmp_path, monkeypatch, engine, place, name):
    for at_once in (10**6, 97):
        monkeypatch.setattr(place, name, at_once)
        (tmp_path / str(at_once)).mkdir()
        simulate(tmp_path / str(at_once), events=8_000, seed=3, mix="mixed", engine=engine)
    for path in (tmp_path / "97").iterdir():
        assert path.read_bytes() == (tmp_path / "1000000" / path.name).read_bytes()


@pytest.mark.parametrize("at_once", [1, 100, 10**6])
def test_truth_written_in_parts_is_whole(tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(truth, "_USERS_AT_ONCE", at_once)
    monkeypatch.setattr(truth, "_CROWDS_AT_ONCE", at_once)
    simulate(tmp_path, events=8_000, seed=3, mix="mixed")
    users = pd.read_csv(tmp_path / "truth_users.csv", keep_default_na=False)
    assert users.equals(users.sort_values(["user_id", "ring_id", "typology", "role"]))
    honest = users[users.ring_id == ""]
    assert honest.user_id.is_unique
    log = pd.read_parquet(tmp_path / "events.parquet")
    assert set(log.user_id) <= set(users.user_id)
    assert set(honest.user_id) <= set(log.user_id)
    crowds = pd.read_csv(tmp_path / "benign_groups.csv")
    assert set(crowds.user_id) <= set(log.user_id)
    assert crowds.groupby("group_id").kind.nunique().max() == 1


def test_a_world_told_in_small_parts_keeps_its_laws(tmp_path, monkeypatch):
    monkeypatch.setattr(background, "TRIPS_AT_ONCE", 300)
    monkeypatch.setattr(module, "TRIPS_AT_ONCE", 200)
    parts = list(engine_named("tastes").live_on(engine_named("tastes").found(3, 20_000), 20_000))
    assert len(parts) > 8
    assert max(map(len, parts)) < 300 * 12
    users = [set(part.user.tolist()) for part in parts]
    assert all(not a & b for a, b in pairwise(users))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        meta = simulate(tmp_path / name, events=20_000, seed=3, mix="mixed")
    assert abs(meta["events"] / 20_000 - 1) < 0.1
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    log = pd.read_parquet(tmp_path / "a" / "events.parquet")
    assert log.event_id.is_unique
    assert log[["ts", "event_id"]].equals(log[["ts", "event_id"]].sort_values(["ts", "event_id"]))
    assert len(log) == meta["events"]
    assert log.user_id.nunique() == meta["users"]


def test_a_city_whose_days_are_told_in_parts_keeps_its_laws(tmp_path, monkeypatch):
    monkeypatch.setattr(days, "_VISITS_AT_ONCE", 50)
    monkeypatch.setattr(days, "_TRIPS_AT_ONCE", 40)
    city = engine_named("city")
    parts = list(city.live_on(city.found(3, 20_000), 20_000))
    assert len(parts) > 2 * DAYS
    assert max(map(len, parts)) < 40 * 20
    meta = simulate(tmp_path, events=20_000, seed=3, mix="mixed", engine="city")
    assert abs(meta["events"] / 20_000 - 1) < 0.1
    log = pd.read_parquet(tmp_path / "events.parquet")
    assert log.event_id.is_unique
    users = pd.read_csv(tmp_path / "truth_users.csv")
    assert set(log.user_id) <= set(users.user_id)


@pytest.mark.parametrize("engine", ["tastes", "city"])
def test_every_part_of_an_engine_is_bounded(engine):
    made_by = engine_named(engine)
    world = made_by.found(1, 60_000)
    sizes = [len(part) for part in made_by.live_on(world, 60_000)]
    assert abs(sum(sizes) / 60_000 - 1) < 0.1
    assert len(sizes) == (1 if engine == "tastes" else DAYS)


def test_a_full_disk_leaves_no_buckets(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(module, "write_events", full)
    with pytest.raises(OSError, match="no space"):
        simulate(tmp_path, events=2_000, seed=1, mix="none")
    assert not list(tmp_path.iterdir())
