"""Groups that several threads work on come out as from one."""

import numpy as np
import pytest

from ringfinder.features.groups import Groups
from ringfinder.rings import threads
from ringfinder.rings.channels import registry
from ringfinder.rings.channels.protocol import read_log
from ringfinder.rings.find import find_groups
from ringfinder.rings.threads import PARTS, in_parts
from ringfinder.rings.weighing import scratch


def set_threads(monkeypatch, count):
    monkeypatch.setattr(threads, "THREADS", count)
    monkeypatch.setattr(registry, "THREADS", count)


def test_one_thread_and_several_find_the_same(market_town, monkeypatch):
    found = {}
    for count in (1, 2, 3):
        set_threads(monkeypatch, count)
        found[count] = find_groups(market_town)
    one = found[1]
    for other in (found[2], found[3]):
        assert other.groups.ptr.tolist() == one.groups.ptr.tolist()
        assert other.groups.user.tobytes() == one.groups.user.tobytes()
        assert other.statistics.tobytes() == one.statistics.tobytes()
        assert other.channels == one.channels


@pytest.mark.parametrize("sizes", [[], [0, 0], [3], [1] * 100, [500, *[4] * 40, 0, 0], [4, 9000]])
def test_parts_cover_every_group_once_in_order(town, sizes):
    log = read_log(town)
    groups = Groups.of(np.arange(n, dtype=np.int32) for n in sizes)
    cells = scratch(log.deals, log.idents)
    runs = in_parts(groups, cells, lambda first, last, _: list(range(first, last)))
    assert len(runs) == PARTS
    assert [g for run in runs for g in run] == list(range(len(sizes)))


def test_each_thread_has_scratch_of_its_own_and_errors_come_out(town):
    log = read_log(town)
    cells = scratch(log.deals, log.idents)
    groups = Groups.of(np.arange(4, dtype=np.int32) for _ in range(64))

    def mark(first, last, own):
        assert not own.inside.any()
        own.inside[:] = True
        for _ in range(1000):
            assert own.inside.sum() == len(own.inside)
        own.inside[:] = False
        if first <= 40 < last:
            raise LookupError("group 40")

    with pytest.raises(LookupError, match="group 40"):
        in_parts(groups, cells, mark)
