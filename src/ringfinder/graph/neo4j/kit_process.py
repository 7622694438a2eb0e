"""The kit's web server as a process apart: started where none runs, found again, and stopped."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from ringfinder.errors import StoreError
from ringfinder.graph.neo4j.home import free
from ringfinder.graph.neo4j.jars import private_directory
from ringfinder.graph.neo4j.kit_server import State, state_file
from ringfinder.store.workspace import disk_errors_told, locked

_MODULE = "ringfinder.graph.neo4j.kit_server"
_START_S = 30.0
_STOP_S = 5.0
_LOOK_S = 0.05
_CLOCK_S = 2.0
"""By how much a process may seem to have begun at another time once the clock was set."""


def kit_port(directory: Path, *, origins: Iterable[str]) -> int:
    """Give the port on which `directory` is served, by a server started now where none is there.

    It lets pages of `origins` read, and goes on when this process ends. Raises `StoreError` where
    it does not start.
    """
    allowed = tuple(sorted(origins))
    with _held(directory):
        state = serving(directory)
        if state is not None and state.origins == allowed:
            return state.port
        return _start(directory, _vacated(directory), allowed)


def port_to_take(directory: Path) -> int:
    """Stop what serves `directory`, and give its port where that is free then, else 0 for any."""
    with _held(directory):
        return _vacated(directory)


def serving(directory: Path) -> State | None:
    """Find the server of `directory`; None where it does not run."""
    state = _noted(directory)
    return None if state is None or _process(state) is None else state


def stop_serving(directory: Path) -> bool:
    """Stop the server of `directory` and wait for its end; tell whether there was one."""
    state = serving(directory)
    if state is None:
        return False
    for end in (psutil.Process.terminate, psutil.Process.kill):
        deadline = time.monotonic() + _STOP_S
        # Looked for again and again: one that has ended stays in the list until its parent asks.
        while (process := _process(state)) is not None and time.monotonic() < deadline:
            with suppress(psutil.NoSuchProcess):
                end(process)
            time.sleep(_LOOK_S)
    return True


@contextmanager
def _held(directory: Path) -> Iterator[None]:
    with disk_errors_told(directory):
        private_directory(directory)
    with locked(directory / "server.lock", wait_s=_START_S):
        yield


def _vacated(directory: Path) -> int:
    stop_serving(directory)
    last = _noted(directory)
    return last.port if last is not None and free(last.port) else 0


def _start(directory: Path, port: int, origins: tuple[str, ...]) -> int:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RINGFINDER_")}
    log = directory / "server.log"
    with disk_errors_told(log), log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command line, without a shell
            [sys.executable, "-m", _MODULE, str(directory.resolve()), str(port), *origins],
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    deadline = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < deadline:
        state = _noted(directory)
        if state is not None and state.pid == process.pid:
            return state.port
        time.sleep(_LOOK_S)
    process.kill()
    process.wait()
    told = log.read_text(errors="replace").strip().splitlines()
    raise StoreError(
        "the kit's server does not start",
        told[-1] if told else "it said nothing",
        f"mend what {log} tells of, then try again",
    )


def _noted(directory: Path) -> State | None:
    try:
        noted = json.loads(state_file(directory).read_text())
        return State(**{**noted, "origins": tuple(noted["origins"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _process(state: State) -> psutil.Process | None:
    """Find the process of a state, if it lives and is the one that was noted."""
    try:
        process = psutil.Process(state.pid)
        same = abs(process.create_time() - state.started) < _CLOCK_S
        ended = process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return None
    return process if same and not ended else None
