"""The contract of every channel; a new row of the table is tested by being there."""

from importlib import import_module

import numpy as np
import pytest
from stories import order, snapshot_of

from ringfinder.rings.channels.protocol import read_log
from ringfinder.rings.channels.registry import CHANNELS, propose
from ringfinder.rings.find import find_groups


def channel(name):
    module, function = CHANNELS[name].split(":")
    return getattr(import_module(module), function)


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_proposes_distinct_known_users_the_same_each_time(market_town, name):
    log = read_log(market_town)
    once, twice = list(channel(name)(log)), list(channel(name)(log))
    assert [g.tolist() for g in once] == [g.tolist() for g in twice]
    assert once, "the town leaves this channel no trace, so nothing is tested"
    for group in once:
        assert len(np.unique(group)) == len(group) >= 4
        assert group.min() >= 0
        assert group.max() < market_town.n_users


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_bears_an_empty_and_a_lonely_log(tmp_path, name):
    for place, rows in (
        ("one", [order("u", 0, "i")]),
        ("bare", [{"ts": 1, "user_id": "u", "ip": "x"}]),
    ):
        log = read_log(snapshot_of(tmp_path / place, rows))
        assert list(channel(name)(log)) == []


def test_a_lonely_log_holds_no_groups(tmp_path):
    found = find_groups(snapshot_of(tmp_path, [order("u", 0, "i")]))
    assert len(found.groups) == 0
    assert found.statistics.shape[0] == 0


def test_both_rings_are_among_the_candidates(town):
    from test_membership import codes_of, jaccard  # noqa: PLC0415

    groups, of_channel = propose(read_log(town))
    assert len(of_channel) == len(groups)
    for prefix in ("r", "q"):
        ring = codes_of(town, prefix)
        assert max(jaccard(groups.members(g), ring) for g in range(len(groups))) >= 0.9
