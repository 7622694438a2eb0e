import json

import drawn_results
import pytest

from ringfinder.evaluate.benchmark.cells import Facts
from ringfinder.evaluate.benchmark.missed import TRAITS, Share, missed, weakest, wilson
from ringfinder.evaluate.benchmark.missed_page import draw_missed, missed_json, missed_page
from ringfinder.evaluate.benchmark.results import Results, read_results, write_results
from ringfinder.evaluate.benchmark.spend import UNKNOWN


def planted(group_id, kind="injected", **traits):
    rest = {"shape": "block", "size": 20, "things": 5, "events": 50, "density": 0.5, "days": 3.0}
    rest |= {"slots": 0, "camouflage": 0.5, "shared_devices": 0.0, "shared_ips": 0.0, "made": 0.5}
    return {"group_id": group_id, "kind": kind, **rest, **traits}


def world(name, *rows):
    return Facts(name, "shop-planted", "key", None, 900, 90, len(rows), UNKNOWN, rows)


def results():
    """Two plantings; the peer failed on the second. r0 is small, r1 large, r2 scattered."""
    first = world(
        "shop-planted-1",
        planted("r0", size=8),
        planted("r1", size=200, shared_devices=0.9),
        planted("r2", shape="scattered", density=0.01, shared_ips=0.3, shared_devices=None),
        planted("g3", kind="friends"),
    )
    second = world("shop-planted-2", planted("r0", size=11, days=30.0), planted("g1", kind="roof"))
    false = {"friends": 2, "no known crowd": 5, "part of a ring": 1}
    cells = (
        drawn_results.cell(first, "ringfinder", [1, 50, 51], false=false),
        drawn_results.cell(first, "peer", [None, 3, None], false={}),
        drawn_results.cell(second, "ringfinder", [None], false={"no known crowd": 2}),
        drawn_results.failed(second, "peer"),
    )
    for one in cells:
        if one.figures is not None:
            one.figures["alerts"] = {
                "alerts": 4,
                "hits": 1,
                "false": 3,
                "false_by_kind": {"no known crowd": 2, "roof": 1},
            }
    other = drawn_results.facts(1)
    detectors = ("ringfinder", "peer")
    return Results(drawn_results.MACHINE, "0.0", detectors, {}, (first, second, other), cells)


@pytest.fixture(scope="module")
def told():
    return missed(results())


def counts(shares):
    return {share.words: (share.found, share.listed, share.rings) for share in shares}


def test_rings_are_counted_by_each_trait(told):
    ours, peer = told
    assert (ours.plantings, ours.failed, ours.gatherings) == (2, 0, 2)
    assert counts([ours.overall]) == {"all rings": (2, 3, 4)}
    assert counts(ours.by["size"]) == {
        "under 12 accounts": (1, 1, 2),
        "12 to 29 accounts": (0, 1, 1),
        "80 accounts and more": (1, 1, 1),
    }
    assert counts(ours.by["identifiers"]) == {
        "nothing shared": (1, 1, 2),
        "shared devices": (1, 1, 1),
        "shared ips": (0, 1, 1),
    }
    assert counts(ours.by["duration"])["work over more than 3 weeks"] == (0, 0, 1)
    assert counts(ours.by["shape"]) == {"block": (2, 2, 3), "scattered": (0, 1, 1)}
    assert (peer.plantings, peer.failed, peer.gatherings) == (1, 1, 1)
    assert counts([peer.overall]) == {"all rings": (1, 1, 3)}


def test_what_is_no_ring_is_told_apart(told):
    ours, peer = told
    assert ours.innocents == {"friends": 2}
    assert (ours.parts, ours.own) == (1, 7)
    assert (ours.alerts, ours.alert_hits, ours.alert_innocents, ours.alert_own) == (8, 2, 2, 4)
    assert (peer.innocents, peer.parts, peer.own) == ({}, 0, 0)


def test_every_ring_is_in_one_bucket_of_each_trait(told):
    for one in told:
        for shares in one.by.values():
            assert sum(share.rings for share in shares) == one.overall.rings
            assert sum(share.found for share in shares) == one.overall.found


