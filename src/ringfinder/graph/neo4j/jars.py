"""Neo4j's own files: fetched once by Maven into the user's cache, never shipped with ringfinder."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from ringfinder.errors import StoreError
from ringfinder.events.progress import Progress
from ringfinder.graph.neo4j.java import java
from ringfinder.store.workspace import disk_errors_told, locked, new_directory

VERSION = "5.26.29"

_FETCH = ("dependency:copy-dependencies", "-DincludeScope=runtime")
_FETCH_S = 1800
_TOLD_LINES = 3
_LOOK_S = 0.5


def cache() -> Path:
    """Give ringfinder's directory in the user's cache; it need not be there yet."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".cache") / "ringfinder"


def private_directory(path: Path) -> Path:
    """Make a directory that only its owner can enter; those above it are made as usual."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


@contextmanager
def cache_errors_told() -> Iterator[None]:
    """Turn the errors of a full or read-only disk under the cache into `StoreError`."""
    try:
        with disk_errors_told(cache()):
            yield
    except StoreError as error:
        if not isinstance(error.__cause__, OSError):
            raise
        hint = "free disk space, mend the rights, or set XDG_CACHE_HOME to another directory"
        raise StoreError(error.what, error.why, hint) from error.__cause__


def library() -> Path:
    """Say where the jars lie once they are fetched."""
    return cache() / f"neo4j-{VERSION}" / "lib"


def fetched(*, progress: Progress) -> Path:
    """Give the directory of the jars, fetched now where they are not there yet.

    Two fetches at once wait for each other, and one that is killed leaves nothing that counts.
    Raises `StoreError` where Maven is missing or fails, or the disk is full.
    """
    if library().is_dir():
        return library()
    maven()
    with (
        cache_errors_told(),
        locked(private_directory(cache()) / "fetch.lock", wait_s=_FETCH_S),
    ):
        if not library().is_dir():
            with new_directory(library().parent) as directory:
                _fetch(directory, progress)
    return library()


def maven() -> Path:
    """Find the `mvn` program, or raise `StoreError`."""
    if found := shutil.which("mvn"):
        return Path(found)
    raise StoreError(
        "Neo4j cannot be fetched",
        "it takes Maven, and there is no `mvn` on PATH",
        "install Maven (Debian: apt install maven), or use compose.yaml with Docker",
    )


def _fetch(directory: Path, progress: Progress) -> None:
    pom = directory / "pom.xml"
    pom.write_bytes(files("ringfinder.graph.neo4j").joinpath(pom.name).read_bytes())
    lib = directory / "lib"
    command = [str(maven()), "-q", "-B", "-f", str(pom), *_FETCH, f"-DoutputDirectory={lib}"]
    log = directory / "fetch.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603 - the Maven of the user's machine and a fixed goal
            command, env=_environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        ) as process,
    ):
        while process.poll() is None:
            progress("fetch Neo4j", len(list(lib.glob("*.jar"))), None)
            time.sleep(_LOOK_S)
    if process.returncode or not any(lib.glob("neo4j-*.jar")):
        told = [line for line in log.read_text(errors="replace").splitlines() if "ERROR" in line]
        raise StoreError(
            "Neo4j cannot be fetched",
            " / ".join(told[:_TOLD_LINES]) or "Maven gave no reason",
            "see that `mvn` reaches its repository and that the disk has room, then try again",
        )
    log.unlink()


def _environment() -> dict[str, str]:
    """Let Maven run on the Java that we found where it would find none by itself."""
    environment = dict(os.environ)
    if "JAVA_HOME" not in environment and shutil.which("java") is None:
        environment["JAVA_HOME"] = str(java().parent.parent)
    return environment
