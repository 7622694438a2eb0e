"""Quotas, and what members do beside their list, from hand-made groups."""

import numpy as np
import pytest
from stories import DAY, HOUR, honest, lockstep, order, snapshot_of
from test_membership import codes_of

from ringfinder.features.groups import Groups
from ringfinder.rings.channels.protocol import read_log
from ringfinder.rings.score import figures
from ringfinder.rings.statistics import describe
from ringfinder.rings.sums import unevenness
from ringfinder.rings.weighing import scratch

GOODS = [f"g{item}" for item in range(6)]


def measured(snapshot, codes):
    log = read_log(snapshot)
    one = np.zeros(1, np.int64)
    cells = scratch(log.deals, log.idents)
    table = describe(snapshot, Groups.of([codes]), [one], one, log.deals, log.idents, cells)
    return figures(table, 0)


def quota(draw, _user):
    return draw.choice(GOODS, 3, replace=False)


def free(draw, _user):
    return [item for item in GOODS if draw.random() < 0.5]


def keen_and_idle(draw, user):
    return GOODS if user % 2 else draw.choice(GOODS, 1)


def customers(choice, size=60):
    draw = np.random.default_rng(4)
    return [
        order(f"c{user}", 9 * DAY + int(draw.integers(5 * DAY)), item)
        for user in range(size)
        for item in choice(draw, user)
    ]


def test_a_quota_is_narrower_than_free_choice_and_keen_and_idle_people_wider(tmp_path):
    found = [
        measured(snapshot, codes_of(snapshot, "c"))["unevenness"]
        for choice in (quota, free, keen_and_idle)
        for snapshot in [snapshot_of(tmp_path / choice.__name__, honest(3) + customers(choice))]
    ]
    assert found[0] < -2
    assert abs(found[1]) < 0.4
    assert found[2] > 0.5


@pytest.mark.parametrize("targets", [2, 7, 40])
def test_the_variance_of_free_choice_counts_as_even(targets):
    assert unevenness(targets * 0.3 * 0.7, 0.3, targets) == pytest.approx(0)
    assert unevenness(0.0, 0.5, 1) == 0.0


def test_only_what_is_off_the_list_at_its_sellers_spills(tmp_path):
    rows = honest(1)
    for user in range(20):
        at = 10 * DAY + user * HOUR
        rows += [order(f"n{user}", at, item, seller_id="shop") for item in GOODS[:3]]
        rows.append(order(f"n{user}", at + DAY, f"other{user}", seller_id="shop"))
        rows.append(order(f"n{user}", at + 9 * DAY, f"i{100 + user}"))
    snapshot = snapshot_of(tmp_path / "shop", rows)
    assert measured(snapshot, codes_of(snapshot, "n"))["spill"] == pytest.approx(0.25)
    snapshot = snapshot_of(tmp_path / "ring", honest(1) + lockstep("r", 18, 6, (4, 9, 17)))
    assert measured(snapshot, codes_of(snapshot, "r"))["spill"] == 0.0
