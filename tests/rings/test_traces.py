"""Hand-made cases of single channels and of the graph tools behind them."""

import networkx as nx
import numpy as np
import pytest
from stories import DAY, HOUR, flash_sale, honest, order, returned, snapshot_of, taken_over
from test_membership import codes_of, jaccard

from ringfinder.features.groups import Groups
from ringfinder.features.load import ids
from ringfinder.rings.bipartite import components, core, split
from ringfinder.rings.channels import coaction, customers, promotions, takeovers
from ringfinder.rings.channels.identifiers import two_hops
from ringfinder.rings.channels.protocol import read_log
from ringfinder.rings.channels.rare import by_rare_acts
from ringfinder.rings.membership import settle
from ringfinder.rings.weighing import scratch


def best(groups, codes):
    return max((jaccard(group, codes) for group in groups), default=0.0)


def named(snapshot, members):
    return np.flatnonzero(np.isin(ids(snapshot, "user"), list(members)))


def random_pairs(seed):
    draw = np.random.default_rng(seed)
    pairs = np.unique(draw.integers(0, 25, (90, 2)), axis=0)
    return pairs[:, 0].astype(np.int32), pairs[:, 1]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("least", [(2, 2), (3, 2), (2, 4), (9, 9)])
def test_the_core_is_what_peeling_one_by_one_leaves(seed, least):
    user, entity = random_pairs(seed)
    graph = nx.Graph((f"u{u}", f"e{e}") for u, e in zip(user, entity, strict=True))
    need = {"u": least[0], "e": least[1]}
    while weak := [node for node, degree in graph.degree if degree < need[node[0]]]:
        graph.remove_node(weak[0])
    kept = core(user, entity, *least)
    found = {(f"u{u}", f"e{e}") for u, e in zip(user[kept], entity[kept], strict=True)}
    assert found == {tuple(sorted(edge, reverse=True)) for edge in graph.edges}


@pytest.mark.parametrize("seed", range(5))
def test_connected_parts_are_those_of_networkx(seed):
    user, entity = random_pairs(seed)
    user, entity = user[::3], entity[::3]
    graph = nx.Graph((f"u{u}", f"e{e}") for u, e in zip(user, entity, strict=True))
    parts = [
        sorted(int(node[1:]) for node in part if node[0] == "u")
        for part in nx.connected_components(graph)
    ]
    expected = sorted(part for part in parts if 2 <= len(part) <= 6)
    assert sorted(g.tolist() for g in components(user, entity, 2, 6)) == expected


def test_split_keeps_sizes_within_bounds_and_orders_by_first_user():
    users = np.array([9, 1, 5, 3, 2, 8], np.int32)
    label = np.array([4, 4, 7, 4, 0, 7])
    assert [g.tolist() for g in split(users, label, 2, 3)] == [[1, 3, 9], [5, 8]]
    assert [g.tolist() for g in split(users, label, 3, 3)] == [[1, 3, 9]]
    assert list(split(users[:0], label[:0], 1, 9)) == []


@pytest.fixture(scope="module")
def promotion(tmp_path_factory):
    """Six things in one evening's sale with 40 honest customers each, and 15 who take several."""
    draw = np.random.default_rng(3)
    rows = honest(1) + flash_sale(200, item="sale0")
    for item in range(6):
        for user in draw.choice(1_500, 40, replace=False):
            rows.append(order(f"h{user}", 12 * DAY + int(draw.integers(2 * HOUR)), f"sale{item}"))
        for member in range(15):
            if draw.random() < 0.6:
                at = 12 * DAY + int(draw.integers(2 * HOUR))
                rows.append(order(f"r{member}", at, f"sale{item}"))
    return snapshot_of(tmp_path_factory.mktemp("promotion"), rows)


def test_a_ring_inside_a_promotion_is_told_from_its_crowd(promotion):
    ring = codes_of(promotion, "r")
    assert best(promotions.hours(read_log(promotion)), ring) >= 0.7


def test_a_ring_inside_a_promotion_settles_against_the_crowd(promotion):
    log = read_log(promotion)
    ring = codes_of(promotion, "r")
    groups, _ = settle(Groups.of([ring]), log.deals, log.idents, scratch(*log[1:]))
    assert best(map(groups.members, range(len(groups))), ring) >= 0.8


