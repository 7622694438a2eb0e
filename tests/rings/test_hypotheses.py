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
from ringfinder.rings.habits import HABITS
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


def test_a_whole_flash_sale_is_one(tmp_path):
    draw = np.random.default_rng(0)
    sale = [order(f"new{user}", 12 * DAY + int(draw.integers(HOUR)), "sale") for user in range(80)]
    snapshot = snapshot_of(tmp_path, honest(3) + sale)
    checks = verdicts(snapshot, codes_of(snapshot, "new"))
    assert checks["flash sale"].verdict == "supported"


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


QUIET = dict.fromkeys(STATISTICS, 0.0)
"""Figures of a group that shares nothing."""

CROWDS = {
    "open crowd": {"size": 40, "targets": 3, "near40": 2},
    "friends buying together": {"size": 6, "time_per_deal": 3, "occasions": 1},
    "fan club or hobby": {"size": 40, "targets": 30, "density": 0.2},
    "shared home, cafe or network": {"places_cover": 0.5, "target_nats": 2},
    "one taste": {"lift": 3.0},
    "bundle, recipe or list": {"visits": 0.9, "targets": 6},
    "flash sale": {"size": 80, "time_per_deal": 3, "targets": 1, "occasions": 1},
    "live-stream drop": {"size": 90, "targets": 14, "density": 0.15, "occasions": 1},
    "group buying": {"size": 6, "time_per_deal": 3, "targets": 2, "density": 0.9, "occasions": 2},
    "new-user campaign": {"size": 90, "birth_nats": 2, "targets": 1},
    "family": {"size": 4, "places_cover": 1, "top_place_cover": 1, "target_nats": 1},
    "office or dormitory": {
        "size": 40,
        "places_cover": 1,
        "top_place_cover": 0.9,
        "top_place_life": 1,
    },
    "carrier network": {"size": 50, "places_cover": 0.8, "exclusivity": 0.1, "target_nats": 9},
    "cafe or kiosk": {"size": 50, "things_cover": 0.9, "top_place_cover": 1, "target_nats": 0.5},
    "travel agent": {"size": 9, "things_cover": 1, "top_place_cover": 1, "deals_each": 1.2},
    "company purchasing": {
        "returns": 0.3,
        "places_cover": 1,
        "top_place_cover": 0.8,
        "top_place_life": 0.9,
    },
    "reseller": {"returns": 0.3, "size": 6, "things_cover": 1},
    "regulars of a shop": {"returns": 0.3, "span": 0.9, "sellers": 1, "targets": 9},
}
AGAINST = {
    "open crowd": {"near40": 0.1},
    "friends buying together": {"occasions": 4},
    "fan club or hobby": {"time_per_deal": 2},
    "shared home, cafe or network": {"target_nats": 25},
    "one taste": {"lift": 1.0},
    "bundle, recipe or list": {"places_cover": 0.8},
    "flash sale": {"occasions": 6},
    "live-stream drop": {"density": 0.6},
    "group buying": {"size": 30},
    "new-user campaign": {"things_cover": 0.9},
    "family": {"target_nats": 25},
    "office or dormitory": {"top_place_life": 0.1},
    "carrier network": {"exclusivity": 1.0},
    "cafe or kiosk": {"target_nats": 25},
    "travel agent": {"deals_each": 5},
    "company purchasing": {"returns": 0.0},
    "reseller": {"size": 30},
    "regulars of a shop": {"sellers": 7},
}
"""The one figure that speaks against it."""


def test_every_explanation_has_its_crowd():
    assert set(CROWDS) == set(AGAINST) == {check.hypothesis for check in check_all(QUIET)}


@pytest.mark.parametrize("name", sorted(CROWDS))
def test_one_figure_decides_between_a_crowd_and_a_ring(name):
    def told(figures):
        return next(check for check in check_all(figures) if check.hypothesis == name)

    crowd = QUIET | CROWDS[name]
    assert told(crowd).verdict == "supported"
    assert told(crowd | AGAINST[name]).verdict == "ruled out"


@given(st.lists(st.floats(0, 500), min_size=len(STATISTICS), max_size=len(STATISTICS)))
def test_any_numbers_give_a_verdict_in_words(values):
    numbers = dict(zip(STATISTICS, values, strict=True))
    checks = check_all(numbers) + check_all(numbers | dict.fromkeys(HABITS, values[0]))
    for check in checks:
        assert check.verdict in ("supported", "ruled out", "not tested")
        assert (check.value is None) == (check.verdict == "not tested")
        assert check.text
    assert len({check.hypothesis for check in checks}) == len(checks) / 2 == len(HYPOTHESES)


@pytest.mark.parametrize("reference", HYPOTHESES)
def test_a_hypothesis_says_what_it_is(reference):
    from importlib import import_module  # noqa: PLC0415

    module, name = reference.split(":")
    assert getattr(import_module(module), name).__doc__
