"""A simulated ring is no gift: no trivial column gives it away, and sharing looks like life."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.metrics import roc_auc_score
from trivial_columns import TRIVIAL, columns, shared

from ringfinder.events.simulator.simulate import simulate


@pytest.fixture(scope="module")
def drawn(logs, culprits):
    tables = [columns(log) for log in logs]
    guilty = [table.index.isin(known) for table, known in zip(tables, culprits, strict=True)]
    return pd.concat(tables), np.concatenate(guilty)


@pytest.mark.parametrize("column", TRIVIAL)
def test_no_trivial_column_separates_ring_users(drawn, column):
    table, guilty = drawn
    auroc = roc_auc_score(guilty, table[column])
    assert max(auroc, 1 - auroc) <= 0.75


@pytest.fixture(scope="module")
def honest(logs, culprits):
    return [log[~log.user_id.isin(known)] for log, known in zip(logs, culprits, strict=True)]


def test_honest_sharing_matches_the_published_shares(honest):
    """5 % of devices and 7 % of the other thing that names a person: cards there, ips here."""
    assert 0.04 <= np.mean([shared(log, "device_id") for log in honest]) <= 0.06
    assert 0.056 <= np.mean([shared(log, "ip") for log in honest]) <= 0.084


def test_active_users_have_as_many_devices_and_addresses_as_published(tmp_path):
    """1.6 devices and 44 ips in four weeks.

    Who has but a few events can't show them, and most have: 23 in the mean. The devices show from
    some 60 events on; 44 addresses need as many as 220.
    """
    simulate(tmp_path, events=300_000, seed=1, mix="none")
    log = pd.read_parquet(tmp_path / "events.parquet", columns=["user_id", "device_id", "ip"])
    events = log.groupby("user_id").size()
    seen = log.groupby("user_id")[["device_id", "ip"]].nunique()
    assert 1.28 <= seen.device_id[events >= 60].mean() <= 1.92
    assert (events >= 220).sum() > 15
    assert 0.8 * 44 <= seen.ip[events >= 220].mean() <= 1.2 * 44


def test_most_are_linked_to_nobody_and_most_others_to_one(honest):
    """Components by devices and ips of at most six: 72 % singles, 12 pairs a group of four."""
    sizes = np.concatenate([components(log) for log in honest])
    assert 0.8 * 0.72 <= (sizes == 1).mean() <= 1.2 * 0.72
    assert 0.8 * 12 <= (sizes == 2).sum() / (sizes >= 4).sum() <= 1.2 * 12


def components(log: pd.DataFrame) -> NDArray[np.int64]:
    """How many users each component of users, devices and ips holds; what more than six share
    is a place and links nobody."""
    users, names = pd.factorize(log.user_id)
    n = len(names)
    ends = [np.arange(n)], [np.arange(n)]
    for column in ("device_id", "ip"):
        held = pd.DataFrame({"user": users, "thing": log[column].to_numpy()}).dropna()
        held = held.drop_duplicates()
        held = held[held.groupby("thing").user.transform("size") <= 6]
        first = held.groupby("thing").user.transform("first")
        ends[0].append(held.user.to_numpy())
        ends[1].append(first.to_numpy())
    one, other = (np.concatenate(column) for column in ends)
    graph = coo_array((np.ones(len(one), bool), (one, other)), shape=(n, n))
    return np.bincount(connected_components(graph, directed=False)[1])


def test_demand_has_a_long_tail_and_days_have_a_rhythm(logs):
    log = pd.concat(logs)
    buyers = log[log.action == "order"].groupby("item_id").user_id.nunique()
    assert buyers.median() <= 3
    assert buyers.max() > 30 * buyers.median()
    hours = log.ts.dt.hour.value_counts().sort_index()
    assert hours[20] > 2.5 * hours[4]
