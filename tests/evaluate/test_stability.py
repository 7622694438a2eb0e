from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfinder.evaluate.stability import stability

A, B, C = (frozenset(f"{ring}{n}" for n in range(4)) for ring in "abc")


def test_the_same_groups_are_stable_in_any_order():
    assert stability([A, B, C], [C, A, B]) == 1
    assert stability([A], [B]) == 0
    assert stability([A, B], [A]) == 0.5
    assert stability([], [A]) == 0
    assert stability([], []) is None


def test_groups_that_changed_count_in_part():
    assert stability([A, B], [A | {"x"}, B - {"b0"}]) == pytest.approx((4 / 5 + 3 / 4) / 2)


def test_only_the_top_counts():
    assert stability([A, B], [A, C], top=1) == 1
    assert stability([A, B], [B, A], top=1) == 0


groups = st.lists(st.frozensets(st.sampled_from("abcde")), max_size=4)


def slow(first, second):
    """The best total Jaccard over every way to pair the two lists."""
    short, long = sorted((first, second), key=len)
    return max(
        sum(len(a & b) / len(a | b) if a | b else 0 for a, b in zip(short, order, strict=False))
        for order in permutations(long)
    ) / len(long)


@settings(max_examples=80, deadline=None)
@given(first=groups, second=groups)
def test_against_every_pairing(first, second):
    if not first and not second:
        return
    assert stability(first, second) == pytest.approx(slow(first, second))
    assert stability(second, first) == pytest.approx(stability(first, second))
