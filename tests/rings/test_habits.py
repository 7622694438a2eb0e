"""Habits of a told group, from small drawn shops."""

import numpy as np
import pytest
from stories import DAY, HOUR, honest, lockstep, order, snapshot_of
from test_membership import codes_of

from ringfinder.rings.channels.protocol import read_log
from ringfinder.rings.evidence import inspect
from ringfinder.rings.habits import HABITS, habits
from ringfinder.rings.weighing import scratch

GOODS = ("cake", "tea", "cup", "jam")


def measured(snapshot, prefix):
    log, members = read_log(snapshot), codes_of(snapshot, prefix)
    return habits(log, members, inspect(log, members, scratch(log.deals, log.idents)))


def baskets(gap, weeks=1, size=15):
    return [
        order(f"b{user}", (4 + 7 * week) * DAY + user * 3 * HOUR + n * gap, item)
        for user in range(size)
        for week in range(weeks)
        for n, item in enumerate(GOODS)
    ]


def test_every_habit_of_a_ring_is_told_and_none_of_a_group_without_a_list(town):
    found = measured(town, "r")
    assert set(found) == set(HABITS)
    assert found["burst_share"] == pytest.approx(1, abs=0.05)
    assert found["own_life"] == 0
    log = read_log(town)
    strangers = codes_of(town, "h")[:5]
    dossier = inspect(log, strangers, scratch(log.deals, log.idents))
    if not dossier.targets:
        assert habits(log, strangers, dossier) == {}


def test_one_visit_is_told_from_several(tmp_path):
    together = snapshot_of(tmp_path / "a", honest(3) + baskets(HOUR // 10))
    apart = snapshot_of(tmp_path / "b", honest(3) + baskets(30 * HOUR))
    assert measured(together, "b")["visits"] == 1
    assert measured(apart, "b")["visits"] == 0


def test_only_purchases_on_another_day_are_returns(tmp_path):
    weekly = snapshot_of(tmp_path / "a", honest(3) + baskets(HOUR, weeks=3))
    paid = [row | {"action": "pay", "ts": row["ts"] + 2 * DAY} for row in baskets(HOUR)]
    once = snapshot_of(tmp_path / "b", honest(3) + baskets(HOUR) + paid)
    assert measured(weekly, "b")["returns"] == 1
    assert measured(once, "b")["returns"] == 0


@pytest.mark.parametrize(("weeks", "share"), [(3, 1), (1, 0)])
def test_where_no_item_is_named_people_return_to_sellers(tmp_path, weeks, share):
    rows = [row | {"item_id": None} for row in honest(3) + baskets(HOUR, weeks=weeks)]
    assert measured(snapshot_of(tmp_path, rows), "b")["returns"] == share


def test_outsiders_who_take_the_same_pairs_lift_them(tmp_path):
    draw = np.random.default_rng(1)
    pairs = [
        order(f"h{user}", int(draw.integers(27 * DAY)), item)
        for user in range(0, 1_500, 40)
        for item in draw.choice(GOODS, 2, replace=False)
    ]
    singles = [
        order(f"h{user}", int(draw.integers(27 * DAY)), GOODS[user % 4])
        for user in range(0, 1_500, 20)
    ]
    rows = honest(3) + baskets(HOUR)
    together = snapshot_of(tmp_path / "a", rows + pairs)
    alone = snapshot_of(tmp_path / "b", rows + singles)
    assert measured(together, "b")["lift"] > 4
    assert measured(alone, "b")["lift"] < 1.1


def test_a_crowd_at_the_same_hour_lessens_the_share_of_the_burst(tmp_path):
    ring = lockstep("r", 12, 4, (5, 9))
    crowd = [row | {"user_id": f"h{n}"} for n, row in enumerate(ring * 3)]
    snapshot = snapshot_of(tmp_path, honest(1) + ring + crowd)
    assert measured(snapshot, "r")["burst_share"] == pytest.approx(0.25, abs=0.06)
