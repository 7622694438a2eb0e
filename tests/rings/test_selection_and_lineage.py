import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ringfinder.features.groups import Groups
from ringfinder.rings.lineage import (
    NEW_ACCOUNTS,
    NEW_DEVICES,
    RETURNED,
    Past,
    changes,
    follow,
    past,
)
from ringfinder.rings.ring import NEW, Lineage, Ring
from ringfinder.rings.selection import MAX_OVERLAP, select

members = st.sets(st.integers(0, 30), min_size=1, max_size=12)


@given(st.lists(st.tuples(members, st.integers(0, 5)), max_size=20), st.integers(1, 10))
def test_the_list_repeats_no_ring_and_leaves_out_only_repeats(drawn, limit):
    groups = Groups.of(np.array(sorted(users), np.int32) for users, _ in drawn)
    score = np.array([value / 5 for _, value in drawn], np.float32)
    chosen = select(groups, score, np.zeros(len(groups), np.float32), limit)
    sets = [set(groups.members(g).tolist()) for g in range(len(groups))]

    def repeats(one: int, two: int) -> bool:
        return len(sets[one] & sets[two]) > MAX_OVERLAP * min(len(sets[one]), len(sets[two]))

    assert len(chosen) <= limit
    assert [float(score[g]) for g in chosen] == sorted(
        (float(score[g]) for g in chosen), reverse=True
    )
    for place, g in enumerate(chosen):
        assert not any(repeats(g, better) for better in chosen[:place])
    if len(chosen) < limit:
        for g in set(range(len(groups))) - set(chosen):
            assert any(repeats(g, taken) and score[taken] >= score[g] for taken in chosen)


def test_a_whole_stands_for_its_parts_when_it_explains_more_and_is_as_suspicious():
    part, rest, whole = range(8), range(8, 16), range(16)
    groups = Groups.of(np.array(users, np.int32) for users in (part, rest, whole))
    score = np.array([0.96, 0.5, 0.95], np.float32)
    assert select(groups, score, np.array([50, 40, 100], np.float32), 5) == [2]
    # Two rings under one roof: apart they explain more.
    assert select(groups, score, np.array([80, 70, 100], np.float32), 5) == [0, 1]
    # A crowd around a ring is far less suspicious.
    far = np.array([0.96, 0.5, 0.3], np.float32)
    assert select(groups, far, np.array([50, 40, 100], np.float32), 5) == [0, 1]


def test_a_group_of_several_rings_gives_way_to_its_disjoint_parts():
    both, one, two, within = range(20), range(10), range(10, 20), range(4)
    groups = Groups.of(np.array(users, np.int32) for users in (both, one, two, within))
    score = np.array([0.99, 0.9, 0.6, 0.98], np.float32)
    # The first to be told is the group of both, and together the parts save more.
    assert select(groups, score, np.array([100, 70, 60, 20], np.float32), 5) == [1, 2]
    assert select(groups, score, np.array([100, 50, 40, 20], np.float32), 5) == [0]
    # A part alone does not stand for others who save nearly as much a member.
    lonely = np.array([0.99, 0.9, 1e-8, 0.98], np.float32)
    assert select(groups, lonely, np.array([100, 70, 60, 20], np.float32), 5) == [0]


def test_the_heaviest_part_may_be_nearly_all_and_still_leaves_room_for_two():
    both, most, one, two = range(20), range(18), range(10), range(10, 20)
    groups = Groups.of(np.array(users, np.int32) for users in (both, most, one, two))
    score = np.array([0.99, 0.8, 0.9, 0.6], np.float32)
    assert select(groups, score, np.array([100, 95, 70, 60], np.float32), 5) == [2, 3]
    # Hardly more than the whole is not enough.
    assert select(groups, score, np.array([100, 95, 53, 50], np.float32), 5) == [0]


