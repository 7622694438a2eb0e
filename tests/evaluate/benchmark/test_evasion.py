import drawn_results
import pandas as pd
import pytest

from ringfinder.evaluate.benchmark.evasion import Point, curves, price_of_escape
from ringfinder.evaluate.benchmark.results import Results
from ringfinder.evaluate.benchmark.spend import UNKNOWN, Spend, of_orders, spent


def points(*pairs):
    return [Point(n, spend, 10, found, 0.0, 1.0) for n, (spend, found) in enumerate(pairs)]


@pytest.mark.parametrize(
    ("pairs", "price"),
    [
        ([(0.0, 0.8), (1.0, 0.6), (2.0, 0.2)], 1.5),
        ([(0.0, 0.8), (1.0, 0.4), (2.0, 0.3)], 1.0),
        ([(0.0, 1.0), (4.0, 0.0)], 2.0),
        ([(0.0, 0.8), (1.0, 0.5), (9.0, 0.4)], None),
        ([(0.0, 0.0), (1.0, 0.0)], None),
        ([(-1.0, 0.9), (0.0, 0.8), (1.0, 0.0)], 0.5),
        ([(0.0, 0.8), (1.0, 0.2), (2.0, 0.9)], 2 / 3),
        ([(0.0, 0.8), (None, 0.0)], None),
        ([], None),
    ],
)
def test_the_price_is_where_half_of_the_rings_are_gone(pairs, price):
    found = price_of_escape(points(*pairs))
    assert found == (None if price is None else pytest.approx(price))


def test_curves_of_the_drawn_results():
    ours, peer = curves(drawn_results.drawn())
    assert (ours.detector, ours.base, ours.knob) == (
        "ringfinder",
        "tastes-mixed-300k",
        "camouflage",
    )
    assert [point.spend for point in ours.points] == pytest.approx([0, 1, 4])
    assert [point.value for point in ours.points] == [1, 2, 6]
    assert [point.found for point in ours.points] == pytest.approx([7 / 8, 6 / 8, 6 / 8])
    assert (ours.price, ours.told) == (None, "not within the range tried")
    assert [point.found for point in peer.points] == pytest.approx([6 / 8, 1 / 2, 0])
    assert [point.rings for point in peer.points] == [8, 8, 4]
    assert peer.price == pytest.approx(1 + 3 * (0.5 - 0.375) / 0.5)
    assert all(point.low <= point.found <= point.high for point in peer.points)


def test_each_knob_has_its_own_spend():
    rest = drawn_results.facts(1)
    turned = {
        "rotation": drawn_results.facts(1, "rotation", 0.5, (3.0, 0.5, 4.0, 10.0)),
        "pace": drawn_results.facts(1, "pace", 2.0, (1.0, 0.5, 9.0, 10.0)),
        "strength": drawn_results.facts(1, "strength", 0.5, (1.0, 0.5, 4.0, 4.0)),
        "density": drawn_results.facts(1, "density", 0.5),
    }
    worlds = (rest, *turned.values())
    cells = tuple(drawn_results.cell(world, "peer", [1]) for world in worlds)
    results = Results(drawn_results.MACHINE, "0.0", ("peer",), {}, worlds, cells)
    spends = {curve.knob: curve.points[-1].spend for curve in curves(results)}
    assert spends == pytest.approx({"rotation": 2, "pace": 5, "strength": 0.6})


def test_nothing_found_at_rest_has_no_price():
    rest, turned = drawn_results.facts(1), drawn_results.facts(1, "pace", 2.0, (1, 1, 5, 1))
    cells = tuple(drawn_results.cell(world, "peer", [None, 51]) for world in (rest, turned))
    results = Results(drawn_results.MACHINE, "0.0", ("peer",), {}, (rest, turned), cells)
    (curve,) = curves(results)
    assert (curve.price, curve.told) == (None, "nothing found at rest")


def test_a_world_of_another_seed_is_no_twin():
    worlds = (drawn_results.facts(1), drawn_results.facts(2, "pace", 2.0))
    cells = tuple(drawn_results.cell(world, "peer", [1]) for world in worlds)
    assert curves(Results(drawn_results.MACHINE, "0", ("peer",), {}, worlds, cells)) == []


def orders(*rows):
    table = pd.DataFrame(rows, columns=["ring_id", "user_id", "ts", "is_camouflage", "device_id"])
    return table.assign(ts=table["ts"] * 86_400_000_000)


def test_spend_of_hand_made_orders():
    found = of_orders(
        orders(
            ("r1", "a", 0, False, "d1"),
            ("r1", "a", 3, False, "d2"),
            ("r1", "b", 1, False, "d1"),
            ("r1", "b", 9, True, "d9"),
            ("r2", "c", 2, False, "d3"),
            ("r2", "c", 3, False, "d3"),
        )
    )
    assert found.devices == pytest.approx((2 / 2 + 1 / 1) / 2)
    assert found.cover == pytest.approx((1 / 3 + 0) / 2)
    assert found.days == pytest.approx((3 + 1) / 2)
    assert found.orders == pytest.approx((3 / 2 + 2) / 2)


def test_spend_that_is_not_known_is_none(tiny, ring_free):
    assert spent(tiny) == UNKNOWN  # its log has no times
    assert spent(ring_free) == UNKNOWN
    assert of_orders(orders(("r1", "a", 0, False, "d")).drop(columns="device_id")) == Spend(
        None, 0.0, 0.0, 1.0
    )


def test_spend_is_the_same_by_a_slow_count(simulated):
    log = pd.read_parquet(simulated / "events.parquet").set_index("event_id")
    marks = pd.read_parquet(simulated / "truth_events.parquet")
    per_ring = {}
    for row in marks.itertuples():
        event = log.loc[row.event_id]
        if event["action"] == "order":
            ring = per_ring.setdefault(row.ring_id, {"cover": 0, "orders": 0, "users": set()})
            ring["cover"] += row.is_camouflage
            ring["orders"] += not row.is_camouflage
            if not row.is_camouflage:
                ring["users"].add(event["user_id"])
    found = spent(simulated)
    done = [ring for ring in per_ring.values() if ring["orders"]]
    assert found.cover == pytest.approx(sum(r["cover"] / r["orders"] for r in done) / len(done))
    assert found.orders == pytest.approx(
        sum(r["orders"] / len(r["users"]) for r in done) / len(done)
    )
