"""The ordinary window: what a few wrong clocks leave as it was."""

import numpy as np
import pytest
from stories import DAY, honest, lockstep, snapshot_of
from test_beside import measured
from test_membership import codes_of

from ringfinder.rings.channels.protocol import read_log
from ringfinder.rings.window import STRAY, ordinary


@pytest.mark.parametrize("count", [1, 2, STRAY - 1, STRAY, 5 * STRAY])
def test_as_many_may_stray_as_said_and_no_more(count):
    ts = np.arange(count)
    stray = count // STRAY
    assert ordinary(ts) == (stray, count - 1 - stray)


def test_a_log_of_nothing_has_no_window():
    assert ordinary(np.empty(0, np.int64)) == (0, 0)


@pytest.mark.parametrize("away", [-20_000 * DAY, -400 * DAY])
def test_wrong_clocks_of_others_do_not_make_a_ring_look_shorter(tmp_path, away):
    rows = honest(1) + lockstep("r", 18, 6, (4, 9, 17))
    wrong = [
        row | {"ts": int(row["ts"]) + away} if n in (7, 900) else row for n, row in enumerate(rows)
    ]
    told = []
    for place, some in (("right", rows), ("wrong", wrong)):
        snapshot = snapshot_of(tmp_path / place, some)
        start, end = read_log(snapshot).window
        assert 27 * DAY < end - start < 29 * DAY
        told.append(measured(snapshot, codes_of(snapshot, "r")))
    assert told[1]["span"] == pytest.approx(told[0]["span"], rel=0.01)
    assert told[1]["birth_nats"] == pytest.approx(told[0]["birth_nats"], rel=0.01)