@pytest.mark.parametrize(
    ("name", "column", "value", "bucket"),
    [
        ("size", "size", 11, "under 12 accounts"),
        ("size", "size", 12, "12 to 29 accounts"),
        ("size", "size", 80, "80 accounts and more"),
        ("density", "density", 0.1499, "under 15 % of the list each"),
        ("density", "density", 0.6, "over 60 % of the list each"),
        ("duration", "days", 0.99, "work within a day"),
        ("duration", "days", 7.0, "work over 1 to 3 weeks"),
        ("camouflage", "camouflage", 0.0, "hardly any other orders"),
        ("camouflage", "camouflage", 3.0, "over 3 times as many other orders"),
        ("identifiers", "shared_devices", 0.25, "shared devices"),
        ("identifiers", "shared_devices", None, "nothing shared"),
    ],
)
def test_edges_belong_to_the_bucket_above(name, column, value, bucket):
    (trait,) = (trait for trait in TRAITS if trait.name == name)
    assert trait.bucket(planted("r", **{column: value})) == bucket
    assert len(trait.buckets) == len(trait.edges) + 1


def test_the_weakest_are_those_with_both_traits():
    """Small rings, and rings that share nothing, are found; small ones that share nothing not."""
    rings = []
    for size, shared, ranks in (
        (8, 0.9, [1] * 20),
        (50, 0.0, [2] * 20),
        (50, 0.9, [3] * 20),
        (8, 0.0, [60] * 9 + [4]),
    ):
        rings += [{**planted("r", size=size, shared_devices=shared), "rank": n} for n in ranks]
    (share,) = weakest(rings)
    assert share.words == "under 12 accounts, nothing shared"
    assert (share.found, share.listed, share.rings) == (1, 10, 10)
    assert weakest([]) == ()
    assert weakest([{**ring, "rank": 1} for ring in rings]) == ()


def test_few_rings_are_never_called_weak():
    rings = [{**planted("r"), "rank": 1}] * 50 + [{**planted("r", size=8), "rank": None}] * 5
    assert weakest(rings) == ()


def test_wilson_intervals():
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(3, 17) == pytest.approx((0.0619, 0.4103), abs=1e-3)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-3)
    for of in range(1, 40):
        for found in range(of + 1):
            low, high = wilson(found, of)
            assert 0 <= low <= found / of <= high <= 1


def test_the_page_tells_it_all(told):
    page = missed_page(told)
    assert "| ringfinder | 2 | 4 | 2 of 4 (15 to 85 %) | 3 |" in page
    assert "| peer (1 failed) | 1 | 3 |" in page
    assert "| under 12 accounts | 1 of 2 (9 to 91 %) | 0 of 1 (0 to 79 %) |" in page
    assert "| ringfinder | 2 | 2 (friends 2) | 1 | 7 |" in page
    assert "may be true rings" in page
    assert "No kind of ring is found clearly less than the others." in page
    for line in page.splitlines():
        assert not line.startswith("|") or line.endswith(" |")


def test_the_json_holds_every_figure(told):
    said = json.loads(missed_json(told))
    assert said["missed"][0]["by"]["size"][0]["words"] == "under 12 accounts"
    assert len(said["missed"]) == 2


def test_nothing_planted_nothing_told():
    assert missed(drawn_results.drawn()) == ()


def test_a_detector_that_failed_everywhere_has_no_share():
    whole = results()
    cells = tuple(cell for cell in whole.cells if cell.detector == "ringfinder")
    last = missed(Results(whole.machine, "0", whole.detectors, {}, whole.worlds, cells))[1]
    assert last.overall == Share("all rings", 0, 0, 0, (0.0, 1.0))
    assert last.failed == 2
    assert "peer (2 failed)" in missed_page([last])


def test_planted_traits_survive_the_file(tmp_path):
    write_results(results(), tmp_path / "results.json")
    assert missed(read_results(tmp_path / "results.json")) == missed(results())


def test_the_picture_is_drawn_alike_twice(told, tmp_path):
    pytest.importorskip("matplotlib")
    first = draw_missed(told, tmp_path / "a.svg").read_bytes()
    assert b"<svg" in first
    assert draw_missed(told, tmp_path / "b.svg").read_bytes() == first
