"""Browsing as a deal: which of it is told, that it is found, and that it leaves trade alone."""

import numpy as np
import pytest
from stories import DAY, HOUR, honest, lockstep, order, snapshot_of
from test_membership import codes_of, jaccard

from ringfinder.features.load import ids
from ringfinder.rings.browsing import BURSTINESS, CROWD, SLOT, telling
from ringfinder.rings.channels.protocol import read_log
from ringfinder.rings.deals import FAMILIES
from ringfinder.rings.evidence import inspect
from ringfinder.rings.find import find_groups
from ringfinder.rings.statistics import STATISTICS
from ringfinder.rings.weighing import scratch
from ringfinder.vocabulary import ACTIONS, BROWSING


def looks(seed, users=1_500, items=500):
    """Everybody looks at some things at any time."""
    draw = np.random.default_rng(seed)
    return [
        order(f"h{user}", int(draw.integers(28 * 24 * HOUR)), f"i{item}", action="view")
        for user in range(users)
        for item in draw.integers(0, items, 6)
    ]


def oracle(user, target, ts, trades):
    """Row by row, as the definition says."""
    rows = np.flatnonzero(~trades & (target >= 0))
    span = max(SLOT, int(ts[-1] - ts[0]))
    usual = {x: BURSTINESS * SLOT / span * int((target[rows] == x).sum()) for x in set(target)}
    told = []
    for row in rows:
        crowd = 0
        for shift in (0, SLOT // 2):
            slot = (ts - ts[0] + shift) // SLOT
            there = [r for r in rows if target[r] == target[row] and slot[r] == slot[row]]
            looked = [user[r] for r in there]
            crowd = max(crowd, sum(a != b for a, b in zip(looked, [None, *looked], strict=False)))
        never = not (trades & (target >= 0) & (user == user[row])).any()
        bought = (trades & (user == user[row]) & (target == target[row])).any()
        if (never or crowd >= max(CROWD, usual[target[row]])) and not bought:
            told.append(int(row))
    return told


@pytest.mark.parametrize("seed", range(4))
def test_told_is_who_never_trades_and_who_looks_in_a_sudden_crowd(seed):
    draw = np.random.default_rng(seed)
    n = 400
    user, target = draw.integers(0, 60, n).astype(np.int32), draw.integers(-1, 15, n)
    ts = draw.integers(0, 10 * DAY, n)
    user[:12], target[:12], ts[:12] = np.arange(12), 3, 5 * DAY + np.arange(12) * HOUR // 6
    order_of = np.argsort(ts, kind="stable")
    user, target, ts = user[order_of], target[order_of].astype(np.int32), ts[order_of]
    trades = draw.random(n) < 0.1
    trades[(target == 3) & (user < 12)] = False
    told = np.flatnonzero(telling(user, target, ts, trades, 60, 15)).tolist()
    assert told == oracle(user, target, ts, trades)
    traders = np.unique(user[trades])
    assert 0 < np.isin(user[told], traders).sum() < len(told)


def test_nothing_is_told_of_a_log_without_browsing():
    user, ts = np.zeros(3, np.int32), np.arange(3)
    assert not telling(user, user, ts, np.ones(3, np.bool_), 1, 1).any()


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("new", [True, False])
def test_whatever_a_ring_does_in_step_it_is_among_the_candidates(tmp_path, action, new):
    """Accounts that do nothing else, and accounts with a life of trade beside it."""
    ring = [row | {"action": action} for row in lockstep("r", 25, 6, (4, 9, 17))]
    if not new:
        ring = [row | {"user_id": f"h{str(row['user_id'])[1:]}"} for row in ring]
    snapshot = snapshot_of(tmp_path, honest(1) + looks(2) + ring)
    found = find_groups(snapshot)
    members = (
        codes_of(snapshot, "r")
        if new
        else np.flatnonzero(np.isin(ids(snapshot, "user"), [f"h{n}" for n in range(25)]))
    )
    overlap = [jaccard(found.groups.members(g), members) for g in range(len(found.groups))]
    best = int(np.argmax(overlap))
    assert overlap[best] >= 0.9
    assert found.statistics[best, list(STATISTICS).index("net_nats")] > 0


def test_evidence_says_what_was_browsed_and_cites_it(tmp_path):
    ring = [row | {"action": "cart"} for row in lockstep("r", 25, 6, (4, 9, 17))]
    snapshot = snapshot_of(tmp_path, honest(1) + looks(2) + ring)
    log = read_log(snapshot)
    dossier = inspect(log, codes_of(snapshot, "r"), scratch(log.deals, log.idents))
    assert {FAMILIES[one.family] for one in dossier.targets} == {"browse"}
    assert dossier.deals[0] == 0
    browsing = [ACTIONS.index(name) for name in BROWSING]
    for one in dossier.targets:
        assert len(one.rows) > 0
        assert np.isin(np.asarray(snapshot.events.action)[one.rows], browsing).all()


def test_browsing_leaves_the_evidence_of_trade_as_it_is(tmp_path):
    rows = honest(1) + lockstep("r", 18, 6, (4, 9, 17))
    members = [f"r{n}" for n in range(18)]
    passers_by = [row | {"user_id": f"b{row['user_id']}"} for row in looks(2, users=300)]
    told = []
    for place, more in (("bare", []), ("browsed", looks(3) + passers_by)):
        log = read_log(snapshot_of(tmp_path / place, rows + more))
        assert (log.deals.totals[1] > 0) == bool(more)
        names = ids(log.snapshot, "user")
        codes = np.flatnonzero(np.isin(names, members)).astype(np.int32)
        dossier = inspect(log, codes, scratch(log.deals, log.idents))
        items = ids(log.snapshot, "item")
        told.append(
            {items[one.code]: (one.expected, one.time_nats, one.in_step) for one in dossier.targets}
        )
    assert told[0]
    assert told[0] == told[1]
