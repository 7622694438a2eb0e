"""The home of a workspace's own Neo4j server: its directories, configuration and password."""

import hashlib
import json
import secrets
import shutil
import socket
import subprocess
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from ringfinder.errors import StoreError
from ringfinder.graph.neo4j.connection import DATABASE
from ringfinder.graph.neo4j.jars import cache, private_directory
from ringfinder.store.workspace import write_atomically

HOST = "127.0.0.1"
USUAL_PORTS = (7687, 7474)

_END_S = 30
_ADMIN_CLASS = "org.neo4j.server.startup.Neo4jAdminCommand"
_FOLDERS = ("conf", "data", "import", "licenses", "logs", "plugins", "run")
_CONFIGURATION = """\
server.default_listen_address={host}
server.bolt.listen_address={host}:{bolt}
server.bolt.advertised_address={host}:{bolt}
server.http.listen_address={host}:{http}
server.http.advertised_address={host}:{http}
server.https.enabled=false
server.memory.pagecache.size=512m
db.transaction.timeout=120s
dbms.usage_report.enabled=false
client.allow_telemetry=false
dbms.security.allow_csv_import_from_file_urls=false
browser.remote_content_hostname_whitelist=localhost,127.0.0.1
"""


@dataclass(frozen=True)
class State:
    """The server that was last started in a home: its process, its ports for Bolt and HTTP."""

    pid: int
    bolt: int
    http: int


@dataclass(frozen=True)
class Home:
    """The directory of one workspace's server; nothing is created until `prepare`."""

    path: Path

    @property
    def password_file(self) -> Path:
        """Where the password of the user `neo4j` lies; only its owner can read it."""
        return self.path / "password"

    @property
    def log(self) -> Path:
        """What the server says, from its last start on."""
        return self.path / "logs" / "server.log"

    @property
    def lock(self) -> Path:
        """The file whose lock is held while the server is started, stopped or kept stopped."""
        return self.path / "server.lock"

    @property
    def importing(self) -> Path:
        """A mark that stands while a bulk import writes the database."""
        return self.path / "importing"

    def environment(self) -> dict[str, str]:
        """Give the whole environment for Neo4j's programs: nothing of ours is handed on."""
        conf = str(self.path / "conf")
        return {"NEO4J_HOME": str(self.path), "NEO4J_CONF": conf, "LC_ALL": "C.UTF-8"}

    def state(self) -> State | None:
        """Read who was started last; None where nobody was, or the file is damaged."""
        try:
            return State(**json.loads((self.path / "server.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write_state(self, state: State) -> None:
        """Note who was started."""
        write_atomically(self.path / "server.json", json.dumps(asdict(state)).encode())

    def prepare(self, java: Path, lib: Path) -> None:
        """Make what a start needs, the password with it, and clear away a killed import.

        The password is never on a command line: Neo4j's own command takes it from a file, which
        only its owner can read, before the server is up for the first time. So there is no moment
        in which the server would take the password that everybody knows.
        """
        for folder in (self.path.parent.parent, self.path.parent, self.path):
            private_directory(folder)
        for name in _FOLDERS:
            private_directory(self.path / name)
        if self.importing.exists():
            self._end_importer()
            for part in ("databases", "transactions"):
                shutil.rmtree(self.path / "data" / part / DATABASE, ignore_errors=True)
            self.importing.unlink()
        if not (self.path / "data" / "databases" / "system").exists():
            self._set_password(java, lib)
        elif not self.password_file.exists():
            raise StoreError(
                "the password of the Neo4j server is gone",
                f"{self.password_file} is not there any more",
                f"put it back, or remove {self.path} to begin with an empty graph",
            )

    def _end_importer(self) -> None:
        """End an import whose own command was killed, before its database is cleared away."""
        with suppress(ValueError, psutil.Error):
            process = psutil.Process(int(self.importing.read_text()))
            if f"-Dbasedir={self.path}" in process.cmdline():
                process.kill()
                process.wait(_END_S)

    def configure(self, bolt: int, http: int) -> None:
        """Write the configuration for a server on these ports."""
        text = _CONFIGURATION.format(host=HOST, bolt=bolt, http=http)
        write_atomically(self.path / "conf" / "neo4j.conf", text.encode())

    def ports(self) -> tuple[int, int]:
        """Choose the ports for Bolt and HTTP: those of the last start, the usual or any free."""
        last = self.state()
        wanted = ((last.bolt, last.http) if last else None, USUAL_PORTS)
        for pair in wanted:
            if pair is not None and all(free(port) for port in pair):
                return pair
        return _any_two()

    def _set_password(self, java: Path, lib: Path) -> None:
        self.password_file.unlink(missing_ok=True)
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(secrets.token_hex(24) + "\n")
        done = subprocess.run(  # noqa: S603 - our own command line, without a shell
            [
                java,
                "-cp",
                lib / "*",
                f"-Dbasedir={self.path}",
                _ADMIN_CLASS,
                "dbms",
                "set-initial-password",
                f"@{self.password_file}",
            ],
            env=self.environment(),
            capture_output=True,
            check=False,
        )
        if done.returncode:
            told = done.stderr.decode(errors="replace").strip().splitlines()
            raise StoreError(
                "the password of the Neo4j server cannot be set",
                (told or ["no reason was given"])[-1].replace(self.password(), "***"),
                "see that the disk has room, then try again",
            )

    def password(self) -> str:
        """Read the password, or raise `StoreError` where it cannot be read."""
        try:
            return self.password_file.read_text().strip()
        except OSError as problem:
            raise StoreError(
                "the password of the Neo4j server cannot be read",
                f"{self.password_file}: {problem.strerror}",
                "put the file back, or give yourself the right to read it",
            ) from problem


def home(workspace_root: Path) -> Home:
    """Give the home of the server of the workspace at this root."""
    name = hashlib.sha256(str(workspace_root.resolve()).encode()).hexdigest()[:16]
    return Home(cache() / "neo4j" / name)


def free(port: int) -> bool:
    """Tell whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        # As the server itself will: a port whose last connections are just closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _any_two() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind((HOST, 0))
        other.bind((HOST, 0))
        return one.getsockname()[1], other.getsockname()[1]
