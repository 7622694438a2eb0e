import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfinder.evaluate import metrics
from ringfinder.evaluate.matching import match
from ringfinder.evaluate.truth import LookalikeGroup

A, B, C = (frozenset(f"{ring}{n}" for n in range(10)) for ring in "abc")
CROWD = frozenset(f"x{n}" for n in range(10))


def some(ring, count):
    return frozenset(sorted(ring)[:count])


@pytest.fixture
def hand_made():
    """Ranks: 1 a hit on A, 2 a crowd, 3 a hit on B with two strangers; C is missed."""
    return match([some(A, 8), CROWD, B | {"s1", "s2"}], [A, B, C])


def test_ranking_figures(hand_made):
    assert metrics.ring_ap(hand_made) == pytest.approx((1 + 2 / 3) / 3)
    assert metrics.precision_at(hand_made, 1) == 1
    assert metrics.precision_at(hand_made, 2) == 0.5
    assert metrics.precision_at(hand_made, 50) == pytest.approx(2 / 3)
    assert metrics.recall_at(hand_made, 2) == pytest.approx(1 / 3)
    assert metrics.recall_at(hand_made, 3) == pytest.approx(2 / 3)
    assert metrics.credits_of_rings(hand_made) == pytest.approx([1, 2 / 3, 0])


def test_figures_of_hits(hand_made):
    assert metrics.purity(hand_made) == pytest.approx((1 + 10 / 12) / 2)
    assert metrics.completeness(hand_made) == pytest.approx((0.8 + 1) / 2)
    assert metrics.median_jaccard(hand_made) == pytest.approx((0.8 + 10 / 12) / 2)


def test_fragments_and_merges():
    halves = [some(A, 5), A - some(A, 5), B]
    assert metrics.fragmentation(match(halves, [A, B, C])) == 1.5
    assert metrics.merges(match(halves, [A, B, C])) == 0
    assert metrics.merges(match([A | some(B, 5), A | some(B, 4)], [A, B])) == 1


def test_what_is_not_defined_is_none():
    nothing = match([CROWD], [])
    assert metrics.ring_ap(nothing) is None
    assert metrics.recall_at(nothing, 10) is None
    assert metrics.precision_at(nothing, 10) == 0
    assert metrics.purity(nothing) is None
    assert metrics.median_jaccard(nothing) is None
    assert metrics.fragmentation(nothing) is None
    assert metrics.interval(np.array([]), seed=0) is None
    silent = match([], [A])
    assert metrics.precision_at(silent, 10) is None
    assert (metrics.ring_ap(silent), metrics.recall_at(silent, 10)) == (0, 0)


def test_false_groups_are_named_by_the_crowd_that_holds_most_of_them():
    crowds = [
        LookalikeGroup("g1", "cgnat", CROWD | A | B | C | {f"y{n}" for n in range(60)}),
        LookalikeGroup("g2", "flash", CROWD),
        LookalikeGroup("g3", "fan", some(CROWD, 5)),
    ]
    groups = [A, some(A, 3), some(CROWD, 9), frozenset({"y1", "y2"}), frozenset({"q"}), frozenset()]
    kinds = metrics.false_kinds(groups, match(groups, [A, B]), crowds)
    assert kinds == [
        None,
        metrics.RING_PART,
        "flash",
        "cgnat",
        metrics.UNNAMED,
        metrics.UNNAMED,
    ]
    assert metrics.counted([None, "flash", "fan", "flash"]) == {"flash": 2, "fan": 1}


def test_loss_and_edge_lift():
    orders = pd.DataFrame(
        {"orders": [4, 2, 4], "fraud_orders": [2, 0, 0], "fraud_amount": [90, 0, 10]},
        index=pd.Index(["a0", "a1", "x0"]),
    )
    assert metrics.coverage_of_loss([A, CROWD], orders) == 1
    assert metrics.coverage_of_loss([A], orders) == pytest.approx(0.9)
    assert metrics.coverage_of_loss([], orders) == 0
    assert metrics.edge_lift([A], orders) == pytest.approx((2 / 6) / (2 / 10))
    assert metrics.edge_lift([C], orders) is None
    assert metrics.coverage_of_loss([A], orders * 0) is None


def test_interval_is_seeded_and_holds_the_mean():
    values = np.array([0.0] * 10 + [1.0] * 14)
    low, high = metrics.interval(values, seed=3)
    assert (low, high) == metrics.interval(values, seed=3)
    assert low < values.mean() < high
    assert 0.3 < high - low < 0.5
    assert metrics.interval(np.ones(5), seed=0) == (1, 1)


@settings(max_examples=60, deadline=None)
@given(order=st.permutations(range(8)))
def test_ring_ap_against_a_slow_count(order):
    rings = [frozenset(f"{ring}{n}" for n in range(4)) for ring in "pqrs"]
    reported = [*rings[:3], *(frozenset({f"z{n}", f"w{n}"}) for n in range(5))]
    groups = [reported[position] for position in order]
    total = 0.0
    for rank, group in enumerate(groups, 1):
        if group in rings:
            total += sum(one in rings for one in groups[:rank]) / rank
    assert metrics.ring_ap(match(groups, rings)) == pytest.approx(total / 4)
