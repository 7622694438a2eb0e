import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from ringfinder.evaluate import user_metrics

CASES = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.7, 1.0])),
    min_size=2,
    max_size=40,
).filter(lambda rows: len({guilty for guilty, _ in rows}) == 2)


@settings(max_examples=100, deadline=None)
@given(rows=CASES)
def test_figures_agree_with_sklearn(rows):
    guilty = np.array([row[0] for row in rows])
    scores = np.array([row[1] for row in rows])
    found = user_metrics.user_figures(guilty, scores)
    assert found.ap == pytest.approx(average_precision_score(guilty, scores))
    assert found.auroc == pytest.approx(roc_auc_score(guilty, scores))
    assert found.f1_macro == pytest.approx(
        f1_score(guilty, scores >= 0.5, average="macro", zero_division=0)
    )
    assert found.base_rate == pytest.approx(guilty.mean())


def test_recall_at_the_budget_takes_one_percent_rounded_up():
    guilty = np.zeros(150, dtype=bool)
    guilty[[0, 1, 2, 3]] = True
    scores = np.linspace(1, 0, 150)
    assert user_metrics.recall_at_budget(guilty, scores) == 0.5


def test_ties_at_the_edge_of_the_budget_count_by_their_share():
    guilty = np.zeros(200, dtype=bool)
    guilty[:2] = True
    scores = np.where(np.arange(200) < 8, 1.0, 0.0)
    assert user_metrics.recall_at_budget(guilty, scores) == pytest.approx(2 / 8)


def test_one_class_or_nobody_is_defined():
    honest = user_metrics.user_figures(np.zeros(3, dtype=bool), np.ones(3))
    assert (honest.base_rate, honest.ap, honest.auroc, honest.recall_at_budget) == (
        0,
        None,
        None,
        None,
    )
    assert honest.f1_macro is None
    assert user_metrics.user_figures(np.ones(3, dtype=bool), np.ones(3)).auroc is None
    nobody = user_metrics.user_figures(np.zeros(0, dtype=bool), np.zeros(0))
    assert (nobody.users, nobody.base_rate, nobody.ap) == (0, None, None)
