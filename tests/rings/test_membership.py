import numpy as np
import pytest
from stories import honest, lockstep, snapshot_of

from ringfinder.features.groups import Groups
from ringfinder.features.load import ids
from ringfinder.rings.channels.protocol import read_log
from ringfinder.rings.membership import MIN_MEMBERS, settle
from ringfinder.rings.weighing import scratch


def codes_of(snapshot, prefix):
    return np.array(
        [i for i, name in enumerate(ids(snapshot, "user")) if name.startswith(prefix)], np.int32
    )


def jaccard(one, two):
    return len(np.intersect1d(one, two)) / len(np.union1d(one, two))


@pytest.mark.parametrize("kept", [0.5, 0.75, 1.0])
def test_a_rough_candidate_settles_on_the_whole_ring(town, kept):
    log = read_log(town)
    ring = codes_of(town, "r")
    strangers = codes_of(town, "h")[:6]
    rough = np.concatenate([ring[: round(kept * len(ring))], strangers])
    groups, origins = settle(Groups.of([rough]), log.deals, log.idents, scratch(*log[1:]))
    assert len(groups) == 1
    assert jaccard(groups.members(0), ring) >= 0.9
    assert origins[0].tolist() == [0]


def test_strangers_settle_on_nothing(town):
    log = read_log(town)
    draw = np.random.default_rng(5)
    strangers = codes_of(town, "h")
    rough = [draw.choice(strangers, 20, replace=False) for _ in range(20)]
    groups, _ = settle(Groups.of(rough), log.deals, log.idents, scratch(*log[1:]))
    assert all(size >= MIN_MEMBERS for size in groups.sizes)
    assert len(groups) <= 2


def test_candidates_that_agree_are_listed_once(town):
    log = read_log(town)
    ring = codes_of(town, "q")
    rough = Groups.of([ring, ring[2:], ring[:-3]])
    groups, origins = settle(rough, log.deals, log.idents, scratch(*log[1:]))
    assert len(groups) == 1
    assert origins[0].tolist() == [0, 1, 2]


def test_a_slow_ring_without_shared_hours_is_whole(tmp_path):
    rows = honest(4)
    slow = [
        row | {"ts": int(row["ts"]) + (i * 7_919 % 600) * 3_600_000_000}
        for i, row in enumerate(lockstep("z", 15, 9, (0,), seed=2))
    ]
    snapshot = snapshot_of(tmp_path, rows + slow)
    log = read_log(snapshot)
    ring = codes_of(snapshot, "z")
    groups, _ = settle(Groups.of([ring[:9]]), log.deals, log.idents, scratch(*log[1:]))
    assert jaccard(groups.members(0), ring) >= 0.9
