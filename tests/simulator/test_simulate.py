"""The files of a world keep the contract's layout, and the same seed gives the same bytes."""

import json

import pandas as pd
import pyarrow.parquet as pq
import pytest

from ringfinder.events.simulator.mixes import MIXES
from ringfinder.events.simulator.simulate import FEWEST_EVENTS, simulate
from ringfinder.events.simulator.tastes.lookalikes import LOOKALIKES
from ringfinder.events.simulator.typologies import TYPOLOGIES

FILES = (
    "benign_groups.csv",
    "events.parquet",
    "labels_train.csv",
    "meta.json",
    "truth_events.parquet",
    "truth_rings.csv",
    "truth_users.csv",
)


def test_events_keep_the_contract(worlds):
    table = pq.read_table(worlds[0] / "events.parquet")
    assert {name: str(table.schema.field(name).type) for name in table.schema.names} == {
        "event_id": "string",
        "ts": "timestamp[us, tz=UTC]",
        "user_id": "string",
        "action": "string",
        "item_id": "string",
        "seller_id": "string",
        "device_id": "string",
        "ip": "string",
        "amount": "double",
    }
    log = table.to_pandas()
    assert log.event_id.is_unique
    assert not log[["event_id", "ts", "user_id", "action"]].isna().any().any()
    assert log[["ts", "event_id"]].equals(log[["ts", "event_id"]].sort_values(["ts", "event_id"]))
    assert log[["item_id", "device_id", "ip"]].notna().any(axis=1).all()
    assert log.ts.min() >= pd.Timestamp("2026-03-02", tz="UTC")
    assert log.ts.max() < pd.Timestamp("2026-03-30", tz="UTC")
    priced = log.action.isin(["cart", "order", "pay", "refund"])
    assert log.amount.notna().equals(priced)
    assert (log.amount.dropna() > 0).all()
    assert (log.item_id.isna() == (log.action == "login")).all()
    assert log.dropna(subset=["item_id"]).groupby("item_id").seller_id.nunique().max() == 1
    assert abs(len(log) / 60_000 - 1) < 0.06


def test_visits_run_in_their_order(logs):
    log = logs[0].drop_duplicates(["user_id", "item_id", "action"])
    once = log.pivot_table(
        index=["user_id", "item_id"], columns="action", values="ts", aggfunc="min"
    )
    for earlier, later in (("cart", "order"), ("order", "pay"), ("pay", "refund")):
        both = once.dropna(subset=[earlier, later])
        assert (both[earlier] <= both[later]).all()
        assert len(both) > 50


def test_truth_speaks_of_the_log(worlds, logs, culprits):
    for directory, log, guilty in zip(worlds, logs, culprits, strict=True):
        users = pd.read_csv(directory / "truth_users.csv")
        rings = pd.read_csv(directory / "truth_rings.csv")
        marked = pd.read_parquet(directory / "truth_events.parquet")
        benign = pd.read_csv(directory / "benign_groups.csv")
        assert set(users.user_id) == set(log.user_id)
        assert set(users.ring_id.dropna()) == set(rings.ring_id) == set(marked.ring_id)
        assert set(benign.user_id) <= set(log.user_id)
        assert set(benign.kind) == {row.kind for row in LOOKALIKES}
        assert benign.group_id.nunique() >= len(rings)
        told = log.merge(marked, on="event_id")
        assert len(told) == len(marked)
        assert set(told.user_id) == guilty
        orders = told[(told.action == "order") & ~told.is_camouflage]
        assert 1.5 < orders.groupby("user_id").size().mean() < 5
        sizes = users.dropna(subset=["ring_id"]).groupby("ring_id").size()
        assert sizes.reindex(rings.ring_id).tolist() == rings.n_users.tolist()


def test_labels_come_after_the_ring_and_before_the_log_ends(worlds, culprits):
    for directory, guilty in zip(worlds, culprits, strict=True):
        labels = pd.read_csv(directory / "labels_train.csv", parse_dates=["observed_at"])
        assert labels.user_id.is_unique
        assert set(labels.user_id[labels.label == 1]) <= guilty
        assert not set(labels.user_id[labels.label == 0]) & guilty
        assert (labels.label == 0).sum() == 5 * (labels.label == 1).sum() > 0
        assert labels.observed_at.max() < pd.Timestamp("2026-03-30", tz="UTC")
        users = pd.read_csv(directory / "truth_users.csv").dropna(subset=["ring_id"])
        known = (
            labels[labels.label == 1]
            .merge(users)
            .merge(pd.read_csv(directory / "truth_rings.csv", parse_dates=["end"]), on="ring_id")
        )
        last = pd.Timestamp("2026-03-29T23:59:00Z")
        assert (known.observed_at >= known.end.clip(upper=last)).all()


@pytest.mark.parametrize("mix", MIXES)
def test_every_mix_plants_what_it_names(tmp_path, mix):
    meta = simulate(tmp_path, events=140_000 if mix == "mixed" else 50_000, seed=4, mix=mix)
    rings = pd.read_csv(tmp_path / "truth_rings.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == list(FILES)
    assert json.loads((tmp_path / "meta.json").read_text()) == meta
    assert set(rings.typology) == set(MIXES[mix].typologies)
    assert len(rings) == meta["rings"]
    kinds = {row.kind for row in LOOKALIKES} | set(MIXES[mix].lookalikes)
    assert set(meta["benign"]) == kinds
    if mix == "mixed":
        assert set(rings.typology) == set(TYPOLOGIES) - {"improvised"}
        assert 0.3 < rings.stealth.mean() < 0.7


def test_same_seed_same_bytes_and_another_seed_another_world(tmp_path):
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        (tmp_path / name).mkdir()
        simulate(tmp_path / name, events=20_000, seed=seed, mix="mixed")
    for name in FILES:
        first = (tmp_path / "a" / name).read_bytes()
        assert first == (tmp_path / "b" / name).read_bytes()
        assert first != (tmp_path / "c" / name).read_bytes()


@pytest.mark.parametrize("mix", ["mixed", "none"])
def test_the_smallest_world_stands(tmp_path, mix):
    meta = simulate(tmp_path, events=FEWEST_EVENTS, seed=0, mix=mix)
    assert meta["events"] > FEWEST_EVENTS / 2
    assert meta["rings"] == (mix == "mixed")
