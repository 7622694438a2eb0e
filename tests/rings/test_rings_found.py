"""What is told of rings: rank, evidence, roles, look-alike checks."""

import numpy as np
import pytest
from test_membership import codes_of, jaccard

from ringfinder.detect.hybrid import Hybrid
from ringfinder.features.load import code_of, open_database
from ringfinder.rings import find
from ringfinder.rings.find import ring_id, tell_rings
from ringfinder.rings.ring import CLEARING
from ringfinder.rings.score import chance, evidence, head_inputs
from ringfinder.rings.statistics import STATISTICS, column


def group_like(found, codes):
    overlap = [jaccard(found.groups.members(g), codes) for g in range(len(found.groups))]
    best = int(np.argmax(overlap))
    assert overlap[best] >= 0.8
    return best


@pytest.fixture(scope="module")
def told(town, found, shipped):
    score = Hybrid.load(shipped).score_groups(
        town, found.groups, head_inputs(found.statistics, town.n_users)
    )
    return tell_rings(found, score, max_rings=50)


def test_the_two_rings_stand_before_every_crowd(told):
    heads = [{member[0] for member in ring.members} for ring in told[:2]]
    assert sorted(map(sorted, heads)) == [["q"], ["r"]]


def test_no_crowd_comes_near_a_ring(told):
    rings, crowds = told[:2], told[2:]
    assert crowds
    assert all(member.startswith("h") for ring in crowds for member in ring.members)
    assert min(ring.score for ring in rings) > 10 * max(ring.score for ring in crowds)
    assert not any(ring.alert for ring in crowds)


def test_statistical_evidence_alone_prefers_rings_to_crowds(town, found):
    suspicion = evidence(found.statistics)
    assert ((suspicion >= 0) & (suspicion < 1)).all()
    rings = [group_like(found, codes_of(town, prefix)) for prefix in ("r", "q")]
    guilty = np.r_[codes_of(town, "r"), codes_of(town, "q")]
    crowds = [
        g for g in range(len(found.groups)) if not np.isin(found.groups.members(g), guilty).any()
    ]
    assert crowds
    assert min(suspicion[rings]) > max(suspicion[crowds])


def test_statistics_are_finite_and_shares_are_shares(found):
    assert np.isfinite(found.statistics).all()
    for name in (
        "density",
        "focus",
        "capture",
        "things_cover",
        "places_cover",
        "exclusivity",
        "span",
    ):
        values = column(found.statistics, name)
        assert values.min() >= 0, name
        assert values.max() <= 1 + 1e-6, name
    assert found.statistics.shape[1] == len(STATISTICS)


def test_evidence_resolves_to_stored_events_of_the_members_at_the_entity(town, told):
    assert len(told) >= 5
    with open_database(town) as database:
        for ring in told[:5]:
            assert ring.evidence
            for fact in ring.evidence:
                assert fact.observed > fact.expected
                if fact.kind == CLEARING:
                    assert fact.entity is None
                    continue
                assert set(fact.users) <= set(ring.members)
                assert fact.event_ids
                rows = database.execute(
                    "SELECT u.id, x.id FROM events e"
                    " JOIN ids u ON u.kind = 'user' AND u.code = e.\"user\""
                    f" JOIN ids x ON x.kind = ? AND x.code = e.{fact.entity_type}"
                    " WHERE e.event_id IN (SELECT unnest($2::VARCHAR[]))",
                    [fact.entity_type, list(fact.event_ids)],
                ).fetchall()
                assert len(rows) == len(fact.event_ids)
                assert {user for user, _ in rows} <= set(fact.users)
                assert {entity for _, entity in rows} == {fact.entity}


def test_a_ring_keeps_the_contract(told):
    for rank, ring in enumerate(told, start=1):
        ring.validate()
        line = ring.line()
        assert list(line)[:6] == ["ring_id", "rank", "score", "alert", "p_value", "size"]
        assert line["rank"] == rank
        assert line["ring_id"] == ring_id(list(reversed(ring.members)))
        assert line["size"] == len(line["members"])
        assert set(ring.roles.values()) <= {"core", "peripheral"}
        assert {"item", "device", "ip", "seller"} <= set(line["entities"])
        assert all(set(ids) <= set(ring.entities[kind]) for kind, ids in ring.operators.items())
        assert {check["verdict"] for check in line["lookalike_checks"]} <= {
            "supported",
            "ruled out",
            "not tested",
        }
    scores = [ring.score for ring in told]
    assert scores == sorted(scores, reverse=True)


def test_most_users_of_an_operators_thing_are_members(town, told):
    events, met = town.events, set()
    for ring in told:
        members = {code_of(town, "user", name) for name in ring.members}
        for kind in ("device", "ip"):
            for name in ring.entities[kind]:
                code = code_of(town, kind, name)
                users = set(events.user[np.asarray(events.entity[kind]) == code].tolist())
                operator = 2 * len(users & members) > len(users)
                assert (name in ring.operators.get(kind, ())) == operator
                met.add(operator)
    assert True in met


def test_operators_are_of_the_entities_listed(town, found, shipped, monkeypatch):
    monkeypatch.setattr(find, "MAX_ENTITIES", 1)
    score = Hybrid.load(shipped).score_groups(
        town, found.groups, head_inputs(found.statistics, town.n_users)
    )
    rings = find.tell_rings(found, score, max_rings=50)
    assert any(ring.operators for ring in rings)
    for ring in rings:
        assert all(set(ids) <= set(ring.entities[kind]) for kind, ids in ring.operators.items())


def test_the_planted_items_and_seller_are_named_first(told):
    ring = next(ring for ring in told if ring.members[0].startswith("r"))
    assert set(ring.entities["item"]) >= {f"r_i{item}" for item in range(6)}
    assert ring.entities["seller"][0] == "s_r"
    assert chance(np.zeros((1, len(STATISTICS)), np.float32), 0) == 1.0
    assert ring.p_value < 1e-9
