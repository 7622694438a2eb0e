"""The contract of every peer; a new row of the table is tested by being there."""

import numpy as np
import pytest
from peer_logs import COLUMNS, DAY, RING, START, event, market, ring, write

from ringfinder.evaluate.peers.__main__ import main
from ringfinder.evaluate.peers.log import read_log
from ringfinder.evaluate.peers.protocol import MOST_GROUPS
from ringfinder.evaluate.peers.registry import PEERS, load, missing
from ringfinder.evaluate.reported import read_groups


@pytest.fixture(params=PEERS)
def peer(request):
    lacking = missing(request.param)
    if lacking:
        pytest.skip(f"{request.param} needs {', '.join(lacking)}")
    return load(request.param)


def named(log, groups):
    return [frozenset(log.users.take(group).to_pylist()) for group in groups]


def jaccard(one, other):
    return len(one & other) / len(one | other)


def is_sound(log, groups):
    assert len(groups) <= MOST_GROUPS
    for group in groups:
        assert group.dtype == np.int64
        assert len(group) >= 4
        assert (np.diff(group) > 0).all()
        assert group[0] >= 0
        assert group[-1] < len(log.users)


def test_it_finds_a_blatant_ring_among_its_first_groups(peer, log_of):
    log = log_of(market() + ring())
    groups = peer.groups(log)
    is_sound(log, groups)
    assert max(jaccard(RING, group) for group in named(log, groups)[:3]) >= 0.8


def test_hubs_hide_no_ring(peer, log_of):
    users = [f"user{user}" for user in range(120)] + sorted(RING)
    visits = [
        event(user, START + place * DAY // 40, "bestseller", "mall", "kiosk", "carrier")
        for place, user in enumerate(users * 3)
    ]
    log = log_of(market() + ring() + visits)
    groups = named(log, peer.groups(log))
    assert max(jaccard(RING, group) for group in groups[:3]) >= 0.8


def test_shuffled_rows_change_nothing(peer, log_of):
    rows = market() + ring()
    log = log_of(rows)
    other = log_of([rows[place] for place in np.random.default_rng(3).permutation(len(rows))])
    assert named(other, peer.groups(other)) == named(log, peer.groups(log))


def test_new_names_change_nothing_else(peer, log_of):
    rows = market() + ring()
    log = log_of(rows)
    known = {row[name] for row in rows for name in COLUMNS[1:] if name != "action"}
    new = dict(zip(sorted(known), sorted(known, key=lambda name: name[::-1]), strict=True))
    renamed = [
        {name: new.get(value, value) if name != "action" else value for name, value in row.items()}
        for row in rows
    ]
    other = log_of(renamed)
    before = [{new[user] for user in group} for group in named(log, peer.groups(log))]
    assert named(other, peer.groups(other)) == before


def test_of_many_rings_it_reports_the_most_allowed(peer, log_of):
    rows = [
        row
        for number in range(220)
        for row in ring(
            seed=number, name=f"ring{number}-", start=START + number * DAY // 10, size=5
        )
    ]
    log = log_of(rows)
    is_sound(log, peer.groups(log))


BARE = [
    pytest.param([], COLUMNS, id="empty"),
    pytest.param(ring()[:1], COLUMNS, id="one row"),
    pytest.param([row for row in ring() if row["user_id"] == "ring1"], COLUMNS, id="one user"),
    pytest.param([{**row, "item_id": "x"} for row in ring()], COLUMNS, id="one item"),
    pytest.param(market() + ring(), ("ts", "user_id"), id="only users"),
    pytest.param(market() + ring(), ("ts", "user_id", "ip"), id="only ips"),
    pytest.param(market() + ring(), ("ts", "user_id", "device_id"), id="only devices"),
    pytest.param(
        [dict.fromkeys(COLUMNS) | {"ts": n, "user_id": f"u{n}"} for n in range(9)],
        COLUMNS,
        id="all null",
    ),
    pytest.param([dict.fromkeys(COLUMNS)] * 5, COLUMNS, id="not even users"),
]


@pytest.mark.parametrize(("rows", "columns"), BARE)
def test_it_bears_a_log_with_little_in_it(peer, log_of, rows, columns):
    log = log_of(rows, columns)
    is_sound(log, peer.groups(log))


def test_where_no_item_is_named_the_seller_is_the_item(peer, log_of):
    rows = [{**row, "item_id": None, "seller_id": row["item_id"]} for row in market() + ring()]
    items, sellers = log_of(market() + ring()), log_of(rows)
    assert named(sellers, peer.groups(sellers)) == named(items, peer.groups(items))


@pytest.mark.parametrize("name", PEERS)
def test_run_as_a_command_it_writes_the_same_bytes_twice(name, tmp_path):
    if missing(name):
        pytest.skip(f"{name} needs {', '.join(missing(name))}")
    events = write(market() + ring(), tmp_path / "events.parquet")
    for out in ("one.jsonl", "two.jsonl"):
        assert main([name, str(events), str(tmp_path / out)]) == 0
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    log = read_log(events)
    reported = [group.members for group in read_groups(tmp_path / "one.jsonl")]
    assert reported == named(log, load(name).groups(log))
