"""Matched actions, shared identifiers and surprising cells by hand and by slow oracles."""

import math
from itertools import combinations

import numpy as np
import pytest
from peer_logs import DAY, event, market, ring

from ringfinder.evaluate.peers.actions import (
    HOUR,
    Actions,
    first_actions,
    matched_pairs,
    without_crowds,
)
from ringfinder.evaluate.peers.bipartite import densest_first, edges_of
from ringfinder.evaluate.peers.co_action import CoAction
from ringfinder.evaluate.peers.components import joined
from ringfinder.evaluate.peers.identifiers import IdentifierRule
from ringfinder.evaluate.peers.synchrotrap import SynchroTrap
from ringfinder.evaluate.peers.time_cells import surprising_cells


def some_actions(seed):
    rng = np.random.default_rng(seed)
    columns = (
        rng.integers(12, size=200),
        rng.integers(-1, 9, size=200),
        rng.integers(99, size=200),
    )
    return columns, first_actions(*columns)


@pytest.mark.parametrize("seed", range(5))
def test_first_actions_are_the_earliest_of_each_pair(seed):
    (user, thing, ts), actions = some_actions(seed)
    earliest = {}
    for one in zip(user.tolist(), thing.tolist(), ts.tolist(), strict=True):
        if one[1] >= 0:
            earliest[one[:2]] = min(one[2], earliest.get(one[:2], 99))
    found = list(
        zip(actions.object.tolist(), actions.ts.tolist(), actions.user.tolist(), strict=True)
    )
    assert found == sorted((thing, ts, user) for (user, thing), ts in earliest.items())


@pytest.mark.parametrize("seed", range(5))
def test_matches_and_crowds_are_those_of_nested_loops(seed):
    _, actions = some_actions(seed)
    rows = list(zip(*(column.tolist() for column in actions), strict=True))
    matches = {}
    for (one, thing, ts), (other, that, then) in combinations(rows, 2):
        if thing == that and abs(ts - then) <= 7:
            pair = min(one, other), max(one, other)
            matches[pair] = matches.get(pair, 0) + 1
    low, high, matched = (column.tolist() for column in matched_pairs(actions, 7))
    assert dict(zip(zip(low, high, strict=True), matched, strict=True)) == matches
    lonely = [
        row
        for row in rows
        if sum(row[1] == that and abs(row[2] - then) <= 7 for _, that, then in rows) - 1 <= 2
    ]
    kept = without_crowds(actions, 7, 2)
    assert list(zip(*(column.tolist() for column in kept), strict=True)) == lonely


def test_groups_are_components_the_heaviest_or_largest_first():
    one = np.array([1, 2, 3, 10, 11, 12, 13, 20])
    other = np.array([2, 3, 4, 11, 12, 13, 14, 21])
    weight = np.array([5.0, 5, 5, 1, 1, 1, 1, 9])
    assert [group.tolist() for group in joined(one, other, weight)] == [
        [1, 2, 3, 4],
        [10, 11, 12, 13, 14],
    ]
    assert [len(group) for group in joined(one, other)] == [5, 4]


def test_a_community_is_as_dense_as_its_weight_over_the_root_of_its_sides():
    full = [(user, item) for user in range(4) for item in range(2)]
    loose = [(user, item) for user in range(4, 9) for item in range(2, 6) if (user + item) % 2]
    user, item = np.array(full + loose).T
    edges = edges_of(10 + user, item, np.ones(len(user)))
    label = np.array([0] * 4 + [1] * 5 + [0] * 2 + [1] * 4)
    assert [group.tolist() for group in densest_first(edges, label)] == [
        [10, 11, 12, 13],  # 8 / root 8 = 2.83
        [14, 15, 16, 17, 18],  # 10 / root 20 = 2.24
    ]
    assert len(densest_first(edges, label, fewest_others=3)) == 1


def test_synchrotrap_takes_matches_in_time_and_not_just_in_taste(log_of):
    together = [{**row, "ip": None} for row in ring()]
    one_by_one = [
        {**row, "ts": row["ts"] + int(row["user_id"].removeprefix("ring")) * 4 * DAY}
        for row in together
    ]
    assert [len(group) for group in SynchroTrap().groups(log_of(together))] == [12]
    assert SynchroTrap().groups(log_of(one_by_one)) == []


def test_synchrotrap_sees_shared_addresses_where_no_item_is_named(log_of):
    rows = [
        event(f"u{user}", day * DAY + user * 60_000_000, ip=f"proxy{day}", action="login")
        for user in range(6)
        for day in range(5)
    ]
    log = log_of(rows)
    assert [group.tolist() for group in SynchroTrap().groups(log)] == [list(range(6))]
    assert SynchroTrap(crowd=4).groups(log) == []


def test_co_action_wants_two_trades_within_the_window(log_of):
    def bought(items, apart):
        return [
            event(f"u{user}", item * DAY + user * apart, f"item{item}")
            for user in range(5)
            for item in range(items)
        ]

    assert [len(group) for group in CoAction().groups(log_of(bought(2, HOUR)))] == [5]
    assert CoAction().groups(log_of(bought(1, HOUR))) == []
    assert CoAction(window=HOUR).groups(log_of(bought(2, 2 * HOUR))) == []


def holders(device_of, ip_of, users=5):
    return [
        event(f"u{user}", user, device=device_of(user), ip=ip_of(user), action="login")
        for user in range(users)
    ]


def test_the_identifier_rule_wants_two_in_common(log_of):
    rule = IdentifierRule()
    both = holders(lambda _: "d", lambda _: "i")
    assert [group.tolist() for group in rule.groups(log_of(both))] == [[0, 1, 2, 3, 4]]
    assert rule.groups(log_of(holders(lambda _: "d", str))) == []
    assert len(rule.groups(log_of(holders(lambda _: "d", lambda _: None)))) == 1  # no ip to ask for


def test_the_identifier_rule_passes_over_hubs(log_of):
    rule = IdentifierRule()
    assert rule.groups(log_of(holders(lambda _: "d", lambda _: "i", users=11))) == []
    ten = log_of(holders(lambda _: "d", lambda _: "i", users=10))
    assert [len(group) for group in rule.groups(ten)] == [10]


def test_a_cell_weighs_what_is_surprising_about_it(log_of):
    crowd = [event(f"u{user}", HOUR + user, "x") for user in range(6)]
    log = log_of([*crowd, event("late", 28 * DAY, "y")])
    edges = surprising_cells(log)
    assert edges.n_others == 2  # one cell in each of the two grids
    assert edges.weight == pytest.approx(np.full(12, 1 / math.log(11)))
    demand = surprising_cells(log_of(market()))
    assert not len(demand.user)


def test_actions_hold_no_row_where_nothing_is_named():
    none = np.full(3, -1)
    assert not len(first_actions(np.arange(3), none, np.arange(3)).user)
    empty = Actions(*(np.empty(0, np.int64) for _ in range(3)))
    assert [len(column) for column in matched_pairs(empty, HOUR)] == [0, 0, 0]
