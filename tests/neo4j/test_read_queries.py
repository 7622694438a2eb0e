"""What a case reads begins at an index and never walks through a crowd."""

import pytest

from ringfinder.cases.neo4j_source import Neo4jSource
from ringfinder.cases.published_sweep import published_sweep
from ringfinder.features.trading_cells import SLOT
from ringfinder.graph.neo4j.queries import query
from ringfinder.graph.neo4j.schema import apply_schema

CROWD = 3_000
LINKS = ["ORDERED", "ORDERED_FROM", "USED", "SEEN_AT"]
TYPES = {"types": "|".join(LINKS)}
OF_A_USER = {
    "user": {"user": "u1"},
    "rings_of_user": {"user": "u1", "sweep": "s"},
    "held": {"user": "u1", "limit": 12},
    "other_holders": {
        "user": "u1",
        "asked": [["USED", 0]],
        "besides": [],
        "limit": 10,
    },
    "orders": {"user": "u1", "actions": ["order"], "start": 0, "end": 9, "limit": 40},
    "company": {"user": "u1", "slot": SLOT, "limit": 500},
    "in_common": {"key": "s/r", "user": 1, "always": ["USED", "SEEN_AT"]},
    "rings": {"keys": ["s/r"]},
    "near_ids": {"spellings": ["u2", "v2"], "user": "u1x", "around": 10},
    "ring_keys": {"sweep": "s", "limit": 10},
}


@pytest.fixture
def crowd(graph):
    """Three thousand users at one address; two of them share a phone and make a ring."""
    apply_schema(graph)
    graph.run(
        "CREATE (:Log {name: 'events', digest: 'd', as_of: 1, users: 1, cells: 1, declared: []})"
        "-[:LATEST]->(:Sweep {id: 's', log: 'd', as_of: 1, model: 'm', summary: '{}'})"
    )
    graph.run(
        "CREATE (ip:Ip {id: 'nat', code: 0, kind: 'hub', weight: 0.1}) SET ip.holders = "
        f"{CROWD} WITH ip UNWIND range(1, {CROWD}) AS n "
        "CREATE (:User {id: 'u' + n, code: n, sweep: 's'})-[:SEEN_AT]->(ip)"
    )
    graph.run(
        "CREATE (phone:Device {id: 'd', code: 0, kind: 'shared', weight: 0.5, holders: 2}) "
        "CREATE (ring:Ring {key: 's/r', sweep: 's', rank: 1}) WITH phone, ring "
        "MATCH (user:User) WHERE user.id IN ['u1', 'u2'] "
        "CREATE (user)-[:USED]->(phone), (user)-[:MEMBER_OF]->(ring)"
    )
    # The server may still plan by what it knew of the empty database; elsewhere it learns in time.
    graph.run("CALL db.prepareForReplanning(60)")
    return graph


@pytest.mark.parametrize("name", OF_A_USER)
def test_a_query_of_a_case_looks_at_a_handful_of_records(name, crowd):
    one = query(f"read/{name}")
    with crowd._session("READ") as session:
        result = session.run(f"PROFILE {one.fill(TYPES)}", OF_A_USER[name])
        result.consume()
        plan = result.consume().profile
    steps = list(_steps(plan))
    assert not [step for step in steps if "Scan" in step["operatorType"]]
    assert sum(step["args"].get("DbHits", 0) for step in steps) < 200


def test_nobody_is_fetched_for_an_address_of_a_crowd(crowd):
    source = Neo4jSource(crowd, published_sweep(crowd, as_of=None), None)
    rows = crowd.read("read/held", TYPES, user="u1", limit=12)
    assert [(row["id"], row["kind"]) for row in rows if row["kind"] != "hub"] == [("d", "shared")]
    shared = source._holdings([{**row, "by": (1,)} for row in rows], ranked=True)
    assert [(one.entity, one.weak) for one in shared] == [("d", False), ("nat", True)]


def _steps(plan):
    yield plan
    for child in plan.get("children", ()):
        yield from _steps(child)
