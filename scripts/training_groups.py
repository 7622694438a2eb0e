"""The candidate groups that the community head learns from, world by world.

Describing them takes longer than learning: they are kept in benchmarks/runs under a digest of the
code that they follow from, so that training and the benchmarks that train heads anew share them.
What other code described is removed.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ringfinder.evaluate.truth import read_truth
from ringfinder.features.groups import Groups
from ringfinder.features.load import ids
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.simulate import simulate
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.rings.find import find_groups
from ringfinder.rings.score import head_inputs
from ringfinder.rings.statistics import column
from ringfinder.store.workspace import Workspace

from tellings import NO_BROWSING, NO_IDENTIFIERS, SELLERS_ONLY, WHOLE, plant, thin  # isort: skip - a script
from variations import vary  # isort: skip - a script

GROUP_WORLDS = (
    ("mixed", 300_000, 11, WHOLE),
    ("mixed", 300_000, 12, WHOLE),
    ("mixed", 150_000, 13, NO_BROWSING),
    ("slow", 300_000, 14, WHOLE),
    ("bursty", 300_000, 15, WHOLE),
    ("identifier", 300_000, 16, WHOLE),
    ("none", 300_000, 17, WHOLE),
    ("none", 150_000, 18, NO_BROWSING),
    ("mixed", 800_000, 19, WHOLE),
    ("none", 600_000, 20, WHOLE),
    ("mixed", 100_000, 21, WHOLE),
    ("mixed", 100_000, 22, NO_IDENTIFIERS),
    ("improvised", 300_000, 23, WHOLE),
    ("improvised", 300_000, 24, WHOLE),
    ("improvised", 150_000, 25, NO_IDENTIFIERS),
    ("improvised", 150_000, 26, WHOLE),
    ("improvised", 600_000, 27, WHOLE),
    ("gatherings", 300_000, 28, WHOLE),
    ("gatherings", 300_000, 29, WHOLE),
    ("mixed", 300_000, 30, SELLERS_ONLY),
)
"""Mix, events, seed and telling of each world."""

PLANTED_SEEDS = range(301, 337)
"""Seeds of worlds of honest life, retold, with rings of the injector's making (`tellings`)."""

VARIED_SEEDS = range(401, 437)
"""Seeds of worlds with knobs drawn at random (`variations`)."""

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "benchmarks" / "runs" / "training"


@dataclass(frozen=True)
class World:
    """Candidate groups of one world, with all that training asks of them.

    `stats` float32 [g, F] as the head reads them, `nats` float32 [g] what a description saves in
    all, `jaccard` float64 [g] the best match with a planted ring and `typology` that ring's.
    """

    groups: Groups
    stats: npt.NDArray[np.float32]
    nats: npt.NDArray[np.float32]
    jaccard: npt.NDArray[np.float64]
    typology: npt.NDArray[np.str_]

    def save(self, path: Path) -> None:
        """Write to a file that is there whole or not at all."""
        part = path.with_suffix(f".{os.getpid()}.npz")
        np.savez(
            part,
            ptr=self.groups.ptr,
            user=self.groups.user,
            stats=self.stats,
            nats=self.nats,
            jaccard=self.jaccard,
            typology=self.typology,
        )
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> "World":
        """Read what `save` wrote."""
        with np.load(path) as of:
            groups = Groups(of["ptr"], of["user"])
            return cls(groups, of["stats"], of["nats"], of["jaccard"], of["typology"])


def best_ring(
    groups: Groups, rings: Sequence[npt.NDArray[np.int32]]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """The best Jaccard index of each group with a ring, and the ring's position, -1 for none."""
    best, which = np.zeros(len(groups)), np.full(len(groups), -1)
    for position, ring in enumerate(rings):
        inside = np.isin(groups.user, ring)
        both = np.add.reduceat(inside, groups.ptr[:-1]) if len(groups) else np.empty(0)
        jaccard = both / (groups.sizes + len(ring) - both)
        which[jaccard > best] = position
        best = np.maximum(best, jaccard)
    return best, which


def told_world(directory: Path, engine: str, world: tuple[str, int, int, str]) -> None:
    """Write a world of an engine, of this mix, events and seed, as its telling has it."""
    mix, events, seed, telling = world
    simulate(directory, events=events, seed=seed, mix=mix, engine=engine)
    thin(directory / "events.parquet", telling)


def described(directory: Path) -> World:
    """Ingest a world and find its candidate groups."""
    workspace = Workspace(directory / "workspace")
    ingest(workspace, [directory / "events.parquet"])
    snapshot = snapshot_at(workspace, as_of=None, window=None)
    truth, found = read_truth(directory), find_groups(snapshot)
    code = {name: i for i, name in enumerate(ids(snapshot, "user"))}
    rings = [
        np.array(sorted(code[user] for user in ring.members), np.int32) for ring in truth.rings
    ]
    jaccard, which = best_ring(found.groups, rings)
    names = np.array([*(ring.typology for ring in truth.rings), ""])
    stats = head_inputs(found.statistics, snapshot.n_users)
    nats = column(found.statistics, "net_nats") * column(found.statistics, "size")
    return World(found.groups, stats, nats, jaccard, names[which])


def training_groups(engine: str) -> Iterator[World]:
    """The worlds of an engine that groups are learned on, one after the other, always the same."""
    made: list[tuple[str, Callable[[Path], None]]] = [
        (f"{world[0]}-{world[2]}", partial(told_world, engine=engine, world=world))
        for world in GROUP_WORLDS
    ]
    made += [
        (f"planted-{seed}", partial(plant, engine=engine, seed=seed)) for seed in PLANTED_SEEDS
    ]
    made += [(f"varied-{seed}", partial(vary, engine=engine, seed=seed)) for seed in VARIED_SEEDS]
    kept = KEPT / _digest()
    for former in KEPT.glob("*"):
        if former != kept:
            shutil.rmtree(former)
    kept.mkdir(parents=True, exist_ok=True)
    for name, write in made:
        path = kept / f"{engine}-{name}.npz"
        if not path.exists():
            with tempfile.TemporaryDirectory() as place:
                write(Path(place))
                described(Path(place)).save(path)
        world = World.load(path)
        rings = len(np.unique(world.typology[world.jaccard > 0]))
        print(f"{path.stem}: {len(world.groups)} groups, {rings} typologies", flush=True)
        yield world


def _digest() -> str:
    """Of all code that groups of training worlds follow from."""
    package = ROOT / "src" / "ringfinder"
    code = [
        *sorted(package.glob("*.py")),
        *(
            path
            for part in ("events", "evaluate", "features", "graph", "rings", "store")
            for path in sorted((package / part).rglob("*.py"))
        ),
    ]
    code += [
        ROOT / "scripts" / f"{name}.py" for name in ("tellings", "training_groups", "variations")
    ]
    digest = hashlib.sha256()
    for path in code:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
