import numpy as np
import pandas as pd
import pytest

from ringfinder.evaluate.background import read_background
from ringfinder.evaluate.moments import DAY, amid_crowd
from ringfinder.evaluate.shapes import block

HOUR = DAY // 24


@pytest.fixture
def sale():
    """Forty days of quiet trade at many sellers, and 300 orders at one of them within an hour."""
    rng = np.random.default_rng(4)
    quiet, crowd = 3_000, 300
    item = np.concatenate([rng.integers(0, 400, quiet), 1_000 + rng.integers(0, 3, crowd)])
    ts = np.concatenate([rng.integers(0, 40 * DAY, quiet), 20 * DAY + rng.integers(0, HOUR, crowd)])
    log = pd.DataFrame(
        {
            "ts": pd.to_datetime(ts, unit="us", utc=True),
            "user_id": [f"u{code}" for code in rng.integers(0, 900, quiet + crowd)],
            "action": "order",
            "item_id": [f"i{code}" for code in item],
            "seller_id": [f"s{code // 10}" for code in item],
        }
    )
    return read_background(log)


def test_the_crowd_is_that_of_the_sale(sale):
    rows = sale.crowd(np.random.default_rng(1), 2 * HOUR)
    assert len(rows) > 150
    assert set(sale.trades["seller_id"].iloc[rows]) == {"s100"}


def test_a_crowd_of_a_log_without_sellers_is_everybody_then(sale):
    bare = read_background(sale.trades.drop(columns="seller_id"))
    rows = bare.crowd(np.random.default_rng(1), 2 * HOUR)
    assert np.ptp(bare.ts[rows]) <= 2 * HOUR
    assert np.array_equal(rows, np.arange(rows[0], rows[-1] + 1))


def test_who_hides_in_a_crowd_buys_what_it_buys_when_it_does(sale):
    rng = np.random.default_rng(2)
    slots, like, who, ts = amid_crowd(sale, rng, lambda most: block(rng, 30, min(20, most)))
    assert slots == 1
    assert set(who) == set(range(30))
    assert np.array_equal(ts, sale.ts[like])
    assert np.ptp(ts) <= DAY
    assert len(set(zip(who, sale.what[like], strict=True))) == len(who)
