"""The loop of a benchmark: worlds in turn, on each every detector in turn."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from ringfinder.errors import InputError, RingfinderError, WorkError
from ringfinder.evaluate.benchmark.cells import (
    Cell,
    Facts,
    Shelf,
    cell_key,
    rounded,
    unknown_facts,
)
from ringfinder.evaluate.benchmark.detectors import RINGS, SCORES, Detector
from ringfinder.evaluate.benchmark.process import Measured, run
from ringfinder.evaluate.benchmark.spend import Spend, spent
from ringfinder.evaluate.benchmark.worlds import LOG, Recipe, World
from ringfinder.evaluate.report import report
from ringfinder.evaluate.reported import read_groups, read_scores
from ringfinder.evaluate.traits import read_traits
from ringfinder.evaluate.truth import Truth, read_truth
from ringfinder.events.progress import Progress

_WARM_UP = Recipe("tastes", "mixed", 20_000, 1)
_NO_LIMIT_S = 1e6
_NOT_RUN = Measured(0.0, 0.0, 0.0, None)


@dataclass(frozen=True)
class Plan:
    """Which worlds and detectors, in the directory `root`; `limit_s` seconds for each cell."""

    root: Path
    worlds: tuple[World, ...]
    detectors: tuple[Detector, ...]
    limit_s: float


@dataclass(frozen=True)
class Measurements:
    """What stands when the loop has ended, in the order of the plan."""

    facts: tuple[Facts, ...]
    cells: tuple[Cell, ...]


def run_plan(plan: Plan, progress: Progress) -> Measurements:
    """Run every cell that is not done, one at a time; the caller holds the lock of `plan.root`.

    A world that is simulated or planted lies under the root as long as a cell needs it. Each
    detector is given a directory of its own with the log and nothing else. Before the first cell of
    a detector that compiles, it runs on a small world that is not counted: kernels are compiled
    once an installation. A cell that fails is kept with its reason and runs again in the next run.
    A detector that ran past the limit on a simulated world is not tried on larger ones after it.
    """
    with _workplace(plan.root / "work") as work:
        return _run(plan, _Bench(plan, work), progress)


@contextmanager
def _workplace(work: Path) -> Iterator[Path]:
    """An empty directory for the block; what a killed run left there goes first."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _run(plan: Plan, bench: "_Bench", progress: Progress) -> Measurements:
    facts: list[Facts] = []
    cells: list[Cell] = []
    total = len(plan.worlds) * len(plan.detectors)
    progress("cells", 0, total)
    for world in plan.worlds:
        begun = len(cells)

        def count(done: int, begun: int = begun) -> None:
            progress("cells", begun + done, total)

        found, row = bench.on(world, count)
        facts.append(found)
        cells += row
    return Measurements(tuple(facts), tuple(cells))


