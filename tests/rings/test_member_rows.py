"""Rows of members' events at some entities, against a search of all events."""

import numpy as np
import pytest
from stories import DAY, honest, order, snapshot_of

from ringfinder.features.load import code_of
from ringfinder.rings.member_rows import rows_at


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    rows = honest(1)
    rows += [order(f"m{n % 5}", n * DAY // 4, f"i{n % 7}", ip=f"p{n % 3}") for n in range(60)]
    return snapshot_of(tmp_path_factory.mktemp("rows"), rows)


@pytest.mark.parametrize("kind", ["item", "seller", "device", "ip"])
def test_they_are_those_that_a_search_of_all_events_finds(snapshot, kind):
    events = snapshot.events
    members = np.array([code_of(snapshot, "user", f"m{n}") for n in range(4)], np.int32)
    column = np.asarray(events.entity[kind])
    inside = np.isin(events.user, members)
    for codes in (column[inside & (column >= 0)][:1], np.unique(column[column >= 0])[::2], []):
        wanted = np.flatnonzero(inside & np.isin(column, codes))
        np.testing.assert_array_equal(rows_at(snapshot, members, kind, codes), wanted)


def test_nobody_has_no_rows(snapshot):
    assert not len(rows_at(snapshot, np.empty(0, np.int32), "item", [0]))
