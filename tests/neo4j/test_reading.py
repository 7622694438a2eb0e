"""A case says the same, to the last bit, whichever store it is read from."""

import json
from dataclasses import asdict

import networkx as nx
import pytest
from random_world import HOSTILE, draw_world, put

from ringfinder.cases.investigation import investigate
from ringfinder.cases.neo4j_source import Neo4jSource
from ringfinder.cases.network import neighbourhood, ring_network
from ringfinder.cases.published_sweep import published_sweep
from ringfinder.cases.snapshot_source import SnapshotSource
from ringfinder.cli.app import run as cli
from ringfinder.errors import InputError, StoreError
from ringfinder.pipeline.investigate import investigate as run
from ringfinder.pipeline.rings import export_rings, list_rings, show_ring
from ringfinder.store.workspace import Workspace


@pytest.fixture
def world(graph, tmp_path, request):
    drawn = draw_world(tmp_path, request.param)
    put(graph, drawn)
    return drawn


@pytest.fixture
def sources(graph, world):
    """The same log and sweep, behind the snapshot and behind the graph."""
    with SnapshotSource(world.snapshot, world.record) as snapshot:

        def own_events(user, limit):
            return snapshot.happenings(user, None, limit=limit)

        yield snapshot, Neo4jSource(graph, published_sweep(graph, as_of=None), own_events)


every_world = pytest.mark.parametrize("world", range(4), indirect=True)
one_world = pytest.mark.parametrize("world", [1], indirect=True)


@every_world
def test_everything_that_is_read_is_the_same_from_either_store(world, sources):
    cases = _same_cases(world, *sources)
    # The worlds must be worth the comparison.
    assert {case.ring is None for case in cases} == {True, False}
    assert {one.weak for case in cases for one in case.shared} == {True, False}
    assert any(one.users for case in cases for one in case.shared)
    assert any(case.bursts for case in cases)
    assert any(case.partners for case in cases)
    assert any(case.what_would_change for case in cases)
    _same_parts(world, *sources)
    _same_networks(world, *sources)
    lines = [json.dumps(ring.line) for ring in sources[1].rings()]
    assert lines == [json.dumps(line) for line in world.record.rings]


def _same_cases(world, snapshot, graph):
    cases = []
    for user in world.users:
        cases.append(investigate(snapshot, user))
        found = investigate(graph, user)
        assert found == cases[-1]
        assert json.dumps(found.to_dict()) == json.dumps(cases[-1].to_dict())
    return cases


def _same_parts(world, snapshot, graph):
    for line in world.record.rings:
        one, other = snapshot.ring(line["ring_id"]), graph.ring(line["ring_id"])
        assert asdict(other) == asdict(one)
        member = snapshot.standing(line["members"][0])
        for user in (None, member):
            assert graph.in_common(other, user) == snapshot.in_common(one, user)
        for limit in (2, 5):
            happened = snapshot.happenings(member, one, limit=limit)
            assert graph.happenings(member, other, limit=limit) == happened
    for user in world.users[::3]:
        standing = snapshot.standing(user)
        for limit in (1, 100):
            assert graph.company(standing, limit=limit) == snapshot.company(standing, limit=limit)
            held = snapshot.held(standing, identifiers_only=False, limit=limit)
            assert graph.held(standing, identifiers_only=False, limit=limit) == held


def _same_networks(world, snapshot, graph):
    for nodes in (7, 100):
        for line in world.record.rings:
            one, other = (
                ring_network(source, line["ring_id"], nodes=nodes) for source in (snapshot, graph)
            )
            assert nx.utils.graphs_equal(one, other)
            assert len(one) <= nodes
        for user in world.users[::5]:
            one, other = (neighbourhood(source, user, nodes=nodes) for source in (snapshot, graph))
            assert nx.utils.graphs_equal(one, other)
            assert len(one) <= nodes