def test_a_core_stands_for_the_crowd_around_it():
    crowd, nearer, core = range(40), range(20), range(10)
    groups = Groups.of(np.array(users, np.int32) for users in (crowd, nearer, core))
    score = np.array([0.9, 0.5, 0.4], np.float32)
    # Each of the core saves 20 nats, each other one 3: first those around the nearer, then these.
    assert select(groups, score, np.array([290, 230, 200], np.float32), 5) == [2]
    # Members who save half as much as those of the core belong to it.
    assert select(groups, score, np.array([500, 300, 200], np.float32), 5) == [0]


def test_a_group_that_saves_nothing_keeps_its_place():
    whole, part = range(20), range(5)
    groups = Groups.of(np.array(users, np.int32) for users in (whole, part))
    score = np.array([0.6, 0.1], np.float32)
    assert select(groups, score, np.array([-21, 1], np.float32), 5) == [0]


def ring(name: str, users: str, devices: str = "") -> Ring:
    names = tuple(sorted(users))
    roles = dict.fromkeys(names, "core")
    entities = {"device": tuple(devices), "ip": ("everywhere",), "item": ("i",)}
    return Ring(name, 1, 0.5, False, 0.1, names, roles, (0, 1), entities, {}, (), (), ())


def known(name: str, users: str, devices: str = "") -> dict[str, Past]:
    one = ring(name, users, devices)
    return {name: past(one.members, one.entities)}


def followed(now: dict[str, str], before: dict[str, str]) -> dict[str, Lineage]:
    old = {name: Past(frozenset(users), frozenset()) for name, users in before.items()}
    return {r.ring_id: r.lineage for r in follow([ring(n, u) for n, u in now.items()], old)}


def test_a_ring_is_followed_as_it_changes():
    told = followed({"a": "abcdef"}, {"x": "abcdef"})
    assert told["a"] == Lineage("same", ("x",), 1.0)
    assert followed({"a": "abcdefgh"}, {"x": "abcd"})["a"].status == "grew"
    assert followed({"a": "abc"}, {"x": "abcdef"})["a"].status == "shrank"
    assert followed({"a": "abcdef"}, {"x": "abc", "y": "def"})["a"].status == "merged"
    assert {
        lineage.status for lineage in followed({"a": "abc", "b": "def"}, {"x": "abcdef"}).values()
    } == {"split"}
    assert followed({"a": "abc"}, {"x": "xyz"})["a"] == NEW


def test_a_ring_that_was_gone_returns_with_its_accounts_or_its_devices():
    last, older = known("l", "uvwx", "5"), known("x", "abcdef", "12")
    oldest = known("y", "abcdef", "34")

    def told(one: Ring) -> Lineage:
        return follow([one], last, [older, oldest])[0].lineage

    assert told(ring("a", "abcde", "12")) == Lineage(RETURNED, ("x",), 0.8333)
    assert told(ring("a", "abcdef")) == Lineage(RETURNED, ("x",), 1.0)
    assert told(ring("a", "abcdef", "89")) == Lineage(NEW_DEVICES, ("x",), 1.0)
    assert told(ring("a", "mnop", "4")) == Lineage(NEW_ACCOUNTS, ("y",), 0.0)
    assert told(ring("a", "mnop", "5")) == Lineage(NEW_ACCOUNTS, ("l",), 0.0)
    # An address or an item in common is no trace of the same hands.
    assert told(ring("a", "mnop", "9")) == NEW
    assert follow([ring("a", "abcdef")], {}, [])[0].lineage == NEW
    back = follow([ring("a", "abcdef", "89")], last, [older])
    assert changes(back, last)["returned"] == ["a"]
    assert changes(back, last)["gone"] == ["l"]


def test_what_changed_names_what_is_new_and_gone():
    old = known("x", "abcdef") | known("y", "uvw")
    now = follow([ring("a", "abcdef"), ring("b", "mno")], old)
    told = changes(now, old)
    assert told["new"] == ["b"]
    assert told["gone"] == ["y"]
    assert told["same"] == 1
