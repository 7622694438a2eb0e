"""A workspace's own Neo4j server: started apart from us, found again, and stopped."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from ringfinder.errors import StoreError
from ringfinder.events.progress import Progress
from ringfinder.graph.neo4j.connection import Address, connected
from ringfinder.graph.neo4j.home import HOST, Home, State, free, home
from ringfinder.graph.neo4j.jars import cache_errors_told, fetched, private_directory
from ringfinder.graph.neo4j.java import java
from ringfinder.store.workspace import locked

if TYPE_CHECKING:
    from ringfinder.graph.neo4j.bulk import Importer

USER = "neo4j"

_MAIN_CLASS = "org.neo4j.server.CommunityEntryPoint"
_MEMORY = ("-Xms256m", "-Xmx1g", "-XX:+UseG1GC")
_OPENED = ("java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch")
_START_S = 180.0
_STOP_S = 60.0
_BUSY_S = 300.0
_LOOK_S = 0.2
_TRIES = 3
_TOLD_LINES = 3


@dataclass(frozen=True)
class Running:
    """A server whose process lives, and where it is found; `uri` is for Bolt, `http` Browser's."""

    uri: str
    http: str
    pid: int
    password_file: Path
    home: Path

    def password(self) -> str:
        """Read the password, or raise `StoreError` where it cannot be read."""
        return Home(self.home).password()

    def address(self) -> Address:
        """Give the address to connect to."""
        return Address(self.uri, USER, self.password(), self.http)


def running(workspace_root: Path) -> Running | None:
    """Find the workspace's server; None where it does not run.

    A note of a process that has ended, or whose number another process has now, does not count.
    """
    return _found(home(workspace_root))


def start(workspace_root: Path, *, progress: Progress) -> Running:
    """Start the workspace's server, where it does not run already, and wait until it answers.

    It goes on when this process ends. What it needs is fetched by the first start of all. Raises
    `StoreError` where there is no Java or no Maven, the disk is full, or the server fails.
    """
    place = home(workspace_root)
    with cache_errors_told(), _held(place):
        return _start(place, progress)


def stop(workspace_root: Path) -> bool:
    """Stop the workspace's server and wait for its end; tell whether there was one to stop."""
    place = home(workspace_root)
    if running(workspace_root) is None:
        return False
    with cache_errors_told(), _held(place):
        return _stop(place)


@contextmanager
def stopped_for_import(workspace_root: Path, *, progress: Progress) -> Iterator["Importer"]:
    """Keep the server stopped for the block, which replaces its database, then start it again.

    Nobody else can start it meanwhile. Where the block fails or is killed it stays stopped, and its
    next start begins with an empty database.
    """
    from ringfinder.graph.neo4j.bulk import Importer  # noqa: PLC0415 - takes pyarrow with it

    place = home(workspace_root)
    with cache_errors_told(), _held(place):
        lib = fetched(progress=progress)
        _stop(place)
        place.prepare(java(), lib)
        place.importing.touch()
        yield Importer(java(), lib, place.path)
        place.importing.unlink()
        _start(place, progress)


@contextmanager
def _held(place: Home) -> Iterator[None]:
    private_directory(place.path)
    with locked(place.lock, wait_s=_BUSY_S):
        yield


def _found(place: Home) -> Running | None:
    state = place.state()
    if state is None or _process(place, state) is None:
        return None
    return Running(
        uri=f"bolt://{HOST}:{state.bolt}",
        http=f"http://{HOST}:{state.http}",
        pid=state.pid,
        password_file=place.password_file,
        home=place.path,
    )


def _start(place: Home, progress: Progress) -> Running:
    if _found(place) is not None:
        return _awaited(place, progress) or _start(place, progress)
    program, lib = java(), fetched(progress=progress)
    place.prepare(program, lib)
    for _ in range(_TRIES):
        ports = place.ports()
        place.configure(*ports)
        place.write_state(State(_spawn(place, program, lib).pid, *ports))
        try:
            found = _awaited(place, progress)
        except BaseException:
            _stop(place)
            raise
        if found is not None:
            progress("start Neo4j", 1, 1)
            return found
        if all(free(port) for port in ports):
            break  # it did not end because another process was quicker to take a port
    raise _failed(place)


def _spawn(place: Home, program: Path, lib: Path) -> subprocess.Popen[bytes]:
    path = place.path
    with place.log.open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own command line, without a shell
            [
                program,
                *_MEMORY,
                *(f"--add-opens={opened}=ALL-UNNAMED" for opened in _OPENED),
                "-cp",
                f"{path}/plugins/*:{path}/conf/*:{lib}/*",
                _MAIN_CLASS,
                f"--home-dir={path}",
                f"--config-dir={path}/conf",
                "--console-mode",
            ],
            cwd=path,
            env=place.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            umask=0o077,
        )


def _awaited(place: Home, progress: Progress) -> Running | None:
    """Wait until the server takes our password and serves Browser; None where it ends instead."""
    began = time.monotonic()
    while (found := _found(place)) is not None:
        if _answers(place, found):
            return found
        if time.monotonic() - began > _START_S:
            raise _failed(place)
        progress("start Neo4j", 0, 1)
        time.sleep(_LOOK_S)
    return None


def _answers(place: Home, found: Running) -> bool:
    """Tell whether the server takes our password; it is shown to no other process."""
    state = place.state()
    if state is None or not {state.bolt, state.http} <= _listening(found.pid):
        return False
    try:
        with connected(found.address()) as graph:
            graph.run("RETURN 1")
    except StoreError as error:
        if "Security" in str(getattr(error.__cause__, "code", "")):
            hint = f"write the right password into {found.password_file}"
            raise StoreError(error.what, error.why, hint) from error
        return False
    return True


def _listening(pid: int) -> set[int]:
    """List the ports on which a process listens."""
    try:
        connections = psutil.Process(pid).net_connections("tcp")
    except psutil.Error:
        return set()
    return {one.laddr.port for one in connections if one.status == psutil.CONN_LISTEN}


def _stop(place: Home) -> bool:
    state = place.state()
    process = None if state is None else _process(place, state)
    if process is None:
        return False
    with suppress(psutil.NoSuchProcess):
        process.terminate()
        try:
            process.wait(_STOP_S)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(_STOP_S)
    return True


def _process(place: Home, state: State) -> psutil.Process | None:
    """Find the process of a state, if it lives and is indeed the server of this home."""
    try:
        process = psutil.Process(state.pid)
        ours = f"--home-dir={place.path}" in process.cmdline()
    except psutil.Error:
        return None
    return process if ours else None


def _failed(place: Home) -> StoreError:
    try:
        lines = place.log.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    told = [line.strip() for line in lines if line.strip()]
    return StoreError(
        "the Neo4j server does not start",
        " / ".join(told[-_TOLD_LINES:]) or "it said nothing",
        f"mend what it tells of; the whole log is {place.log}",
    )
