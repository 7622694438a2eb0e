import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from ringfinder.features.groups import Groups
from ringfinder.nn.holdout import best_threshold, judge, platt, split_groups, split_users

pairs = st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(pairs)
def test_metrics_are_those_of_scikit_learn(drawn):
    logit, target = (np.array(column, np.float64) for column in zip(*drawn, strict=True))
    found = judge(logit, target)
    if len(set(target)) == 2:
        assert abs(found.ap - average_precision_score(target, logit)) < 1e-5
        assert abs(found.auroc - roc_auc_score(target, logit)) < 1e-5
    else:
        assert found.ap is found.auroc is None


@settings(max_examples=40, deadline=None)
@given(pairs)
def test_the_threshold_has_the_best_f1(drawn):
    score, target = (np.array(column, np.float64) for column in zip(*drawn, strict=True))
    if len(set(target)) < 2:
        return

    def f1(level):
        return 2 * (target * (score >= level)).sum() / ((score >= level).sum() + target.sum())

    assert f1(best_threshold(score, target)) == max(f1(level) for level in score)


def test_calibration_recovers_the_truth_and_leaves_tiny_samples_alone():
    rng = np.random.default_rng(0)
    logit = rng.normal(size=20_000)
    target = (rng.random(20_000) < 1 / (1 + np.exp(-(2 * logit - 3)))).astype(np.float64)
    slope, offset = platt(logit, target)
    assert abs(slope - 2) < 0.15
    assert abs(offset + 3) < 0.15
    assert platt(logit[:6], np.array([1.0, 0, 0, 0, 0, 0])) is None


def test_rings_are_held_out_whole():
    rings = Groups.of([np.arange(10 * ring, 10 * ring + 10) for ring in range(6)])
    overlapping = Groups.of([*(rings.members(g) for g in range(6)), np.arange(5, 15)])
    users = np.arange(200, dtype=np.int32)
    held = split_users(
        200, users, users < 60, overlapping, np.ones(7, bool), np.random.default_rng(0)
    )
    for ring in range(6):
        assert len(set(held[rings.members(ring)])) == 1
    assert held[0] == held[19]
    assert held[:60].any()
    assert not held[:60].all()
    assert abs(held[60:].mean() - 0.2) < 0.02
    assert split_groups(rings, held).tolist() == held[::10][:6].tolist()
