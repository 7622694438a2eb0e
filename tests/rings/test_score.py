import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ringfinder.features.groups import Groups
from ringfinder.rings.alerts import count_alerts
from ringfinder.rings.ring import ALERT_FALSE_SHARE
from ringfinder.rings.score import NATS, best_of_user, chance, fuse, head_inputs
from ringfinder.rings.statistics import STATISTICS

share = st.floats(0, 1, width=32)


def one(value: float) -> np.ndarray:
    return np.array([value], np.float32)


@given(share, share, share, share)
def test_a_fused_score_is_a_share_and_rises_with_each_part(user, ring, burst, more):
    score = float(fuse(one(user), one(ring), one(burst))[0])
    assert 0 <= score <= 1
    assert fuse(one(max(user, more)), one(ring), one(burst))[0] >= score
    assert fuse(one(user), one(max(ring, more)), one(burst))[0] >= score
    assert fuse(one(user), one(ring), one(max(burst, more)))[0] >= score


def test_a_ring_says_more_than_what_was_learned_elsewhere():
    in_ring = fuse(one(0.1), one(0.9), one(0))[0]
    alone = fuse(one(0.99), one(0), one(0))[0]
    assert in_ring > 0.5 > alone


def test_the_best_group_counts_and_nobody_elses():
    groups = Groups.of([np.array([0, 2], np.int32), np.array([2, 3], np.int32)])
    best = best_of_user(groups, np.array([0.2, 0.7], np.float32), 5)
    assert best.tolist() == np.array([0.2, 0, 0.7, 0.7, 0], np.float32).tolist()


def test_the_head_reads_nats_in_tenths_of_a_name():
    table = np.ones((2, len(STATISTICS)), np.float32)
    inputs = head_inputs(table, 22_026)
    for place in range(len(STATISTICS)):
        assert np.isclose(inputs[0, place], 1.0, atol=1e-4), place
    small = head_inputs(table, 148)
    assert all(small[0, place] > 1.9 for place in NATS)
    assert table.max() == 1


@given(st.floats(-5, 60), st.integers(4, 500))
def test_chance_is_a_probability_that_falls_with_what_is_saved(net, size):
    table = np.zeros((1, len(STATISTICS)), np.float32)
    table[0, list(STATISTICS).index("net_nats")] = net
    table[0, list(STATISTICS).index("size")] = size
    bound = chance(table, 0)
    assert 0 <= bound <= 1
    table[0, list(STATISTICS).index("net_nats")] = net + 1
    assert chance(table, 0) <= bound


def test_alerts_keep_the_expected_share_of_false_ones():
    assert count_alerts(np.array([], np.float32)) == 0
    assert count_alerts(np.array([0.8, 0.7, 0.1], np.float32)) == 0
    assert count_alerts(np.array([1.0, 1.0, 0.75, 0.2], np.float32)) == 3
    assert count_alerts(np.full(50, 0.95, np.float32)) == 50


@given(st.lists(st.floats(0, 1, width=32), max_size=60))
def test_the_alert_line_is_the_longest_list_within_the_rate(values):
    score = np.sort(np.array(values, np.float32))[::-1]
    k = count_alerts(score)
    false = 1 - score.astype(np.float64)
    assert k == 0 or false[:k].mean() <= ALERT_FALSE_SHARE + 1e-12
    assert k == len(score) or false[: k + 1].mean() > ALERT_FALSE_SHARE
