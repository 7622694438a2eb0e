import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfinder.evaluate.detection import NEVER, days_to_detect, first_hits, preventable_share
from ringfinder.evaluate.matching import match

DAY = 86_400_000_000
A, B, C = (frozenset(f"{ring}{n}" for n in range(4)) for ring in "abc")
RINGS = [A, B, C]


def sweeps(*found):
    return [(day * DAY, match(groups, RINGS)) for day, groups in found]


def test_the_first_sweep_that_hits_counts():
    seen = sweeps((3, [A, B]), (1, [B]), (2, [B | {"x"}]), (4, []))
    assert first_hits(seen).tolist() == [3 * DAY, DAY, NEVER]


def test_a_hit_below_the_budget_is_none():
    seen = sweeps((1, [B, A]), (2, [A, B]))
    assert first_hits(seen, budget=1).tolist() == [2 * DAY, DAY, NEVER]
    with pytest.raises(ValueError, match="need at least one"):
        first_hits([])


def test_days_from_the_first_event():
    found = days_to_detect(np.array([3 * DAY, NEVER]), np.array([DAY // 2, DAY]))
    assert found.tolist() == [2.5, np.inf]
    assert np.median([*found, 1.0]) == 2.5


def test_what_comes_after_the_first_hit_was_preventable():
    first = np.array([2 * DAY, NEVER])
    ring = np.array([0, 0, 0, 1])
    ts = np.array([DAY, 2 * DAY, 3 * DAY, 9 * DAY])
    assert preventable_share(first, ring, ts, np.array([1.0, 2.0, 4.0, 8.0])) == pytest.approx(
        4 / 15
    )
    assert preventable_share(first, ring, ts, np.zeros(4)) is None


orders = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(1, 99)), min_size=1, max_size=20
)


@settings(max_examples=60, deadline=None)
@given(orders=orders, hits=st.tuples(*[st.one_of(st.integers(0, 9), st.just(NEVER))] * 3))
def test_preventable_share_against_a_slow_count(orders, hits):
    later = sum(amount for ring, t, amount in orders if t > hits[ring])
    ring, ts, amount = (np.array(column) for column in zip(*orders, strict=True))
    share = preventable_share(np.array(hits), ring, ts, amount.astype(float))
    assert share == pytest.approx(later / sum(amount for _, _, amount in orders))
