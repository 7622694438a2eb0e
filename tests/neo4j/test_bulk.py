"""The importer fills an empty database with what the batches would have put there."""

import pytest
from drawn_log import drawn_events, dump, of_days, take_in

from ringfinder.errors import StoreError
from ringfinder.graph.neo4j import bulk
from ringfinder.graph.neo4j.connection import connected
from ringfinder.graph.neo4j.load import state
from ringfinder.graph.neo4j.server import running, start
from ringfinder.pipeline import shared_graph
from ringfinder.pipeline.shared_graph import load_graph
from ringfinder.store.workspace import Workspace

QUIET = {"progress": lambda *_: None}


def test_the_importer_and_the_batches_make_one_graph(server, managed, graph, tmp_path, monkeypatch):
    events = drawn_events(4)
    other = Workspace(tmp_path / "other")
    take_in(other, events, "whole")
    load_graph(other, server)
    expected = dump(graph)

    own = Workspace(managed)
    take_in(own, of_days(events, 0, 3), "three")
    monkeypatch.setattr(shared_graph, "BULK_FROM", 1)
    told = []
    result = load_graph(own, server, replace=True, progress=lambda *step: told.append(step))
    assert result.way == "bulk"
    assert ("import", 100, 100) in told
    take_in(own, of_days(events, 3, 4), "one more")
    with connected(running(managed).address()) as after:
        assert load_graph(own, after.address).way == "incremental"
        assert dump(after) == expected

    # An import that fails, as one that is killed, leaves nothing that counts.
    take_in(own, drawn_events(5, count=30, prefix="later"), "later")
    monkeypatch.setattr(bulk, "MAIN_CLASS", "org.neo4j.NoSuchClass")
    with pytest.raises(StoreError, match="bulk import failed"):
        load_graph(own, running(managed).address(), replace=True)
    assert running(managed) is None
    again = start(managed, **QUIET)
    with connected(again.address()) as empty:
        assert state(empty).log is None
        assert not state(empty).nodes
    assert not list((again.home / "import").iterdir())
