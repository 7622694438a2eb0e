"""Worlds of the city: same seed same bytes, every mix, honest shares, and no gift to a detector."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from trivial_columns import TRIVIAL, columns, shared

from ringfinder.events.simulator.city.occasions import OCCASIONS
from ringfinder.events.simulator.city.standing import STANDING
from ringfinder.events.simulator.mixes import MIXES
from ringfinder.events.simulator.simulate import FEWEST_EVENTS, simulate

KINDS = {row.kind for row in OCCASIONS if not row.asked} | set(STANDING)


@pytest.fixture(scope="module")
def cities(tmp_path_factory):
    """Directory, log and ring members of three mixed worlds of 150,000 events."""
    found = []
    for seed in (1, 2, 3):
        directory = tmp_path_factory.mktemp(f"city-{seed}")
        simulate(directory, events=150_000, seed=seed, mix="mixed", engine="city")
        users = pd.read_csv(directory / "truth_users.csv")
        log = pd.read_parquet(directory / "events.parquet")
        found.append((directory, log, set(users.user_id[users.ring_id.notna()])))
    return found


@pytest.fixture(scope="module")
def traits(cities):
    """The trivial columns of every user, and who is in a ring."""
    tables = []
    for _, log, guilty in cities:
        table = columns(log)
        tables.append(table.assign(guilty=table.index.isin(guilty)))
    return pd.concat(tables)


@pytest.mark.parametrize("column", TRIVIAL)
def test_no_trivial_column_separates_ring_users(traits, column):
    auroc = roc_auc_score(traits.guilty, traits[column])
    assert max(auroc, 1 - auroc) <= 0.75


def test_honest_people_share_as_published(cities):
    honest = [log[~log.user_id.isin(guilty)] for _, log, guilty in cities]
    assert 0.04 <= np.mean([shared(log, "device_id") for log in honest]) <= 0.06
    assert 0.056 <= np.mean([shared(log, "ip") for log in honest]) <= 0.084
    log = honest[0]
    by_user = log.groupby("user_id")
    assert 1.4 < by_user.device_id.nunique().mean() < 1.8
    busy = by_user.size() > 100
    assert by_user.ip.nunique()[busy].mean() > 15
    crowds = log[["user_id", "ip"]].dropna().drop_duplicates().ip.value_counts()
    assert crowds.max() > 50
    pairs = log[["user_id", "device_id"]].dropna().drop_duplicates().device_id.value_counts()
    assert (pairs == 2).sum() > 5 * (pairs >= 4).sum()


def test_demand_has_a_long_tail_and_days_have_a_rhythm(cities):
    log = pd.concat([log for _, log, _ in cities])
    buyers = log[log.action == "order"].groupby("item_id").user_id.nunique()
    assert buyers.median() <= 3
    assert buyers.max() > 100 * buyers.median()
    top = buyers.sort_values(ascending=False)
    assert 0.1 < top[: len(top) // 100].sum() / top.sum() < 0.5
    activity = log.groupby("user_id").size()
    assert 18 < activity.mean() < 28
    assert activity.quantile(0.99) > 5 * activity.median()
    hours = log.ts.dt.hour.value_counts()
    assert hours[20] > 2.5 * hours[4]
    honest = pd.concat([log[~log.user_id.isin(guilty)] for _, log, guilty in cities])
    days = honest.groupby(honest.ts.dt.day_of_week).size()
    assert days.max() > 1.1 * days.min()
    assert days.idxmax() in {4, 5, 6}


def test_people_fill_baskets_leave_carts_come_again_and_send_back(cities):
    _, log, guilty = cities[0]
    log = log[~log.user_id.isin(guilty)]
    counts = log.action.value_counts()
    assert 1.05 < counts["cart"] / counts["order"] < 1.5
    assert 0.02 < counts["refund"] / counts["order"] < 0.08
    assert 0.05 < counts["review"] / counts["order"] < 0.2
    orders = log[log.action == "order"]
    again = orders.groupby(["user_id", "item_id"]).size()
    assert 0.02 < (again > 1).mean() < 0.2
    basket = orders.groupby(["user_id", orders.ts.dt.floor("10min")]).size()
    assert 0.15 < (basket > 1).mean() < 0.5
    assert log.device_id.isna().mean() == pytest.approx(0.035, abs=0.01)
    assert log.ip.isna().mean() == pytest.approx(0.02, abs=0.01)


def test_the_log_keeps_the_contract(cities):
    for directory, log, guilty in cities:
        assert log.event_id.is_unique
        assert log[["item_id", "device_id", "ip"]].notna().any(axis=1).all()
        assert log.amount.notna().equals(log.action.isin(["cart", "order", "pay", "refund"]))
        assert (log.amount.dropna() > 0).all()
        assert (log.item_id.isna() == (log.action == "login")).all()
        assert abs(len(log) / 150_000 - 1) < 0.03
        once = log.drop_duplicates(["user_id", "item_id", "action"]).pivot_table(
            index=["user_id", "item_id"], columns="action", values="ts", aggfunc="min"
        )
        for earlier, later in (("cart", "order"), ("order", "pay"), ("pay", "refund")):
            both = once.dropna(subset=[earlier, later])
            assert (both[earlier] <= both[later]).all()
        benign = pd.read_csv(directory / "benign_groups.csv")
        rings = pd.read_csv(directory / "truth_rings.csv")
        assert set(benign.kind) == KINDS
        dense = benign[~benign.kind.isin(STANDING)].groupby("group_id").size()
        assert (dense >= 8).sum() >= 2 * len(rings)
        assert set(pd.read_parquet(directory / "truth_events.parquet").ring_id) == set(
            rings.ring_id
        )
        assert guilty <= set(log.user_id)


@pytest.mark.parametrize("mix", MIXES)
@pytest.mark.parametrize("events", [FEWEST_EVENTS, 25_000])
def test_every_mix_stands_at_any_size(tmp_path, mix, events):
    meta = simulate(tmp_path, events=events, seed=4, mix=mix, engine="city")
    rings = pd.read_csv(tmp_path / "truth_rings.csv")
    assert abs(meta["events"] / events - 1) < 0.1
    assert len(rings) == meta["rings"]
    assert set(rings.typology) <= set(MIXES[mix].typologies)
    assert (len(rings) > 0) == bool(MIXES[mix].typologies)
    if events > FEWEST_EVENTS:
        assert ("gathering" in meta["benign"]) == ("gathering" in MIXES[mix].lookalikes)


def test_same_seed_same_bytes_and_another_seed_another_world(tmp_path):
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        (tmp_path / name).mkdir()
        simulate(tmp_path / name, events=15_000, seed=seed, mix="mixed", engine="city")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
        assert path.read_bytes() != (tmp_path / "c" / path.name).read_bytes()
