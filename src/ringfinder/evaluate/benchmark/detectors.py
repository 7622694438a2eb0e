"""What is compared: ringfinder and its peers, as commands that are given a log and nothing else."""

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import ringfinder
from ringfinder.errors import InputError
from ringfinder.evaluate.benchmark.source import code_digest, files_digest, package_digest
from ringfinder.evaluate.benchmark.worlds import LOG
from ringfinder.evaluate.peers.registry import PEERS, missing

RINGFINDER = "ringfinder"
RINGS = "rings.jsonl"
SCORES = "scores.csv"
_SHIPPED = "base"
_NOT_DETECTING = ("evaluate", "cli", "events/simulator", "pipeline/benchmark.py")
_PYTHON = (sys.executable, "-P", "-m")


@dataclass(frozen=True)
class Detector:
    """A detector by name, and the commands that run it one after the other.

    They run in a directory that holds `LOG` alone, and leave `RINGS` there, and `SCORES` if they
    score users. `version` is a digest of all that makes its answer. `compiles` says whether a
    first run may spend its time on compiling.
    """

    name: str
    commands: tuple[tuple[str, ...], ...]
    version: str
    compiles: bool = True


@dataclass(frozen=True)
class Chosen:
    """The detectors that can run, and why each other one that was wanted cannot."""

    detectors: tuple[Detector, ...]
    skipped: dict[str, str]


def chosen(names: Sequence[str], *, every: bool) -> Chosen:
    """The detectors of these names; without names ringfinder and the fast peers, or `every` peer.

    Raises `InputError` for a name nobody knows, and where none can run.
    """
    usual = [RINGFINDER, *(name for name, row in PEERS.items() if row.fast or every)]
    wanted = list(dict.fromkeys(names)) or usual
    for name in wanted:
        if name != RINGFINDER and name not in PEERS:
            raise InputError(
                f"there is no detector {name!r}",
                "nobody knows it",
                f"name one of {', '.join((RINGFINDER, *PEERS))}",
            )
    lacking = {name: missing(name) for name in wanted if name != RINGFINDER}
    skipped = {
        name: f"{' and '.join(packages)} not installed"
        for name, packages in lacking.items()
        if packages
    }
    able = [name for name in wanted if name not in skipped]
    if not able:
        raise InputError(
            "no detector can run",
            "; ".join(f"{name}: {why}" for name, why in skipped.items()),
            'pip install "ringfinder[peers]"',
        )
    return Chosen(tuple(detector(name) for name in able), skipped)


def detector(name: str) -> Detector:
    """ringfinder, or the peer of that name."""
    if name == RINGFINDER:
        base = (*_PYTHON, "ringfinder", "--quiet", "--workspace", "workspace")
        commands = (
            (*base, "ingest", LOG),
            (*base, "sweep", "--rings-out", RINGS, "--scores-out", SCORES),
        )
        model = files_digest(Path(str(files("ringfinder.models"))) / _SHIPPED)
        return Detector(name, commands, _digest(package_digest(_NOT_DETECTING), model))
    row = PEERS[name]
    code = code_digest(row.path.partition(":")[0])
    needed = [f"{package} {version(package)}" for package in row.needs]
    command = (*_PYTHON, "ringfinder.evaluate.peers", name, LOG, RINGS)
    return Detector(name, (command,), _digest(row.path, code, *needed))


def _digest(*parts: str) -> str:
    return hashlib.sha256(repr((ringfinder.__version__, *parts)).encode()).hexdigest()
