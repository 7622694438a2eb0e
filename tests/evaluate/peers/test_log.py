"""How peers read a log."""

import numpy as np
import pandas as pd
import pytest
from peer_logs import event, market, write

from ringfinder.errors import InputError
from ringfinder.evaluate.peers.log import read_log
from ringfinder.vocabulary import ACTION_CODE


def test_codes_follow_first_appearance_in_time(log_of):
    log = log_of(
        [
            event("b", 30, "y", "s", "d", "i", action="Pay"),
            event("a", 10, "x", None, None, "i", action="view"),
            event("c", 20, None, "t", "d", None, action="haggle"),
            event("a", 40, "y", "s", "e", "j", action=None),
        ]
    )
    assert log.users.to_pylist() == ["a", "c", "b"]
    assert log.ts.tolist() == [10, 20, 30, 40]
    assert log.user.tolist() == [0, 1, 2, 0]
    assert log.seller.tolist() == [-1, 0, 1, 1]
    assert log.item.tolist() == [0, 2, 1, 1]  # the second names no item: seller 0, above two items
    assert log.device.tolist() == [-1, 0, 0, 1]
    assert log.ip.tolist() == [0, -1, 0, 1]
    actions = ("view", "other", "pay", "order")
    assert log.action.tolist() == [ACTION_CODE[name] for name in actions]
    assert log.trades().ts.tolist() == [20, 30, 40]


def test_absent_columns_are_those_that_name_nothing(log_of):
    log = log_of(market(), ("ts", "user_id", "seller_id"))
    assert (log.device == -1).all()
    assert (log.ip == -1).all()
    assert (log.item == log.seller).all()
    assert (log.action == ACTION_CODE["order"]).all()


def test_ids_are_those_an_ingest_would_give(tmp_path):
    path = tmp_path / "events.parquet"
    times = pd.to_datetime(["2026-03-01", "2026-03-02", None, "2026-03-03"], utc=True)
    users = pd.array([7.0, 8.0, 9.0, None], dtype="Float64")
    pd.DataFrame({"ts": times, "user_id": users, "item_id": [1, 2, 3, 4]}).to_parquet(path)
    log = read_log(path)
    assert log.users.to_pylist() == ["7", "8"]
    assert np.diff(log.ts).tolist() == [86_400_000_000]
    assert log.item.tolist() == [0, 1]


def test_what_is_no_log_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="cannot read"):
        read_log(tmp_path / "absent.parquet")
    text = tmp_path / "events.parquet"
    text.write_text("user_id,ts\n")
    with pytest.raises(InputError, match="cannot read"):
        read_log(text)
    with pytest.raises(InputError, match="user_id"):
        read_log(write(market(), text, ("ts", "item_id")))
