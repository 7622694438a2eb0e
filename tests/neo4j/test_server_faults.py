"""A server that stops in the middle of a load, and one that may only be read."""

from functools import partial

import pytest
from drawn_log import drawn_events, dump, take_in

from ringfinder.cli.app import run
from ringfinder.errors import StoreError
from ringfinder.graph.neo4j import home
from ringfinder.graph.neo4j import load as loading
from ringfinder.graph.neo4j.connection import connected
from ringfinder.graph.neo4j.load import state
from ringfinder.graph.neo4j.server import running, start, stop
from ringfinder.pipeline.shared_graph import load_graph
from ringfinder.store.workspace import Workspace


def silent(*_):
    pass


def test_a_load_goes_on_after_the_server_stopped_in_its_middle(
    server, managed, graph, tmp_path, monkeypatch
):
    workspace = Workspace(tmp_path / "workspace")
    take_in(workspace, drawn_events(6), "whole")
    load_graph(workspace, server)
    expected = dump(graph)
    loading.clear(graph)

    monkeypatch.setattr(loading, "BATCH", 100)
    monkeypatch.setattr("ringfinder.graph.neo4j.connection._RETRY_S", 1.0)
    begun = []

    def stopping(_, done, total):
        begun.append(done)
        if len(begun) == 5:
            stop(managed)

    with pytest.raises(StoreError, match="does not answer") as told:
        load_graph(workspace, server, progress=stopping)
    assert told.value.exit_code == 3
    again = start(managed, progress=silent).address()
    rest = []
    with connected(again) as after:
        assert state(after).unfinished
        assert state(after).log["done"] == 5
        load_graph(workspace, again, progress=lambda _, done, __: rest.append(done))
        assert rest[0] > begun[-1]
        assert dump(after) == expected


def test_a_read_only_server_is_told_and_can_be_read(
    managed, server, graph, tmp_path, capsys, monkeypatch, request
):
    workspace = Workspace(tmp_path / "workspace")
    take_in(workspace, drawn_events(7, count=60), "log")
    load_graph(workspace, server)
    expected = dump(graph)
    stop(managed)
    only = f"{home._CONFIGURATION}server.databases.default_to_read_only=true\n"
    with monkeypatch.context() as patch:
        patch.setattr(home, "_CONFIGURATION", only)
        start(managed, progress=silent)
    request.addfinalizer(partial(_again, managed))
    now = running(managed).address()
    monkeypatch.setenv("RINGFINDER_NEO4J_URI", now.uri)
    monkeypatch.setenv("RINGFINDER_NEO4J_PASSWORD", now.password)
    take_in(workspace, drawn_events(8, count=60, prefix="more"), "more")
    at = ["--workspace", str(workspace.root), "--quiet"]
    assert run([*at, "graph", "load"]) == 3
    assert "read-only" in capsys.readouterr().err
    assert run([*at, "graph", "status"]) == 0
    with connected(now) as after:
        assert dump(after) == expected


def _again(root):
    stop(root)
    start(root, progress=silent)
