"""Laws of learning from verdicts, the mode against a slow oracle, and who takes part."""

import numpy as np
import pytest
from scipy.optimize import minimize

from ringfinder.features.groups import Groups
from ringfinder.rings.verdicts import (
    WIDTHS,
    Verdict,
    anchors,
    covariance,
    jaccard,
    learn,
    most_probable,
    standardised,
)

N = 40


@pytest.fixture
def groups():
    """Forty groups of ten users each; 36-39 share members with group 0."""
    lists = [np.arange(10 * g, 10 * g + 10) for g in range(36)]
    lists += [np.arange(0, 9), np.arange(0, 6), np.arange(0, 4), np.arange(8, 18)]
    return Groups.of(one.astype(np.int32) for one in lists)


@pytest.fixture
def table():
    """Groups 0-9 and those that overlap group 0 look alike; so do 10-19; the rest are noise."""
    draw = np.random.default_rng(5)
    table = draw.normal(size=(N, 7))
    table[[*range(10), 36, 37, 38, 39]] += 3
    table[10:20] -= 3
    return table.astype(np.float32)


@pytest.fixture
def score():
    return np.random.default_rng(6).uniform(0.2, 0.8, N).astype(np.float32)


def on(groups, group, *, confirmed):
    members = groups.members(group)
    return Verdict(members, len(members), confirmed)


def test_no_verdict_changes_no_bit(groups, table, score):
    assert learn(groups, table, score, []) is score
    stranger = Verdict(np.array([900, 901, 902], np.int32), 3, confirmed=False)
    assert learn(groups, table, score, [stranger]) is score
    unknown = Verdict(np.empty(0, np.int32), 5, confirmed=True)
    assert learn(groups, table, score, [unknown]) is score


def test_without_groups_there_is_nothing_to_learn():
    none = Groups.of([])
    empty = np.empty(0, np.float32)
    verdict = Verdict(np.arange(4, dtype=np.int32), 4, confirmed=True)
    assert len(learn(none, np.empty((0, 3), np.float32), empty, [verdict])) == 0


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_judged_ring_is_beyond_doubt_and_its_like_follows(groups, table, score, confirmed):
    learned = learn(groups, table, score, [on(groups, 12, confirmed=confirmed)])
    assert learned[12] == confirmed
    moved = learned.astype(float) - score
    like = [g for g in range(10, 20) if g != 12]
    assert (np.sign(moved[like]) == (1 if confirmed else -1)).all()
    assert np.abs(moved[like]).mean() > np.abs(moved[20:36]).mean()
    others = np.delete(learned, 12)
    assert others.min() > 0
    assert others.max() < 1


def test_of_a_cleared_ring_repeats_go_and_fragments_fall(groups, table, score):
    learned = learn(groups, table, score, [on(groups, 0, confirmed=False)])
    assert learned[36] == learned[37] == 0
    assert 0 < learned[38] < score[38]
    flat = np.zeros_like(table)
    alone = learn(groups, flat, np.full(N, 0.5, np.float32), [on(groups, 0, confirmed=False)])
    assert alone[38] < alone[39] < alone[20]


def test_of_a_confirmed_ring_fragments_rise_and_nothing_else_is_certain(groups, table, score):
    learned = learn(groups, table, score, [on(groups, 0, confirmed=True)])
    assert (learned[[36, 37, 38, 39]] > score[[36, 37, 38, 39]]).all()
    assert np.flatnonzero(learned == 1).tolist() == [0]


def test_clearing_mirrors_confirming(groups, table, score):
    up = learn(groups, table, score, [on(groups, 12, confirmed=True)])
    down = learn(groups, table, 1 - score, [on(groups, 12, confirmed=False)])
    np.testing.assert_allclose(up, 1 - down, atol=1e-6)


def test_the_order_of_verdicts_changes_no_bit_and_saying_it_twice_adds_nothing(
    groups, table, score
):
    said = [on(groups, g, confirmed=g % 2 == 0) for g in (3, 14, 25, 30, 8)]
    learned = learn(groups, table, score, said)
    assert learn(groups, table, score, said[::-1]).tobytes() == learned.tobytes()
    assert learn(groups, table, score, [*said, said[0]]).tobytes() == learned.tobytes()


def test_of_two_verdicts_on_one_ring_the_later_counts(groups, table, score):
    yes, no = on(groups, 3, confirmed=True), on(groups, 3, confirmed=False)
    only = learn(groups, table, score, [no])
    assert learn(groups, table, score, [yes, no]).tobytes() == only.tobytes()


def test_renumbered_groups_and_more_statistics_are_read_alike(groups, table, score):
    said = [on(groups, 3, confirmed=True), on(groups, 14, confirmed=False)]
    learned = learn(groups, table, score, said)
    order = np.random.default_rng(1).permutation(N)
    shuffled = Groups.of(groups.members(g) for g in order.tolist())
    np.testing.assert_allclose(
        learn(shuffled, table[order], score[order], said), learned[order], atol=1e-6
    )
    stretched = np.sinh(table)
    assert learn(groups, stretched, score, said).tobytes() == learned.tobytes()


def test_a_ring_that_grew_keeps_its_verdict_and_one_that_dissolved_has_none(groups):
    grew = Verdict(np.arange(8, dtype=np.int32), 9, confirmed=True)
    assert anchors(groups, [grew]).group.tolist() == [36]
    mostly_gone = Verdict(np.arange(8, dtype=np.int32), 40, confirmed=True)
    assert not len(anchors(groups, [mostly_gone]).group)


def test_jaccard_is_that_of_sets(groups):
    members = np.arange(4, 16, dtype=np.int32)
    mine = set(range(4, 16))
    slow = [
        len(mine & set(groups.members(g).tolist())) / len(mine | set(groups.members(g).tolist()))
        for g in range(N)
    ]
    np.testing.assert_allclose(jaccard(groups, members, 12), slow)


def test_the_covariance_is_one_of_a_gaussian_process(groups, table, score):
    odds = np.log(score / (1 - score)).astype(float)
    every = np.arange(N)
    whole = covariance(groups, standardised(table), odds, every, WIDTHS)
    np.testing.assert_allclose(whole, whole.T)
    assert np.linalg.eigvalsh(whole).min() > -1e-9


@pytest.mark.parametrize("seed", range(5))
def test_the_mode_is_where_a_general_minimiser_ends(seed):
    draw = np.random.default_rng(seed)
    half = draw.normal(size=(12, 12)) * 2
    kernel, prior = half @ half.T, draw.normal(size=12) * 5
    confirmed = draw.random(12) < 0.5
    sign = np.where(confirmed, 1.0, -1.0)
    inverse = np.linalg.inv(kernel)

    def loss(f):
        return np.logaddexp(0, -sign * f).sum() + (f - prior) @ inverse @ (f - prior) / 2

    slow = minimize(loss, prior, method="BFGS", options={"gtol": 1e-9, "maxiter": 10_000}).x
    mine = prior + kernel @ most_probable(kernel, prior, confirmed)
    assert loss(mine) <= loss(slow) + 1e-7
    np.testing.assert_allclose(mine, slow, atol=1e-2)


def test_a_constant_statistic_says_nothing():
    numbers = standardised(np.array([[1, 5], [1, 7], [1, 6]], np.float32))
    assert (numbers[:, 0] == 0).all()
    np.testing.assert_allclose(numbers[:, 1], [-0.967422, 0.967422, 0], atol=1e-6)
