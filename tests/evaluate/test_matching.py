from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfinder.evaluate.matching import match

GROUP = st.frozensets(st.sampled_from("abcdefgh"), max_size=6)
RING = st.frozensets(st.sampled_from("abcdef"), min_size=1, max_size=5)


def jaccard(one, two):
    return len(one & two) / len(one | two) if one | two else 0.0


def best_total(groups, rings):
    """Every one-to-one assignment tried."""
    if len(groups) > len(rings):
        groups, rings = rings, groups
    return max(
        sum(jaccard(one, two) for one, two in zip(groups, chosen, strict=True))
        for chosen in permutations(rings, len(groups))
    )


@settings(max_examples=150, deadline=None)
@given(groups=st.lists(GROUP, max_size=5), rings=st.lists(RING, max_size=4))
def test_total_jaccard_is_the_best_of_all_assignments(groups, rings):
    found = match(groups, rings)
    pairs = [(group, ring) for group, ring in enumerate(found.ring_of) if ring >= 0]
    assert len({ring for _, ring in pairs}) == len(pairs)
    total = sum(jaccard(groups[group], rings[ring]) for group, ring in pairs)
    assert np.isclose(total, best_total(groups, rings))
    for group, ring in pairs:
        assert found.hit[group] == (jaccard(groups[group], rings[ring]) >= 0.5)
        assert found.tight[group] == (jaccard(groups[group], rings[ring]) >= 0.8)
    assert found.hit.sum() == (found.ranks > 0).sum()


def test_exactly_half_is_a_hit_and_exactly_four_fifths_is_tight():
    ring = frozenset("abcde")
    found = match([ring - {"e"}], [ring])
    assert found.hit.tolist() == found.tight.tolist() == [True]
    found = match([frozenset("ab")], [frozenset("abcd")])
    assert (found.hit.tolist(), found.tight.tolist()) == ([True], [False])


def test_a_second_group_on_a_ring_is_a_miss():
    ring = frozenset("abcdef")
    found = match([ring - {"a"}, ring], [ring])
    assert found.hit.tolist() == [False, True]
    assert found.ranks.tolist() == [2]


def test_strangers_count_in_the_size_of_a_group():
    ring = frozenset("ab")
    assert match([ring | {"x", "y"}], [ring]).hit.tolist() == [True]
    assert match([ring | {"x", "y", "z"}], [ring]).hit.tolist() == [False]


def test_no_ring_and_no_group_are_defined():
    assert match([frozenset("ab"), frozenset()], []).hit.tolist() == [False, False]
    assert match([], [frozenset("ab")]).ranks.tolist() == [0]
    assert match([], []).ranks.tolist() == []