def test_customers_of_related_things_of_one_seller_are_one_group(tmp_path):
    shop = {"seller_id": "s_shop"}
    rows = honest(1)
    for member in range(30):
        taken = {0, 1} if member < 3 else {member % 2}
        rows += [order(f"r{member}", member * DAY // 2, f"own{item}", **shop) for item in taken]
    rows += [order(f"h{user}", user * HOUR, f"other{user % 9}", **shop) for user in range(200)]
    snapshot = snapshot_of(tmp_path, rows)
    log = read_log(snapshot)
    assert best(customers.of_related_targets(log), codes_of(snapshot, "r")) == 1.0


def test_newcomers_count_only_beyond_the_day_s_own_crowd(tmp_path):
    rows = honest(1, users=400)
    rows += [order(f"n{n}", 9 * DAY + n * HOUR // 10, f"i{n % 400}") for n in range(100)]
    rows += [order(f"r{n}", 15 * DAY + n * HOUR // 10, "i7") for n in range(12)]
    snapshot = snapshot_of(tmp_path, rows)
    found = list(customers.newcomers(read_log(snapshot)))
    assert best(found, codes_of(snapshot, "r")) >= 0.9
    assert not any(len(group) > 30 for group in found)


def test_stolen_accounts_meet_where_their_past_ends(tmp_path):
    rows = honest(1) + taken_over(12, 3)
    snapshot = snapshot_of(tmp_path, rows)
    stolen = named(snapshot, {f"h{200 + member}" for member in range(12)})
    assert best(takeovers.switches(read_log(snapshot)), stolen) >= 0.9


def test_phones_and_addresses_make_one_chain(tmp_path):
    rows = honest(1)
    for member in range(12):
        phone, line = f"d_chain{member // 2}", f"ip_chain{(member + 1) // 2}"
        rows.append(order(f"r{member}", member * DAY, f"i{member}", device_id=phone, ip=line))
    snapshot = snapshot_of(tmp_path, rows)
    assert best(two_hops(read_log(snapshot)), codes_of(snapshot, "r")) == 1.0


def paid(name, workers, jobs, seed):
    """Each worker takes three quarters of the jobs, spread over the month."""
    draw = np.random.default_rng(seed)
    return [
        order(worker, int(draw.integers(28 * DAY)), f"{name}{job}")
        for worker in workers
        for job in range(jobs)
        if draw.random() < 0.75
    ]


def test_who_works_in_two_circles_stands_in_both(tmp_path):
    one = [f"r{n}" for n in range(14)]
    two = [f"r{n}" for n in range(9, 23)]
    rows = honest(1) + paid("one", one, 8, 1) + paid("two", two, 8, 2)
    snapshot = snapshot_of(tmp_path, rows)
    log = read_log(snapshot)
    found = Groups.of(coaction.circles(log))
    groups, _ = settle(found, log.deals, log.idents, scratch(*log[1:]))
    for circle in (one, two):
        assert best(map(groups.members, range(len(groups))), named(snapshot, circle)) >= 0.8


def test_partners_share_more_than_their_names_cost(tmp_path):
    rows = honest(1, users=300, items=200) + paid("job", [f"r{n}" for n in range(8)], 5, 3)
    log = read_log(snapshot_of(tmp_path, rows))
    deals, n = log.deals, log.snapshot.n_users
    price = 2 * np.log(n)
    ptr, partner = coaction._partners(
        deals.ptr, deals.target, deals.target_ptr, deals.target_user, 0, deals.n_plain, price
    )
    taken = [set(deals.target[deals.ptr[v] : deals.ptr[v + 1]].tolist()) for v in range(n)]
    size = np.diff(deals.target_ptr)
    for v in range(n):
        expected = {
            u
            for u in range(n)
            if u != v
            and sum(
                np.log(n / size[x])
                for x in taken[u] & taken[v]
                if size[x] <= coaction.HUB_CUSTOMERS and x < deals.n_plain
            )
            > price
        }
        assert set(partner[ptr[v] : ptr[v + 1]].tolist()) == expected


def test_a_log_of_one_circle_alone_is_borne(tmp_path):
    rows = [order(f"r{n}", item * DAY, f"i{item}") for n in range(8) for item in range(9)]
    assert list(coaction.circles(read_log(snapshot_of(tmp_path, rows)))) == []


def test_few_who_send_back_meet_where_their_orders_are_thin(tmp_path):
    draw = np.random.default_rng(4)
    rows = honest(1)
    for member in range(12):
        things = draw.choice(9, 2, replace=False)
        placed = [
            order(f"r{member}", int(draw.integers(20 * DAY)), f"i{300 + thing}") for thing in things
        ]
        rows += placed[:1] + returned(placed[1:])
        rows += [order(f"r{member}", 21 * DAY, f"i{400 + member}", ip=f"ip_op{member % 3}")]
    snapshot = snapshot_of(tmp_path, rows)
    assert best(by_rare_acts(read_log(snapshot)), codes_of(snapshot, "r")) >= 0.6
