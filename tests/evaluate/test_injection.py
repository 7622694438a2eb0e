import numpy as np
import pandas as pd
import pytest

from ringfinder.errors import InputError
from ringfinder.evaluate.injection import inject
from ringfinder.evaluate.truth import read_truth

FILES = ("events.parquet", "truth_events.parquet", "truth_users.csv", "benign_groups.csv")


def drawn_log(columns=("item_id", "seller_id", "device_id", "ip", "amount"), users=400):
    rng = np.random.default_rng(3)
    n = 4_000
    user, item = rng.integers(0, users, n), rng.zipf(1.5, n) % 120
    log = pd.DataFrame(
        {
            "event_id": [f"real{i}" for i in range(n)],
            "ts": pd.to_datetime(rng.integers(0, 10**12, n) + 10**15, unit="us", utc=True),
            "user_id": [f"u{code}" for code in user],
            "action": np.where(rng.random(n) < 0.3, "view", "order"),
            "item_id": [f"i{code}" for code in item],
            "seller_id": [f"s{code // 10}" for code in item],
            "device_id": [f"d{code}" for code in user],
            "ip": [f"ip{code // 2}" for code in user],
            "amount": np.round(rng.lognormal(3, 1, n), 2),
        }
    )
    return log[["event_id", "ts", "user_id", "action", *columns]]


@pytest.fixture(scope="module")
def injected(tmp_path_factory):
    out = tmp_path_factory.mktemp("injected")
    inject(drawn_log(), out, rings=24, gatherings=10, seed=1)
    return out


def test_the_log_itself_stays_as_it_was(injected):
    events = pd.read_parquet(injected / "events.parquet")
    log = drawn_log().sort_values(["ts", "event_id"]).reset_index(drop=True)
    kept = events[events.event_id.str.startswith("real")].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, log[kept.columns], check_dtype=False)
    assert events.event_id.is_unique
    assert events.ts.is_monotonic_increasing


def test_the_truth_names_what_was_planted_and_nothing_else(injected):
    truth = read_truth(injected)
    events = pd.read_parquet(injected / "events.parquet").set_index("event_id")
    marked = pd.read_parquet(injected / "truth_events.parquet")
    assert len(truth.rings) == 24
    assert {group.kind for group in truth.lookalikes} <= {
        "one taste",
        "one moment",
        "one roof",
        "friends",
    }
    assert not marked.event_id.str.startswith("real").any()
    members = {ring.ring_id: ring.members for ring in truth.rings}
    for ring_id, rows in marked.groupby("ring_id"):
        assert set(events.user_id[rows.event_id]) <= members[ring_id]
        work = rows[~rows.is_camouflage]
        assert set(events.user_id[work.event_id]) == members[ring_id]


def test_rings_differ_in_every_trait(injected):
    events = pd.read_parquet(injected / "events.parquet").set_index("event_id")
    marked = pd.read_parquet(injected / "truth_events.parquet")
    work = marked[~marked.is_camouflage].join(events, on="event_id").groupby("ring_id")
    span = (work.ts.max() - work.ts.min()) / (events.ts.max() - events.ts.min())
    assert work.user_id.nunique().max() > 2 * work.user_id.nunique().min()
    assert work.item_id.nunique().max() > 2 * work.item_id.nunique().min()
    assert span.max() > 0.5
    holders = {ring_id: rows.groupby("device_id").user_id.nunique().max() for ring_id, rows in work}
    assert max(holders.values()) >= 5
    assert min(holders.values()) == 1
    assert 0 < marked.is_camouflage.mean() < 0.6


def test_the_same_seed_gives_the_same_bytes(injected, tmp_path):
    inject(drawn_log(), tmp_path, rings=24, gatherings=10, seed=1)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (injected / name).read_bytes()
    inject(drawn_log(), tmp_path, rings=24, gatherings=10, seed=2)
    assert (tmp_path / FILES[0]).read_bytes() != (injected / FILES[0]).read_bytes()


@pytest.mark.parametrize("columns", [("seller_id",), ("item_id",), ("item_id", "ip")])
def test_a_poor_log_is_enough(tmp_path, columns):
    planted = inject(drawn_log(columns), tmp_path, rings=3, gatherings=3, seed=1)
    events = pd.read_parquet(tmp_path / "events.parquet")
    assert set(events.columns) == {"event_id", "ts", "user_id", "action", *columns}
    assert len(events) == 4_000 + planted["events"]
    assert events[list(columns)].notna().all().all()


@pytest.mark.parametrize(
    ("log", "why"),
    [
        (drawn_log(users=20), "too small"),
        (drawn_log(()), "tells of no trades"),
        (drawn_log()[:0], "tells of no trades"),
    ],
)
def test_a_log_that_is_too_small_is_refused(tmp_path, log, why):
    with pytest.raises(InputError, match=why):
        inject(log, tmp_path, rings=1, gatherings=0, seed=1)
