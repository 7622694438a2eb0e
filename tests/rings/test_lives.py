"""What members do beside their list: lives, leftovers and quotas, from hand-made groups."""

import numpy as np
import pytest
from stories import DAY, HOUR, honest, lockstep, order, snapshot_of
from test_membership import codes_of

from ringfinder.features.groups import Groups
from ringfinder.rings.channels.protocol import read_log
from ringfinder.rings.score import figures
from ringfinder.rings.statistics import describe, lifetimes_of
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


def test_accounts_made_for_the_job_have_no_life_beside_it(tmp_path):
    snapshot = snapshot_of(tmp_path, honest(1) + lockstep("r", 18, 6, (4, 9, 17)))
    row = measured(snapshot, codes_of(snapshot, "r"))
    assert row["own_life"] == row["lived_on"] == row["spill"] == 0.0


def test_people_who_join_in_once_live_on_and_look_round_the_shop(tmp_path):
    draw = np.random.default_rng(2)
    rows = honest(1)
    for user in range(20):
        at = 10 * DAY + int(draw.integers(HOUR))
        rows += [order(f"n{user}", at, item, seller_id="shop") for item in GOODS[:3]]
        rows.append(order(f"n{user}", at + DAY, f"other{user}", seller_id="shop"))
        rows.append(order(f"n{user}", at + 9 * DAY, f"i{100 + user}"))
    snapshot = snapshot_of(tmp_path, rows)
    row = measured(snapshot, codes_of(snapshot, "n"))
    assert row["own_life"] == 1.0
    assert row["spill"] == pytest.approx(0.25)
    assert row["lived_on"] == pytest.approx(9 / (28 - 10), abs=0.03)


def test_lifetimes_are_those_of_the_log(tmp_path):
    rows = [order("a", 3 * DAY, "x"), order("b", DAY, "y"), order("a", 7 * DAY, "y")]
    lives = lifetimes_of(snapshot_of(tmp_path, rows))
    assert sorted((lives.last - lives.first).tolist()) == [0, 4 * DAY]
    assert lives.births.tolist() == sorted(lives.first.tolist())
    assert lives.end == max(lives.last)
    assert lives.window == 6 * DAY
