"""A simulated ring is no gift: no trivial column gives it away, and sharing looks like life."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score


def columns(log: pd.DataFrame) -> pd.DataFrame:
    by_user = log.assign(
        seconds=log.ts.astype("int64") // 1_000_000,
        hour=log.ts.dt.hour,
        hidden=log[["device_id", "ip"]].isna().mean(axis=1),
    ).groupby("user_id")
    table = by_user.agg(
        events=("ts", "size"),
        first=("seconds", "min"),
        last=("seconds", "max"),
        hour=("hour", "mean"),
        null_rate=("hidden", "mean"),
        amount=("amount", "mean"),
        dearest=("amount", "max"),
        devices=("device_id", "nunique"),
        ips=("ip", "nunique"),
    ).sort_index()
    return table.fillna(0).assign(id_order=np.linspace(0, 1, len(table)))


def shared(log: pd.DataFrame, entity: str) -> float:
    users = log[["user_id", entity]].drop_duplicates()[entity].value_counts()
    return float((users > 1).mean())


@pytest.fixture(scope="module")
def drawn(logs, culprits):
    tables = [columns(log) for log in logs]
    guilty = [table.index.isin(known) for table, known in zip(tables, culprits, strict=True)]
    return pd.concat(tables), np.concatenate(guilty)


@pytest.mark.parametrize(
    "column",
    [
        "events",
        "first",
        "last",
        "hour",
        "null_rate",
        "amount",
        "dearest",
        "devices",
        "ips",
        "id_order",
    ],
)
def test_no_trivial_column_separates_ring_users(drawn, column):
    table, guilty = drawn
    auroc = roc_auc_score(guilty, table[column])
    assert max(auroc, 1 - auroc) <= 0.75


def test_honest_sharing_matches_the_published_shares(logs, culprits):
    devices, ips = [], []
    for log, guilty in zip(logs, culprits, strict=True):
        honest = log[~log.user_id.isin(guilty)]
        devices.append(shared(honest, "device_id"))
        ips.append(shared(honest, "ip"))
    assert 0.04 <= np.mean(devices) <= 0.06
    assert 0.05 <= np.mean(ips) <= 0.10


def test_demand_has_a_long_tail_and_days_have_a_rhythm(logs):
    log = pd.concat(logs)
    buyers = log[log.action == "order"].groupby("item_id").user_id.nunique()
    assert buyers.median() <= 3
    assert buyers.max() > 30 * buyers.median()
    hours = log.ts.dt.hour.value_counts().sort_index()
    assert hours[20] > 2.5 * hours[4]
