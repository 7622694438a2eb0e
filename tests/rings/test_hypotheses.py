"""Innocent explanations: each is supported by its own crowd and ruled out for a ring."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stories import DAY, HOUR, honest, live_stream, order, snapshot_of
from test_membership import codes_of
from test_rings_found import group_like

from ringfinder.features.groups import Groups
from ringfinder.features.load import code_of
from ringfinder.rings.channels.protocol import read_log
from ringfinder.rings.hypotheses.registry import HYPOTHESES, check_all
from ringfinder.rings.score import figures
from ringfinder.rings.statistics import STATISTICS, describe
from ringfinder.rings.weighing import scratch


def verdicts(snapshot, codes):
    log = read_log(snapshot)
    cells = scratch(log.deals, log.idents)
    table = describe(
        snapshot,
        Groups.of([codes]),
        [np.zeros(1, np.int64)],
        np.zeros(1, np.int64),
        log.deals,
        log.idents,
        cells,
    )
    return {check.hypothesis: check for check in check_all(figures(table, 0))}


def test_every_explanation_is_ruled_out_or_untested_for_a_ring(town, found):
    for prefix in ("r", "q"):
        checks = check_all(figures(found.statistics, group_like(found, codes_of(town, prefix))))
        assert len(checks) == len(HYPOTHESES)
        assert not [check for check in checks if check.verdict == "supported"]
        closure = next(check for check in checks if check.hypothesis == "open crowd")
        assert closure.verdict == "ruled out"
        assert closure.value == 0.0


def test_part_of_a_live_audience_is_an_open_crowd(tmp_path):
    snapshot = snapshot_of(tmp_path, honest(2) + live_stream(300, items=4, share=0.6))
    host = code_of(snapshot, "seller", "s_host")
    audience = np.unique(snapshot.events.user[np.asarray(snapshot.events.entity["seller"]) == host])
    checks = verdicts(snapshot, audience[:40].astype(np.int32))
    assert checks["open crowd"].verdict == "supported"
    assert checks["open crowd"].value > 1


def test_a_whole_flash_sale_is_a_crowd_event(tmp_path):
    draw = np.random.default_rng(0)
    sale = [order(f"new{user}", 12 * DAY + int(draw.integers(HOUR)), "sale") for user in range(80)]
    snapshot = snapshot_of(tmp_path, honest(3) + sale)
    checks = verdicts(snapshot, codes_of(snapshot, "new"))
    assert checks["flash sale or live stream"].verdict == "supported"


def test_friends_are_few_and_act_once(tmp_path):
    meal = [
        order(f"f{user}", 5 * DAY + user * HOUR // 10, item)
        for user in range(6)
        for item in ("cake", "tea", "cup")
    ]
    snapshot = snapshot_of(tmp_path, honest(5) + meal)
    checks = verdicts(snapshot, codes_of(snapshot, "f"))
    assert checks["friends buying together"].verdict == "supported"


def test_people_at_one_place_who_buy_different_things_share_a_place(tmp_path):
    cafe = [
        order(
            f"c{user}", day * DAY + user * HOUR // 4, f"i{(user * 31 + day * 7) % 500}", ip="cafe"
        )
        for user in range(15)
        for day in range(0, 28, 5)
    ]
    snapshot = snapshot_of(tmp_path, honest(6) + cafe)
    checks = verdicts(snapshot, codes_of(snapshot, "c"))
    assert checks["shared home, cafe or network"].verdict == "supported"
    assert checks["office or dormitory"].verdict == "supported"


@given(st.lists(st.floats(0, 500), min_size=len(STATISTICS), max_size=len(STATISTICS)))
def test_any_figures_give_a_verdict_in_words(values):
    checks = check_all(dict(zip(STATISTICS, values, strict=True)))
    for check in checks:
        assert check.verdict in ("supported", "ruled out", "not tested")
        assert (check.value is None) == (check.verdict == "not tested")
        assert check.text
    assert len({check.hypothesis for check in checks}) == len(checks)


@pytest.mark.parametrize("reference", HYPOTHESES)
def test_a_hypothesis_says_what_it_is(reference):
    from importlib import import_module  # noqa: PLC0415

    module, name = reference.split(":")
    assert getattr(import_module(module), name).__doc__