class _Bench:
    """The state of one run: which detectors are warm, and from how many events on one is late."""

    def __init__(self, plan: Plan, work: Path) -> None:
        self._plan = plan
        self._shelf = Shelf(plan.root)
        self._warm: set[str] = set()
        self._late: dict[str, int] = {}
        self._work = work

    def on(self, world: World, count: Callable[[int], None]) -> tuple[Facts, list[Cell]]:
        """The facts of a world and its row of cells; those not done are run now."""
        kept = [self._shelf.cell(world, detector) for detector in self._plan.detectors]
        facts = self._shelf.facts(world)
        if facts is not None and all(kept):
            count(len(kept))
            return facts, [cell for cell in kept if cell is not None]
        cells = []
        try:
            with self._standing(world) as directory:
                truth = read_truth(directory)
                facts = facts or self._learnt(world, directory, truth)
                for detector, done in zip(self._plan.detectors, kept, strict=True):
                    cells.append(done or self._measured(world, detector, directory, truth))
                    count(len(cells))
        except RingfinderError as error:
            why = f"{error.what}: {error.why}"
            for detector, done in list(zip(self._plan.detectors, kept, strict=True))[len(cells) :]:
                cells.append(done or self._put(world, detector, replace(_NOT_RUN, reason=why)))
                count(len(cells))
        return facts or unknown_facts(world), cells

    @contextmanager
    def _standing(self, world: World) -> Iterator[Path]:
        """The directory of a world; one that is not named is made now and removed afterwards."""
        if world.directory is not None:
            yield world.directory
            return
        out = self._plan.root / "worlds" / world.name
        shutil.rmtree(out, ignore_errors=True)  # a killed run left it
        try:
            if world.planting is not None:
                world.planting.write(out)
            elif world.recipe is not None:
                self._simulate(world.recipe, out)
            yield out
        finally:
            shutil.rmtree(out, ignore_errors=True)

    def _simulate(self, recipe: Recipe, out: Path) -> None:
        taken = run([recipe.command(out.resolve())], self._work, limit_s=_NO_LIMIT_S)
        if taken.reason is not None:
            raise WorkError(
                "the world could not be simulated",
                taken.reason,
                f"run {' '.join(recipe.command(out)[3:])}",
            )

    def _learnt(self, world: World, directory: Path, truth: Truth) -> Facts:
        """The facts of a world, kept for the next run."""
        facts = replace(
            unknown_facts(world),
            events=pq.read_metadata(directory / LOG).num_rows,
            users=len(truth.users),
            rings=len(truth.rings),
            spend=Spend(**rounded(asdict(spent(directory)))),
            planted=read_traits(directory),
        )
        self._shelf.put_facts(facts)
        return facts

    def _measured(self, world: World, detector: Detector, directory: Path, truth: Truth) -> Cell:
        limit_s = self._plan.limit_s
        events = 0 if world.recipe is None else world.recipe.events
        least = self._late.get(detector.name, events)
        if events > least:
            why = f"not run: past the limit of {limit_s:g} s on {least:,} events already"
            return self._put(world, detector, replace(_NOT_RUN, reason=why))
        self._warm_up(detector)
        with TemporaryDirectory(dir=self._work) as place:
            shutil.copyfile(directory / LOG, Path(place) / LOG)
            taken = run(detector.commands, Path(place), limit_s=limit_s)
            if taken.reason is not None:
                if world.recipe is not None and taken.wall_s >= limit_s:
                    self._late[detector.name] = events
                return self._put(world, detector, taken)
            try:
                figures = judged(truth, Path(place))
            except InputError as error:
                return self._put(
                    world, detector, replace(taken, reason=f"{error.what}: {error.why}")
                )
        return self._put(world, detector, taken, figures)

    def _put(
        self,
        world: World,
        detector: Detector,
        taken: Measured,
        figures: dict[str, object] | None = None,
    ) -> Cell:
        key = cell_key(world, detector)
        cell = Cell(world.name, detector.name, key, **rounded(asdict(taken)), figures=figures)
        self._shelf.put_cell(cell)
        return cell

    def _warm_up(self, detector: Detector) -> None:
        """Let a detector compile its kernels on a small world, once a run; failing is no matter."""
        if detector.name in self._warm or not detector.compiles:
            return
        self._warm.add(detector.name)
        small = self._work / "warm-up"
        if not small.exists():
            self._simulate(_WARM_UP, small)
        with TemporaryDirectory(dir=self._work) as place:
            shutil.copyfile(small / LOG, Path(place) / LOG)
            run(detector.commands, Path(place), limit_s=self._plan.limit_s)


def judged(truth: Truth, place: Path) -> dict[str, object]:
    """All figures of what a detector left in the directory `place`, as JSON holds them."""
    scores = place / SCORES
    found = report(
        truth, read_groups(place / RINGS), read_scores(scores) if scores.is_file() else None
    )
    figures: dict[str, object] = rounded(asdict(found))
    return figures
