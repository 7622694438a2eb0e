"""Repeat bursts against a loop that follows the definition."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_logs import EPOCH, HOUR, snapshot_of, table_of

from ringfinder.features.coded_events import CodedEvents
from ringfinder.features.repeats import FEWEST, SPAN, bursts_of_user, repeat_bursts


def log_of(rows):
    """Coded events of (user, item or None, seller, hours) orders."""
    rows = sorted(rows, key=lambda row: row[3])
    user = np.array([row[0] for row in rows], np.int32)
    return CodedEvents(
        ts=np.array([EPOCH + int(row[3] * HOUR) for row in rows], np.int64),
        user=user,
        action=np.full(len(rows), 3, np.int8),
        entity={
            "item": np.array([-1 if row[1] is None else row[1] for row in rows], np.int32),
            "seller": np.array([row[2] for row in rows], np.int32),
        },
        amount=np.zeros(len(rows), np.int64),
        by_user=np.argsort(user, kind="stable"),
        user_ptr=np.searchsorted(np.sort(user), np.arange(61)),
    )


orders = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.one_of(st.none(), st.integers(0, 2)),
        st.integers(0, 1),
        st.integers(0, 80).map(lambda n: n / 4),
    ),
    max_size=60,
)


@given(orders)
@settings(max_examples=60, deadline=None)
def test_bursts_are_what_a_loop_finds(rows):
    found = repeat_bursts(log_of(rows))
    times = defaultdict(list)
    traffic = defaultdict(list)
    for user, item, seller, hours in rows:
        target = (item is None, seller if item is None else item)
        times[user, target].append(EPOCH + int(hours * HOUR))
        traffic[target].append(EPOCH + int(hours * HOUR))
    best = {
        pair: max((sum(t <= other < t + SPAN for other in ts), -t) for t in ts)
        for pair, ts in times.items()
    }
    sizes = Counter(count for count, _ in best.values())
    wanted = {}
    for (user, target), (count, minus) in best.items():
        if count >= FEWEST:
            around = sum(-minus <= t < -minus + SPAN for t in traffic[target])
            rarer = sum(n for size, n in sizes.items() if size >= count)
            wanted[user, target] = (count, -minus, count / around, -np.log(rarer / len(best)))
    got = {
        (int(u), (bool(s), int(c))): (int(n), int(t), float(share), float(nats))
        for u, s, c, n, t, share, nats in zip(
            found.user,
            found.of_seller,
            found.code,
            found.count,
            found.start,
            found.share,
            found.nats,
            strict=True,
        )
    }
    assert got.keys() == wanted.keys()
    for pair, figures in wanted.items():
        assert got[pair] == pytest.approx(figures)
    alone = {
        (user, (one.kind == "seller", one.code)): (one.count, one.start, one.count / one.traffic)
        for user in range(4)
        for one in bursts_of_user(log_of(rows), user)
    }
    assert alone == {pair: pytest.approx(figures[:3]) for pair, figures in wanted.items()}


def test_one_buyer_who_is_a_shops_whole_traffic_is_stronger_than_one_in_a_crowd(tmp_path):
    quiet = [(0, None, 0, n / 10) for n in range(5)]
    busy = [(1, None, 1, n / 10) for n in range(5)]
    crowd = [(user, None, 1, 0.1) for user in range(2, 60)]
    strength = repeat_bursts(log_of(quiet + busy + crowd)).strength(60)
    assert strength[0] > strength[1] > 0
    assert not strength[2:].any()
    assert strength.max() < 1


def test_two_orders_are_no_burst_and_other_actions_do_not_count(tmp_path):
    rows = [{"user": "u", "ts": EPOCH + n, "item": "i", "action": "view"} for n in range(9)]
    rows += [{"user": "u", "ts": EPOCH + 20 + n, "item": "i"} for n in range(2)]
    assert not len(repeat_bursts(snapshot_of(table_of(rows), tmp_path / "s").events).user)
