"""The kit's web server hands out the kit, to Browser alone, and nothing else."""

import http.client
import json
import os
import socket
import stat
import threading

import psutil
import pytest

from ringfinder.errors import StoreError
from ringfinder.graph.neo4j import kit_process
from ringfinder.graph.neo4j.kit_process import kit_port, port_to_take, serving, stop_serving
from ringfinder.graph.neo4j.kit_server import _Server, saved_queries, state_file

BROWSER = "http://127.0.0.1:7474"
ORIGINS = frozenset({BROWSER, "http://localhost:7474"})
CASE = f"case-{'0f' * 16}.html"


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    directory = tmp_path_factory.mktemp("served") / "kit"
    directory.mkdir()
    for name in (CASE, "guide.html", "ringfinder.grass", "server.json", "key"):
        (directory / name).write_text(f"this is {name}")
    (directory.parent / "guide.html").write_text("outside")
    with _Server(directory, 0, ORIGINS) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def ask(port, path, method="GET", host=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host or f"localhost:{port}")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer, body


@pytest.mark.parametrize("name", [CASE, "guide.html", "ringfinder.grass"])
def test_the_kit_is_given_to_browser(kit, name):
    answer, body = ask(kit, f"/{name}", Origin=BROWSER)
    assert (answer.status, body) == (200, f"this is {name}")
    assert answer.headers["Access-Control-Allow-Origin"] == BROWSER
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert ask(kit, f"/{name}", "HEAD")[1] == ""


def test_saved_queries_are_given_as_they_are(kit):
    assert len(saved_queries()) == 20
    for name, text in saved_queries().items():
        answer, body = ask(kit, f"/queries/{name}")
        assert (answer.status, body) == (200, text.decode())
    assert ask(kit, "/queries/99-nothing.cypher")[0].status == 404


def test_browser_is_told_beforehand_that_it_may_ask(kit):
    wanted = {"Access-Control-Request-Headers": "pragma,cache-control"}
    answer, body = ask(kit, "/guide.html", "OPTIONS", Origin=BROWSER, **wanted)
    assert (answer.status, body) == (204, "")
    assert answer.headers["Access-Control-Allow-Origin"] == BROWSER
    assert answer.headers["Access-Control-Allow-Headers"] == "*"
    assert answer.headers["Access-Control-Allow-Private-Network"] == "true"


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:7475", ""])
def test_pages_of_others_get_no_leave_to_read(kit, method, origin):
    answer, _ = ask(kit, f"/{CASE}", method, Origin=origin)
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1:1", "evil:{port}", "["])
def test_a_foreign_name_that_leads_here_gets_nothing(kit, host):
    for method in ("GET", "HEAD", "OPTIONS"):
        answer, body = ask(kit, f"/{CASE}", method, host=host.format(port=kit), Origin=BROWSER)
        assert answer.status == 404
        assert "this is" not in body
    assert ask(kit, f"/{CASE}", host=f"127.0.0.1:{kit}")[0].status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "//",
        "/.",
        "/../guide.html",
        "/%2e%2e/guide.html",
        "/..%2fguide.html",
        "/queries/",
        "/queries/../kit/ringfinder.grass",
        "/queries/..%2f..%2fguide.html",
        "/server.json",
        "/key",
        "/case-1.html",
        f"/{CASE}/",
        f"/{CASE}?x",
        f"/{CASE}%00",
        "/<script>alert(1)</script>",
        "http://localhost/guide.html",
    ],
)
def test_nothing_else_is_given_and_nothing_is_echoed(kit, path):
    answer, body = ask(kit, path)
    assert (answer.status, body) == (404, "Not Found\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "<b>"])
def test_other_methods_are_refused(kit, method):
    answer, body = ask(kit, "/guide.html", method)
    assert (answer.status, body) == (501, "Not Implemented\n")


def test_a_request_that_is_none_is_refused_without_an_echo(kit):
    with socket.create_connection(("127.0.0.1", kit), timeout=5) as plain:
        plain.sendall(b"<script> x y z\r\n\r\n")
        told = plain.recv(4_000).decode()
    assert "script" not in told
    assert "Bad Request" in told


def test_it_listens_on_loopback_only(kit):
    here = [one.laddr for one in psutil.Process().net_connections("tcp") if one.laddr.port == kit]
    assert {one.ip for one in here} == {"127.0.0.1"}


@pytest.fixture
def directory(tmp_path):
    yield tmp_path / "kit"
    stop_serving(tmp_path / "kit")


def test_a_server_apart_is_found_again_and_stopped(directory, monkeypatch):
    monkeypatch.setenv("RINGFINDER_NEO4J_PASSWORD", "not for others")
    port = kit_port(directory, origins=ORIGINS)
    assert kit_port(directory, origins=ORIGINS) == port
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    process = psutil.Process(serving(directory).pid)
    assert "RINGFINDER_NEO4J_PASSWORD" not in process.environ()
    assert os.getsid(process.pid) == process.pid
    (directory / "guide.html").write_text("here")
    assert ask(port, "/guide.html", Origin=BROWSER)[1] == "here"
    assert stop_serving(directory)
    assert serving(directory) is None
    assert not stop_serving(directory)


def test_new_origins_take_the_place_on_the_same_port(directory):
    port = kit_port(directory, origins=ORIGINS)
    first = serving(directory).pid
    assert kit_port(directory, origins=[BROWSER]) == port
    assert serving(directory).pid != first
    assert serving(directory).origins == (BROWSER,)
    assert port_to_take(directory) == port
    assert serving(directory) is None


def test_another_process_with_its_number_is_not_taken_for_it(directory):
    directory.mkdir()
    other = {"pid": os.getpid(), "started": 1.0, "port": 1, "origins": [BROWSER]}
    for noted in (json.dumps(other), "", "[]", '{"pid": 1}'):
        state_file(directory).write_text(noted)
        assert serving(directory) is None
        assert not stop_serving(directory)


def test_a_server_that_does_not_start_is_told(directory, monkeypatch):
    monkeypatch.setattr(kit_process, "_MODULE", "ringfinder.no_such_module")
    with pytest.raises(StoreError, match="No module named") as problem:
        kit_port(directory, origins=ORIGINS)
    assert problem.value.exit_code == 3
