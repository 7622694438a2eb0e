"""The workspace's own server, a real one: what it shows, to whom, what the commands tell of it."""

import json
import os
import stat

import psutil
import pytest

from ringfinder.cli.app import run
from ringfinder.errors import StoreError
from ringfinder.events.progress import silent
from ringfinder.graph.neo4j.connection import connected
from ringfinder.graph.neo4j.schema import apply_schema
from ringfinder.graph.neo4j.server import running, start

LOG = {
    "name": "events",
    "digest": "0123456789abcdef",
    "as_of": 1_774_828_799_000_000,
    "users": 3,
    "declared": ["bank_card"],
}


@pytest.fixture
def told(managed, capsys):
    """Run a command on the workspace of the server; gives its exit code and its JSON object."""

    def tell(*words):
        code = run(["--workspace", str(managed), *words, "--json"])
        return code, json.loads(capsys.readouterr().out)["data"]

    return tell


def test_the_password_is_nowhere_but_in_its_file(managed):
    server = running(managed)
    password = server.password()
    assert stat.S_IMODE(server.password_file.stat().st_mode) == 0o600
    assert password not in repr(server) + repr(server.address())
    for process in psutil.process_iter(["cmdline"]):
        assert password not in " ".join(process.info["cmdline"] or ())
    assert password not in repr(psutil.Process(server.pid).environ())
    looked_at = [path for path in server.home.rglob("*") if path.is_file()]
    assert server.home / "logs" / "server.log" in looked_at
    holding = [path for path in looked_at if password.encode() in path.read_bytes()]
    assert holding == [server.password_file]


def test_only_this_machine_and_this_user_reach_it(managed):
    server = running(managed)
    listening = [
        one.laddr.ip
        for one in psutil.Process(server.pid).net_connections("tcp")
        if one.status == psutil.CONN_LISTEN
    ]
    assert len(listening) == 2
    assert all(ip.endswith("127.0.0.1") for ip in listening)
    for path in (server.home, server.home / "data", server.home / "logs", server.home / "conf"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_it_has_a_session_of_its_own_and_is_started_once(managed):
    server = running(managed)
    assert os.getsid(server.pid) == server.pid
    assert start(managed, progress=silent) == server


def test_a_wrong_password_in_the_file_is_told_and_the_server_lives(managed):
    server = running(managed)
    right = server.password_file.read_text()
    try:
        server.password_file.write_text("not the right one")
        with pytest.raises(StoreError) as problem:
            start(managed, progress=silent)
    finally:
        server.password_file.write_text(right)
    assert "refuses" in problem.value.why
    assert str(server.password_file) in problem.value.hint
    assert running(managed) == server


def test_commands_tell_of_it_and_stop_and_start_it(managed, server, told):
    before = running(managed)
    code, data = told("graph", "start")
    assert (code, data["already"], data["uri"]) == (0, True, before.uri)
    assert told("graph", "stop") == (0, {"stopped": True})
    assert not psutil.pid_exists(before.pid)
    assert running(managed) is None
    assert told("graph", "stop") == (0, {"stopped": False})
    code, data = told("graph", "status")
    assert code == 3
    assert "graph start" in data["error"]["try"]
    code, data = told("graph", "start")
    assert code == 0
    assert not data["already"]
    assert (data["uri"], data["password_file"]) == (before.uri, str(before.password_file))
    with connected(server) as again:  # the address, port and password of before
        assert again.run("RETURN 1 AS one") == [{"one": 1}]


def test_status_says_what_the_graph_holds(managed, graph, told, capsys):
    code, data = told("graph", "status")
    assert code == 0
    assert data["own"]
    assert data["version"].startswith("5.26")
    assert (data["digest"], data["as_of"], data["nodes"]) == (None, None, 0)
    graph.run(f"CREATE (log:Log {cypher(LOG)})-[:LATEST]->(:Sweep {{id: 's_1'}})")
    code, data = told("graph", "status")
    assert (data["digest"], data["as_of"]) == (LOG["digest"], "2026-03-29T23:59:59Z")
    assert (data["nodes"], data["relationships"], data["sweep"]) == (2, 1, "s_1")
    assert not data["loading"]
    graph.run("MATCH (log:Log) SET log.target = 'more'")
    assert told("graph", "status")[1]["loading"]
    assert run(["--workspace", str(managed), "graph", "status"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "as of 2026-03-29 23:59 UTC: 3 users" in "\n".join(lines)
    assert all(len(line) <= 80 for line in lines)


def test_the_doctor_logs_in_and_compares_the_schema(managed, graph, told, monkeypatch):
    def found(check):
        _, (finding,) = told("doctor", "--only", check)
        return finding["status"], finding["text"] + finding["mend"]

    assert found("neo4j")[0] == "ok"
    assert found("graph")[0] == "skipped"
    graph.run(f"CREATE (:Log {cypher(LOG)})")
    apply_schema(graph, LOG["declared"])
    assert found("graph")[0] == "ok"
    graph.run("DROP CONSTRAINT declared_bank_card_id")
    status, text = found("graph")
    assert status == "warn"
    assert "declared_bank_card_id" in text
    assert "graph load" in text
    monkeypatch.setenv("RINGFINDER_NEO4J_URI", running(managed).uri)
    monkeypatch.setenv("RINGFINDER_NEO4J_PASSWORD", "wrong-and-secret")
    status, text = found("neo4j")
    assert status == "fail"
    assert "refuses" in text
    assert "wrong-and-secret" not in text
    assert found("graph")[0] == "skipped"


def cypher(properties):
    """Write properties as a map of Cypher."""
    return "{" + ", ".join(f"{name}: {json.dumps(one)}" for name, one in properties.items()) + "}"
