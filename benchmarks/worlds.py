"""Worlds whose truth is known, ingested one after the other: the reference worlds and our own."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from data import data_directory

from ringfinder.detect.hybrid import Hybrid
from ringfinder.events.simulator.engine import ENGINES
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.ranking import judge_of
from ringfinder.pipeline.simulate import simulate
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.rings.find import find_groups, tell_rings
from ringfinder.rings.ring import Ring
from ringfinder.store.workspace import Workspace

MIXES = ("mixed", "slow", "bursty", "identifier")
EVENTS = 300_000
REFERENCE = "reference"
LISTED = 200
"""Rings that a sweep lists."""


@dataclass(frozen=True)
class World:
    """A world in `directory`, its log ingested; `kind` is the engine's name or `REFERENCE`."""

    kind: str
    name: str
    directory: Path
    workspace: Workspace


def each_world(mixes: Sequence[str], seeds: Sequence[int]) -> Iterator[World]:
    """The reference worlds where they are here, then own ones of each engine, mix and seed.

    A world's workspace, and an own world, is deleted when the next one is asked for.
    """
    root = data_directory("worlds")
    if root is None:
        print("skipped: the reference worlds are not here (set RINGFINDER_DATA)")
    for directory in sorted(root.iterdir()) if root else ():
        with tempfile.TemporaryDirectory() as place:
            yield _ingested(REFERENCE, directory.name, directory, Path(place))
    for engine in ENGINES:
        for mix in mixes:
            for seed in seeds:
                with tempfile.TemporaryDirectory() as place:
                    directory = Path(place, "world")
                    simulate(directory, events=EVENTS, seed=seed, mix=mix, engine=engine)
                    yield _ingested(engine, f"{engine} {mix} {seed}", directory, Path(place))


def _ingested(kind: str, name: str, directory: Path, place: Path) -> World:
    workspace = Workspace(place / "workspace")
    ingest(workspace, [directory / "events.parquet"])
    return World(kind, name, directory, workspace)


def rings_of(workspace: Workspace, head: Hybrid, as_of: int | None = None) -> list[Ring]:
    """The rings of a sweep that nobody judged, best first; users are not scored, which ranks none.

    `as_of` in microseconds UTC, None the last event.
    """
    snapshot = snapshot_at(workspace, as_of=as_of, window=None)
    found = find_groups(snapshot)
    judge = judge_of(head, snapshot.n_users)
    return tell_rings(found, judge(found.statistics), max_rings=LISTED, judge=judge)
