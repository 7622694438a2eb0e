"""Which events evidence cites."""

import numpy as np
from stories import DAY, HOUR, honest, lockstep, order, snapshot_of
from test_membership import codes_of

from ringfinder.features.load import ids
from ringfinder.rings.channels.protocol import read_log
from ringfinder.rings.evidence import MAX_EVENTS, inspect
from ringfinder.rings.weighing import scratch

SIZE = 12


def test_every_member_is_cited_once_and_its_part_in_the_ring_before_its_cover(tmp_path):
    farm = [row | {"device_id": "farm"} for row in lockstep("r", SIZE, 6, (4, 9))]
    cover = [
        order(f"r{member}", DAY + member * HOUR + turn, f"i{7 * member + turn}", device_id="farm")
        for member in range(SIZE)
        for turn in range(3)
    ]
    snapshot = snapshot_of(tmp_path, honest(1) + cover + farm)
    log = read_log(snapshot)
    members = codes_of(snapshot, "r")
    found = inspect(log, members, scratch(log.deals, log.idents))
    (device,) = (one for one in found.shared if one.kind == "device")
    items = ids(snapshot, "item")
    for one in found.shared:
        assert len(one.rows) <= MAX_EVENTS
        assert (np.diff(one.rows) > 0).all()
        doers = set(snapshot.events.user[one.rows].tolist())
        assert doers == set(one.members.tolist())
    bought = [items[code] for code in snapshot.events.entity["item"][device.rows].tolist()]
    assert len(bought) == MAX_EVENTS > SIZE
    assert all(name.startswith("r_i") for name in bought)
