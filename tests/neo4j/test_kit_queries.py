"""The saved queries answer what they ask, draw little, and never follow a hub."""

import os
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_world import World, put

from ringfinder.cases.guide import QUESTIONS
from ringfinder.cases.sweep_record import last_sweep
from ringfinder.graph.neo4j.connection import connected
from ringfinder.graph.neo4j.literal import literal, with_values
from ringfinder.graph.neo4j.queries import query

sys.path.insert(0, str(Path(__file__).parents[1] / "cases"))

from drawn_workspace import CANDIDATE_ID, HOSTILE, RING, RING_ID, draw

NAMES = [name for _, names in QUESTIONS for name in names]
DRAWN = ("02-ring", "03-ring-of-user", "09-chain-of-orders", "13-neighbourhood")
VALUES = {
    "ring": RING_ID,
    "user": HOSTILE,
    "device": "farm-phone",
    "item": "pushed0",
    "ip": "carrier-nat",
    "day": "2026-03-21",
}
HUB = "carrier-nat"


@pytest.fixture(scope="module")
def drawn(server, tmp_path_factory):
    """A server whose graph holds a drawn ring of eight, one of them with a hostile id."""
    root = tmp_path_factory.mktemp("drawn")
    snapshot = draw(root)
    record = last_sweep(root / "sweeps")
    with connected(server) as graph:
        graph.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS")
        put(graph, World(snapshot, record, []))
        yield graph


def ask(graph, name, **values):
    one = query(f"kit/{name}")
    chosen = {**VALUES, **values}
    return graph.read(f"kit/{name}", **{key: chosen[key] for key in one.parameters})


def test_there_are_twenty_questions_in_an_investigators_words():
    kit = Path(str(files("ringfinder.cypher").joinpath("kit")))
    assert sorted(path.stem for path in kit.glob("*.cypher")) == NAMES
    assert len(NAMES) == 20
    for name in NAMES:
        one = query(f"kit/{name}")
        assert one.sentence.endswith("?")
        assert not one.names
        assert set(one.parameters) <= set(VALUES)
        assert "LIMIT" in one.text


@pytest.mark.parametrize("name", [name for name in NAMES if name != "10-refunds"])
def test_every_question_has_an_answer(name, drawn):
    rows = ask(drawn, name)
    if name == "11-continued-rings":  # the sweep before is not in this graph
        assert rows == []
        return
    assert list(rows[0]) == list(query(f"kit/{name}").returns)
    written = with_values(query(f"kit/{name}"), VALUES)
    assert drawn.run(written) == rows, "bound or written out, it is one question"


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_is_small_and_its_hub_has_no_strangers(name, drawn):
    (row,) = ask(drawn, name)
    nodes = {one["id"] for value in row.values() for one in _nodes(value)}
    assert 5 < len(nodes) <= 100
    assert not {one for one in nodes if one.startswith("user0")}, "nobody but the ring is near"
    assert (HUB in nodes) == (name in {"02-ring", "13-neighbourhood"})


def _nodes(value):
    if isinstance(value, dict):
        return [{"id": value.get("id") or value.get("key")}]
    if isinstance(value, list):
        return [one for part in value for one in _nodes(part)]
    return []


def test_a_ring_is_drawn_with_what_it_shares(drawn):
    (row,) = ask(drawn, "02-ring")
    assert row["ring"]["ring_id"] == RING_ID
    assert {one["id"] for one in row["members"]} == set(RING)
    ids = [one["id"] for one in row["entities"]]
    assert set(ids) == {"pushed0", "pushed1", "pushed2", "pushed3", "farm-phone", "shop-x", HUB}
    assert {len(links) for links in row["links"]} == {6, 8}


def test_a_large_ring_is_drawn_with_a_hundred_nodes_at_most(drawn):
    drawn.run(
        "MATCH (sweep:Sweep) CREATE (ring:Ring {ring_id: 'r_large', key: 'large', rank: 9, "
        "window: ['2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z']})-[:FOUND_BY]->(sweep) "
        "WITH ring MATCH (user:User) CREATE (user)-[:MEMBER_OF {role: 'core', rank: 1}]->(ring)"
    )
    try:
        for name, values in (
            ("02-ring", {"ring": "r_large"}),
            ("03-ring-of-user", {"user": "user000239"}),
        ):
            (row,) = ask(drawn, name, **values)
            nodes = {one["id"] for value in row.values() for one in _nodes(value)}
            assert 60 < len(nodes) <= 100
    finally:
        drawn.run("MATCH (ring:Ring {key: 'large'}) DETACH DELETE ring")


def test_a_hub_is_one_row_with_its_degree(drawn):
    (degree,) = drawn.run(f"MATCH (ip:Ip {{id: '{HUB}'}}) RETURN ip.degree AS n, ip.kind AS kind")
    assert degree["kind"] == "hub"
    assert degree["n"] > 80
    (row,) = ask(drawn, "16-ip-that-day")
    assert (row["ip"], row["all_users"], row["user"]) == (HUB, degree["n"], None)
    hubs = [(row["type"], row["id"], row["users"]) for row in ask(drawn, "20-hubs")]
    assert ("Ip", HUB, degree["n"]) in hubs
    drawn.run("MATCH (e) WHERE e.id IN ['farm-phone', 'pushed0', 'shop-x'] SET e.kind = 'hub'")
    try:
        (row,) = ask(drawn, "19-lockstep-on-item")
        assert (row["item"], row["all_users"], row["who"]) == ("pushed0", 8, None)
        shops = [r for r in ask(drawn, "12-other-customers") if r["seller"] == "shop-x"]
        assert [(r["all_customers"], r["members"], r["user"]) for r in shops] == [(8, 8, None)]
        (row,) = ask(drawn, "15-holders-of-device")
        assert row["users"] == []
        assert [r["who"] for r in ask(drawn, "17-shared-devices") if r["kind"] == "hub"] == [[]]
        assert ask(drawn, "18-same-day-same-device") == []
    finally:
        drawn.run(
            "MATCH (e) WHERE e.id IN ['farm-phone', 'pushed0', 'shop-x'] SET e.kind = 'crowded'"
        )


