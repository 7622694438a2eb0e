"""The alert line, and what brings a ring below it."""

import numpy as np
import pytest
from stories import honest, lockstep, snapshot_of
from test_clearing import apart, farm, named
from test_membership import codes_of

from ringfinder.detect.hybrid import Hybrid
from ringfinder.features.groups import Groups
from ringfinder.rings.alerts import count_alerts, is_alert, steps_below
from ringfinder.rings.channels.protocol import read_log
from ringfinder.rings.clearing import Told, clearing, clearings
from ringfinder.rings.evidence import inspect
from ringfinder.rings.score import head_inputs
from ringfinder.rings.statistics import describe
from ringfinder.rings.weighing import scratch

LIST = np.array([0.99, 0.95, 0.9, 0.7, 0.6, 0.2], np.float32)


def test_a_ring_with_its_own_score_stands_where_it_stood():
    alerts = count_alerts(LIST)
    assert 0 < alerts < len(LIST)
    for place, own in enumerate(LIST):
        assert is_alert(LIST, place, own) == (place < alerts)


def test_a_ring_that_falls_is_no_alert_from_some_score_on():
    line = [is_alert(LIST, 0, np.float32(score)) for score in np.linspace(0, 1, 101)]
    assert line == sorted(line)
    assert 0 < sum(line) < len(line)


def test_the_first_step_below_the_line_is_told():
    falling = {0: [0.99, 0.8, 0.1, 0.0], 1: [0.95, 0.9], 2: [0.3, 0.1], 4: [0.6, 0.5, 0.01]}
    steps = [np.array(scores, np.float32)[:, None] for scores in falling.values()]
    told = steps_below(LIST, list(falling), steps, lambda table: table[:, 0])
    below = [
        [count for count, one in enumerate(scores) if not is_alert(LIST, place, np.float32(one))]
        for place, scores in falling.items()
    ]
    assert [found[0] if found and found[0] else None for found in below] == told
    assert told[0] == 2
    assert told[1] is None, "no step is enough"
    assert told[2] is None, "a verdict holds it above the line, not what it shares"
    assert steps_below(LIST, [], [], lambda table: table[:, 0]) == []


@pytest.mark.parametrize("ring", [lockstep("r", 18, 6, (4, 9, 17)), farm()])
def test_the_ring_is_an_alert_until_the_things_are_taken_out_of_the_log(tmp_path, shipped, ring):
    hybrid, rows, line = Hybrid.load(shipped), honest(1) + ring, np.array([0.9], np.float32)
    lift = np.float32(1)

    def judge(snapshot):
        return lambda table: lift * hybrid.judge(head_inputs(table, snapshot.n_users))

    def anew(place, some):
        """The score of the group in a log without some of the things."""
        snapshot = snapshot_of(tmp_path / place, apart(rows, some))
        log, one = read_log(snapshot), np.zeros(1, np.int64)
        cells = scratch(log.deals, log.idents)
        members = Groups.of([codes_of(snapshot, "r")])
        table = describe(snapshot, members, [one], one, log.deals, log.idents, cells)
        return judge(snapshot)(table)[0]

    lift = line[0] / anew("as it is", [])  # whatever the head says of so small a log
    whole = snapshot_of(tmp_path / "whole", rows)
    log, members = read_log(whole), codes_of(whole, "r")
    cells = scratch(log.deals, log.idents)
    told = Told(members, inspect(log, members, cells), channels=1)
    found = clearings(log, [told], line, 1, judge(whole), cells)[0]
    assert found.alert
    things = named(whole, found.things)
    assert is_alert(line, 0, anew("some", things[:-1]))
    assert not is_alert(line, 0, anew("left", things))
    to_chance = clearing(log, told.dossier, len(members))
    assert found.things == to_chance.things[: len(found.things)]
    assert clearings(log, [told], line, 1, None, cells) == [to_chance]
    assert clearings(log, [told], line, 0, judge(whole), cells) == [to_chance]
