"""Scores, rings and weights are the same, byte for byte, whichever store the links come from."""

import numpy as np
import pytest

from ringfinder.cases.sweep_record import read_sweep
from ringfinder.errors import InputError, StoreError
from ringfinder.graph.neo4j import entity_graph
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.shared_graph import (
    bring_up_to_date,
    from_graph,
    load_graph,
    publish_sweep,
)
from ringfinder.pipeline.simulate import simulate
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.pipeline.sweep import sweep
from ringfinder.pipeline.train import train
from ringfinder.store.workspace import Workspace

DAY = 86_400_000_000
EVERY_SWEEP = "MATCH (s:Sweep) RETURN s.id AS id"
RINGS = (
    "MATCH (r:Ring {sweep: $s}) RETURN r.ring_id AS ring, r.rank AS rank, r.score AS score, "
    "[(u)-[:MEMBER_OF]->(r) | u.id] AS members ORDER BY r.rank"
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    out = tmp_path_factory.mktemp("world")
    simulate(out, events=8_000, seed=3, mix="mixed")
    return out


@pytest.fixture
def workspace(world, tmp_path):
    workspace = Workspace(tmp_path / "workspace")
    ingest(workspace, [world / "events.parquet"])
    return workspace


def test_the_entity_graph_comes_back_as_it_was_built(workspace, server, graph, monkeypatch):
    monkeypatch.setattr(entity_graph, "CHUNK_USERS", 100)
    monkeypatch.setattr(entity_graph, "CHUNK_ENTITIES", 300)
    load_graph(workspace, server)
    own = snapshot_at(workspace, as_of=None, window=None)
    read = from_graph(workspace, own, server)
    assert read.n_users > 100
    for name, links in own.graph.links.items():
        for field, values in vars(links).items():
            other = getattr(read.graph.links[name], field)
            assert other.dtype == values.dtype
            assert np.array_equal(other, values), (name, field)
    for name, hubs in own.graph.hubs.items():
        assert np.array_equal(read.graph.hubs[name].kind, hubs.kind)
        assert np.array_equal(read.graph.hubs[name].weight, hubs.weight)
    assert np.array_equal(read.features.values, own.features.values)


def test_a_sweep_is_the_same_from_either_store_and_is_published(workspace, server, graph, tmp_path):
    plain = sweep(workspace, rings_out=tmp_path / "1.jsonl", scores_out=tmp_path / "1.csv")
    both = sweep(
        workspace,
        rings_out=tmp_path / "2.jsonl",
        scores_out=tmp_path / "2.csv",
        graph_at=server,
        publish_at=server,
    )
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "2.jsonl").read_bytes()
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()
    assert plain.rings
    assert published(graph, both.sweep_id) == [
        (r["ring_id"], r["rank"], r["score"], r["members"]) for r in both.rings
    ]
    scores = {r["u"]: r["s"] for r in graph.run("MATCH (u:User) RETURN u.id AS u, u.score AS s")}
    told = [line.split(",") for line in (tmp_path / "1.csv").read_text().splitlines()[1:]]
    assert {user.strip('"'): float(score) for user, score, _ in told} == pytest.approx(
        scores, abs=1e-6
    )


def published(graph, sweep_id):
    with graph._session("READ") as session:
        rows = session.run(RINGS, s=sweep_id).data()
    return [(r["ring"], r["rank"], r["score"], sorted(r["members"])) for r in rows]


def test_a_sweep_is_replaced_and_older_ones_stay(workspace, server, graph):
    first, last = snapshot_at(workspace, as_of=None, window=None).events.ts[[0, -1]].tolist()
    older = sweep(workspace, as_of=last - 5 * DAY, publish_at=server)
    newer = sweep(workspace, publish_at=server)
    before = {one: published(graph, one) for one in (older.sweep_id, newer.sweep_id)}
    counts = "MATCH (n) RETURN count(n) AS nodes, COUNT { ()-->() } AS links"
    size = graph.run(counts)
    assert newer.summary["previous"] == older.sweep_id
    assert graph.run("MATCH (:Ring)-[c:CONTINUES]->(:Ring) RETURN count(c) > 0 AS some")[0]["some"]
    assert sweep(workspace, as_of=last - 5 * DAY, publish_at=server).sweep_id == older.sweep_id
    again = sweep(workspace, publish_at=server)
    assert again.sweep_id == newer.sweep_id
    assert graph.run(counts) == size
    assert {row["id"] for row in graph.run(EVERY_SWEEP)} == set(before)
    assert {one: published(graph, one) for one in before} == before
    assert before[older.sweep_id]
    assert first < last - 5 * DAY


def test_a_training_is_the_same_from_either_store(workspace, world, server, graph):
    labels = world / "labels_train.csv"
    weights = [
        train(workspace, labels=labels, epochs=1, model=name, graph_at=at).path
        for name, at in (("plain", None), ("from_graph", server))
    ]
    one, other = ((path / "weights.safetensors").read_bytes() for path in weights)
    assert one == other


def test_links_of_another_time_are_refused(workspace, server, graph):
    last = snapshot_at(workspace, as_of=None, window=None).as_of
    with pytest.raises(InputError, match="as of this time"):
        sweep(workspace, as_of=last - 5 * DAY, graph_at=server)
    with pytest.raises(InputError, match="as of this time"):
        sweep(workspace, window=7 * DAY, graph_at=server)


def test_a_publication_that_was_cut_off_leads_nobody_astray(workspace, server, graph, monkeypatch):
    result = sweep(workspace)
    load_graph(workspace, server)
    write = graph.__class__.write

    def cut(self, name, *rest, **values):
        if name == "publish/scores":
            raise StoreError("cut", "off", "here")
        return write(self, name, *rest, **values)

    monkeypatch.setattr(graph.__class__, "write", cut)
    with pytest.raises(StoreError):
        bring_up_to_date(workspace, server, replace=False, progress=lambda *_: None)
    assert graph.run("MATCH (:Log)-[:LATEST]->(s) RETURN s.id AS id") == []
    monkeypatch.undo()
    done = bring_up_to_date(workspace, server, replace=False, progress=lambda *_: None)
    assert done.published == result.sweep_id
    assert graph.run("MATCH (:Log)-[:LATEST]->(s) RETURN s.id AS id") == [{"id": result.sweep_id}]
    assert (
        bring_up_to_date(workspace, server, replace=False, progress=lambda *_: None).published
        is None
    )


def test_users_that_are_not_in_the_graph_are_told(workspace, server, graph):
    result = sweep(workspace)
    load_graph(workspace, server)
    graph.run("MATCH (u:User) WITH u LIMIT 1 DETACH DELETE u")
    snapshot = snapshot_at(workspace, as_of=None, window=None)
    record = read_sweep(result.directory)
    with pytest.raises(StoreError, match="lacks some of the users"):
        publish_sweep(workspace, server, snapshot, record, progress=lambda *_: None)