@one_world
def test_an_unknown_user_is_offered_the_same_ids(world, sources):
    asked = ["u0", "U03", "x", "", "zzz", "\U0001f600", "\uffee", "u" * 500, *HOSTILE[1:4]]
    for user in [name for name in asked if name not in world.users] + ["u03\udcff"]:
        told = []
        for source in sources:
            with pytest.raises(InputError) as problem:
                investigate(source, user)
            told.append(str(problem.value) + problem.value.hint)
        assert told[0] == told[1]
        assert "did you mean" in told[0]


@one_world
def test_without_its_snapshot_a_user_in_no_ring_has_all_events_left_out(graph, world, sources):
    lone = Neo4jSource(graph, published_sweep(graph, as_of=None), None)
    user = next(name for name in world.users if not sources[0].listings(sources[0].standing(name)))
    full, bare = investigate(sources[1], user), investigate(lone, user)
    assert bare.timeline.events == ()
    assert bare.timeline.events_left_out == len(full.timeline.events)
    assert bare.shared == full.shared


@one_world
def test_a_graph_that_does_not_fit_its_sweep_is_not_read(graph, world):
    as_of = world.snapshot.as_of
    assert published_sweep(graph, as_of=as_of).sweep_id == "s1"
    with pytest.raises(InputError, match="no sweep"):
        published_sweep(graph, as_of=as_of - 1)
    source = Neo4jSource(graph, published_sweep(graph, as_of=None), None)
    graph.run("MATCH (user:User) SET user.sweep = 's0'")
    with pytest.raises(InputError, match="not of this sweep"):
        investigate(source, world.users[0])
    graph.run("MATCH (log:Log) SET log.digest = 'another'")
    with pytest.raises(InputError, match="belong together"):
        published_sweep(graph, as_of=None)
    graph.run("MATCH (log:Log) SET log.target = 'more'")
    with pytest.raises(StoreError, match="being loaded"):
        published_sweep(graph, as_of=None)
    assert published_sweep(graph, as_of=None, any_log=True).sweep_id == "s1"


@one_world
def test_the_verbs_read_from_the_server_that_they_are_given(graph, server, world, tmp_path):
    workspace = Workspace(tmp_path)
    rings = list_rings(workspace, alerts_only=True, address=server)
    assert rings == [line for line in world.record.rings if line["alert"]]
    assert show_ring(workspace, rings[1]["ring_id"], address=server) == rings[1]
    with pytest.raises(InputError, match="no ring"):
        show_ring(workspace, "r_nothing", address=server)
    target = tmp_path / "rings.jsonl"
    assert export_rings(workspace, target, address=server) == 5
    assert target.read_text() == "".join(json.dumps(line) + "\n" for line in world.record.rings)
    user = rings[0]["members"][0]
    case = run(workspace, user, as_of=None, html=tmp_path / "case.html", address=server)
    assert case.ring.ring_id == rings[0]["ring_id"]
    assert (tmp_path / "case.html").exists()


@one_world
def test_the_command_line_reads_from_the_graph_it_is_told_to(
    graph, server, world, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RINGFINDER_NEO4J_URI", server.uri)
    monkeypatch.setenv("RINGFINDER_NEO4J_PASSWORD", server.password)
    assert cli(["rings", "list", "--graph", "neo4j", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["data"] == world.record.rings
    monkeypatch.setenv("RINGFINDER_GRAPH", "neo4j")
    assert cli(["investigate", world.record.rings[0]["members"][0]]) == 0
    assert "Ring 1 " in capsys.readouterr().out
    assert cli(["rings", "list", "--graph", "snapshot"]) == 2
    monkeypatch.delenv("RINGFINDER_NEO4J_URI")
    assert cli(["rings", "list"]) == 3


def test_an_empty_graph_holds_no_sweep(graph):
    with pytest.raises(InputError, match="no sweep in the graph"):
        published_sweep(graph, as_of=None)
