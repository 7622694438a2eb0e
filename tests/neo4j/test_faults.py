"""What is told when the server cannot be used, and what a password never gets into."""

import socket
import subprocess
import sys
import traceback
from dataclasses import replace

import neo4j
import pytest
from drawn_log import drawn_events, take_in

from ringfinder.errors import StoreError
from ringfinder.graph.neo4j.connection import check_version, connected
from ringfinder.pipeline.shared_graph import load_graph
from ringfinder.store.workspace import Workspace


def told(error):
    chain = "".join(traceback.format_exception(error))
    return f"{error.what} {error.why} {error.hint} {chain}"


def test_a_wrong_password_is_told_and_not_shown(server):
    wrong = replace(server, password="not-the-one-3141")  # noqa: S106 - it opens nothing
    with (
        pytest.raises(StoreError, match="refuses the user or the password") as caught,
        connected(wrong),
    ):
        pass
    assert caught.value.exit_code == 3
    assert "3141" not in told(caught.value)
    assert "3141" not in repr(wrong)


def test_a_port_where_nobody_answers(server):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nowhere = replace(server, uri=f"bolt://127.0.0.1:{port}")
    with pytest.raises(StoreError, match="does not answer") as caught, connected(nowhere):
        pass
    assert (
        server.password not in told(caught.value).replace(repr(server), "") or not server.password
    )


@pytest.mark.parametrize("uri", ["127.0.0.1:7687", "ftp://127.0.0.1", "bolt://:x", ""])
def test_an_address_that_is_none(server, uri):
    with pytest.raises(StoreError), connected(replace(server, uri=uri)):
        pass


@pytest.mark.parametrize("agent", ["Neo4j/4.4.40", "Neo4j/5.1.0", "Neo4j/3.5", "Memgraph/2.0", ""])
def test_servers_that_we_do_not_support(agent):
    with pytest.raises(StoreError, match=r"5\.26"):
        check_version(agent)


@pytest.mark.parametrize("agent", ["Neo4j/5.26.29", "Neo4j/5.26.0"])
def test_servers_that_we_support(agent):
    check_version(agent)


def slow_query(graph):
    query = neo4j.Query("UNWIND range(1, 1000000000) AS n RETURN sum(n % 7)", timeout=0.2)
    with graph._session("READ") as session:
        return session.run(query).data()


def test_a_read_that_takes_too_long_ends(graph):
    with pytest.raises(StoreError, match="too long"):
        slow_query(graph)


def test_the_driver_is_not_loaded_without_a_server():
    program = (
        "import sys; import ringfinder.cli.app, ringfinder.pipeline.investigate; "
        "print([m for m in sys.modules if m == 'neo4j' or m.startswith('neo4j.')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_ids_that_hold_cypher_are_only_ids(graph, server, tmp_path):
    workspace = Workspace(tmp_path / "workspace")
    events = drawn_events(3, count=120)
    take_in(workspace, events, "log")
    load_graph(workspace, server)
    users = [row["id"] for row in graph.run("MATCH (u:User) RETURN u.id AS id")]
    assert sorted(users) == sorted(set(events["user"].to_pylist()))
    hostile = "}) DETACH DELETE n //"
    assert graph.run("MATCH (n {id: '" + hostile + "'}) RETURN count(n) > 0 AS there") == [
        {"there": True}
    ]
