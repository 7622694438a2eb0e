"""The kit's web server, on loopback: guides, style and saved queries for Neo4j Browser.

Browser runs as a page of the Neo4j server and may read here because we name its origin. Nobody
else may: pages of other origins get no such leave, and a foreign name that leads here gets nothing.
"""

import json
import os
import re
import socketserver
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path

import psutil

from ringfinder.store.workspace import write_atomically

HOST = "127.0.0.1"
STYLE = "ringfinder.grass"

_WRITTEN = re.compile(r"/(guide\.html|case-[0-9a-f]{32}\.html|ringfinder\.grass)")
_QUERY = re.compile(r"/queries/([0-9a-z-]+\.cypher)")
_TYPES = {".html": "text/html", ".grass": "text/plain", ".cypher": "text/plain"}
_IDLE_S = 10


@dataclass(frozen=True)
class State:
    """The server that last served a directory: its process, its port, and whom it lets read.

    `started` is when the process began, seconds since 1970: with it a number that another process
    has got meanwhile is told from ours.
    """

    pid: int
    started: float
    port: int
    origins: tuple[str, ...]


def state_file(directory: Path) -> Path:
    """Say where the server of a directory notes itself."""
    return directory / "server.json"


def serve(
    directory: Path, *, port: int, origins: Iterable[str], ready: Callable[[int], None]
) -> None:
    """Serve the guides in `directory`, and the kit's own files, until interrupted.

    `port` 0 takes any free one; `ready` is told the port once the server answers. `origins` are
    those of Browser, such as `http://localhost:7474`.
    """
    allowed = tuple(sorted(origins))
    with _Server(directory, port, frozenset(allowed)) as server:
        me = psutil.Process()
        state = State(os.getpid(), me.create_time(), server.server_port, allowed)
        write_atomically(state_file(directory), json.dumps(asdict(state)).encode())
        ready(server.server_port)
        server.serve_forever()


class _Server(ThreadingHTTPServer):
    """Listens on loopback, and knows what may be read by whom."""

    daemon_threads = True

    def __init__(self, directory: Path, port: int, origins: frozenset[str]) -> None:
        self.directory = directory
        self.origins = origins
        super().__init__((HOST, port), _Handler)
        self.names = frozenset(f"{name}:{self.server_port}" for name in ("localhost", HOST))

    def server_bind(self) -> None:
        """Take the port without asking the network for this machine's name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "ringfinder"
    sys_version = ""
    timeout = _IDLE_S

    def do_GET(self) -> None:
        """Give a file of the kit."""
        found = self._found()
        if found is None:
            return self.send_error(HTTPStatus.NOT_FOUND)
        name, content = found
        kind = f"{_TYPES[Path(name).suffix]}; charset=utf-8"
        return self._answer(HTTPStatus.OK, content, kind)

    def do_HEAD(self) -> None:
        """Say what `do_GET` would give."""
        self.do_GET()

    def do_OPTIONS(self) -> None:
        """Tell Browser that it may ask."""
        if not self._asked_by_name():
            return self.send_error(HTTPStatus.NOT_FOUND)
        return self._answer(HTTPStatus.NO_CONTENT, b"", None)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse, without a word of what was asked."""
        del message, explain
        self.close_connection = True
        self._answer(HTTPStatus(code), f"{HTTPStatus(code).phrase}\n".encode(), "text/plain")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing: requests name cases."""

    def _asked_by_name(self) -> bool:
        return self.headers.get("Host") in self.server.names

    def _found(self) -> tuple[str, bytes] | None:
        if not self._asked_by_name():
            return None
        if written := _WRITTEN.fullmatch(self.path):
            try:
                return written[1], (self.server.directory / written[1]).read_bytes()
            except OSError:
                return None
        if (saved := _QUERY.fullmatch(self.path)) and saved[1] in saved_queries():
            return saved[1], saved_queries()[saved[1]]
        return None

    def _answer(self, status: HTTPStatus, content: bytes, kind: str | None) -> None:
        self.send_response(status)
        headers = getattr(self, "headers", None)  # a request that cannot be read has none
        origin = headers.get("Origin") if headers else None
        if origin in self.server.origins:
            self.send_header("Access-Control-Allow-Origin", str(origin))
            self.send_header("Access-Control-Allow-Headers", "*")
            self.send_header("Access-Control-Allow-Methods", "GET")
            self.send_header("Access-Control-Allow-Private-Network", "true")
        self.send_header("Vary", "Origin")
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", "default-src 'none'; sandbox")
        self.send_header("Referrer-Policy", "no-referrer")
        if kind is not None:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@cache
def saved_queries() -> dict[str, bytes]:
    """Read the saved queries, by file name."""
    kit = files("ringfinder.cypher").joinpath("kit")
    found = sorted(file.name for file in kit.iterdir() if file.name.endswith(".cypher"))
    return {name: kit.joinpath(name).read_bytes() for name in found}


if __name__ == "__main__":
    serve(Path(sys.argv[1]), port=int(sys.argv[2]), origins=sys.argv[3:], ready=lambda _port: None)
