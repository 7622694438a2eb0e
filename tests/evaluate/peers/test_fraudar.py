"""FRAUDAR's peel against a slow one, and the paper's guarantee against all subsets."""

from itertools import combinations

import numpy as np
import pytest
from peer_logs import event, market

from ringfinder.evaluate.peers.bipartite import distinct, edges_of, log_weights
from ringfinder.evaluate.peers.fraudar import Fraudar, densest_block


def graph(seed, users, others, edges):
    rng = np.random.default_rng(seed)
    user, other = distinct(rng.integers(users, size=edges), rng.integers(others, size=edges))
    return edges_of(user, other, log_weights(other))


def density(edges, nodes):
    inside = np.isin(edges.user, nodes) & np.isin(edges.other + len(edges.users), nodes)
    return edges.weight[inside].sum() / len(nodes)


def peeled_slowly(edges):
    """Peel by looking at every node each time; the densest of the sets met, the first of equals."""
    left = list(range(edges.n))
    best, most = list(left), density(edges, left)
    while len(left) > 1:
        other = edges.other + len(edges.users)
        inside = np.isin(edges.user, left) & np.isin(other, left)
        weight = np.bincount(edges.user[inside], edges.weight[inside], minlength=edges.n)
        weight += np.bincount(other[inside], edges.weight[inside], minlength=edges.n)
        left.remove(min(left, key=lambda node: (round(weight[node], 9), node)))
        if density(edges, left) > most + 1e-9:
            best, most = list(left), density(edges, left)
    return best


@pytest.mark.parametrize("seed", range(12))
def test_the_peel_is_as_dense_as_a_slow_one(seed):
    edges = graph(seed, 14, 10, 45)
    found = np.flatnonzero(densest_block(edges))
    assert density(edges, found) == pytest.approx(density(edges, peeled_slowly(edges)))


def test_with_distinct_weights_the_peel_is_the_slow_one():
    rng = np.random.default_rng(7)
    for seed in range(12):
        edges = graph(seed, 14, 10, 45)
        weight = rng.uniform(0.5, 1.5, len(edges.weight))
        edges = edges_of(edges.users[edges.user], edges.other, weight)
        assert np.flatnonzero(densest_block(edges)).tolist() == peeled_slowly(edges)


@pytest.mark.parametrize("seed", range(8))
def test_no_set_is_more_than_twice_as_dense(seed):
    edges = graph(seed, 6, 5, 16)
    found = density(edges, np.flatnonzero(densest_block(edges)))
    subsets = (
        subset for size in range(1, edges.n + 1) for subset in combinations(range(edges.n), size)
    )
    most = max(density(edges, subset) for subset in subsets)
    assert most / 2 <= found + 1e-12
    assert found <= most + 1e-12


def test_blocks_come_one_after_the_other_without_the_edges_of_the_last(log_of):
    def block(name, users, items):
        return [
            event(f"{name}{user}", 1_000 * user + item, f"{name}-item{item}")
            for user in range(users)
            for item in range(items)
        ]

    log = log_of(market() + block("big", 15, 9) + block("small", 6, 6))
    names = [set(log.users.take(group).to_pylist()) for group in Fraudar(blocks=2).groups(log)]
    assert names == [{f"big{n}" for n in range(15)}, {f"small{n}" for n in range(6)}]


def test_camouflage_on_popular_items_hides_nothing(log_of):
    ring = [
        event(f"r{user}", 50 * user + item, f"x{item}") for user in range(12) for item in range(9)
    ]
    crowd = [event(f"u{user}", 9_000 + user, f"hit{user % 3}") for user in range(600)]
    cover = [
        event(f"r{user}", 99_000 + user, f"hit{hit}") for user in range(12) for hit in range(3)
    ]
    log = log_of(ring + crowd + cover)
    first = Fraudar(blocks=1).groups(log)[0]
    assert set(log.users.take(first).to_pylist()) == {f"r{user}" for user in range(12)}