def test_who_holds_a_device(drawn):
    (row,) = ask(drawn, "15-holders-of-device")
    assert {one["id"] for one in row["users"]} == set(RING[:6])
    (shared,) = ask(drawn, "17-shared-devices")
    assert (shared["device"], shared["users"], set(shared["who"])) == (
        "farm-phone",
        6,
        set(RING[:6]),
    )
    (same,) = ask(drawn, "18-same-day-same-device")
    assert (same["device"], same["day"], set(same["who"])) == (
        "farm-phone",
        "2026-03-21",
        set(RING[:6]),
    )


def test_who_else_was_at_an_address_that_day(drawn):
    address = "10.0.0.1"
    own = drawn.run(
        f"MATCH (user:User)-[seen:SEEN_AT]->(:Ip {{id: '{address}'}}) RETURN user.id AS user, "
        "toString(date(datetime({epochMillis: seen.first_seen / 1000}))) AS first, "
        "toString(date(datetime({epochMillis: seen.last_seen / 1000}))) AS last"
    )
    for day in ("2026-03-02", "2026-03-10", "2026-03-20", "2026-03-28"):
        rows = [r for r in ask(drawn, "16-ip-that-day", ip=address, day=day) if r["user"]]
        assert {r["user"] for r in rows} == {
            r["user"] for r in own if r["first"] <= day <= r["last"]
        }
        assert {r["user"] for r in rows if r["seen_that_day"]} == {
            r["user"] for r in own if day in (r["first"], r["last"])
        }


def test_orders_follow_one_another_in_time(drawn):
    rows = ask(drawn, "08-orders-in-time")
    assert len(rows) == 8 * 4 * 3
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)
    assert rows[0]["time"] == "2026-03-21T14:00:01Z"
    (chain,) = ask(drawn, "09-chain-of-orders")
    assert len(chain["orders"]) == 40
    times = [order["ts"] for order in chain["orders"]]
    assert times == sorted(times)
    assert chain["orders"][0]["at"] == "2026-03-21 14:00"
    assert ask(drawn, "10-refunds") == []
    own = ask(drawn, "14-orders-of-user")
    assert len(own) == 12
    assert {row["device"] for row in own} == {"own-phone-7"}


def test_buyers_in_step_are_found_by_the_slots_of_their_orders(drawn):
    rows = ask(drawn, "19-lockstep-on-item")
    assert (rows[0]["users"], set(rows[0]["who"])) == (8, set(RING))
    assert (rows[0]["from"], rows[0]["until"]) == ("2026-03-21T12:00:00Z", "2026-03-21T15:00:00Z")


def test_what_a_ring_shares_and_what_was_ruled_out(drawn):
    shared = {row["id"]: row for row in ask(drawn, "05-shared-by-ring")}
    assert shared["farm-phone"]["members"] == shared["farm-phone"]["all_users"] == 6
    assert list(shared)[-1] == HUB
    checks = ask(drawn, "07-innocent-explanations")
    assert [row["result"] for row in checks] == ["ruled out", "ruled out", "not tested"]
    members = ask(drawn, "04-members")
    assert [row["rank"] for row in members] == sorted(row["rank"] for row in members)
    assert members[0]["user"] == HOSTILE
    assert [row["ring"] for row in ask(drawn, "01-rings")] == [RING_ID, CANDIDATE_ID]


def test_a_ring_that_goes_on_tells_who_stayed(drawn):
    drawn.run(
        "MATCH (ring:Ring {ring_id: '" + RING_ID + "'}) CREATE (ring)-[:CONTINUES]->(old:Ring "
        "{ring_id: 'r_old', key: 's0/r_old', size: 5, window: ['2026-02-01T00:00:00Z', "
        "'2026-02-02T00:00:00Z']}) WITH old MATCH (user:User) WHERE user.id IN "
        "['ring00', 'ring01', 'user000001'] CREATE (user)-[:MEMBER_OF]->(old)"
    )
    try:
        (row,) = ask(drawn, "11-continued-rings")
        assert (row["ring"], row["before"], row["stayed"]) == (RING_ID, "r_old", 2)
        assert row["seen_until"] == "2026-02-02T00:00:00Z"
    finally:
        drawn.run("MATCH (ring:Ring {key: 's0/r_old'}) DETACH DELETE ring")


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize="CI" in os.environ,
)
@given(st.text(st.one_of(st.sampled_from("\\u0'\"`$;{}/\n"), st.characters(codec="utf-8"))))
def test_a_value_written_out_is_the_value(drawn, text):
    assert drawn.run(f"RETURN {literal(text)} AS text") == [{"text": text}]
