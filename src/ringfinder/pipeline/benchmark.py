"""The verb `benchmark`: detectors and peers side by side on the same worlds, in one run."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ringfinder
from ringfinder.errors import InputError, WorkError
from ringfinder.evaluate.benchmark.detectors import chosen
from ringfinder.evaluate.benchmark.evasion import Curve, curves
from ringfinder.evaluate.benchmark.machine import machine
from ringfinder.evaluate.benchmark.plots import draw
from ringfinder.evaluate.benchmark.results import Results, write_results
from ringfinder.evaluate.benchmark.run import Plan, run_plan
from ringfinder.evaluate.benchmark.summary import Line, lines
from ringfinder.evaluate.benchmark.table import page
from ringfinder.evaluate.benchmark.worlds import Choice, World, named, simulated
from ringfinder.events.progress import Progress, silent
from ringfinder.store.workspace import locked, write_atomically

DEFAULT_LIMIT_S = 900.0
_LOCK = "benchmark.lock"


@dataclass(frozen=True)
class BenchmarkResult:
    """Where the results lie, a line for each setting and detector, and the price of escape.

    `pages` are results.json, results.md and the pictures; `failed` says why, by "world, detector";
    `skipped` why a detector did not run at all; `warnings` are told as such.
    """

    directory: Path
    pages: tuple[Path, ...]
    lines: tuple[Line, ...]
    escape: tuple[Curve, ...]
    failed: dict[str, str]
    skipped: dict[str, str]
    warnings: tuple[str, ...]


def benchmark(
    out: Path,
    *,
    worlds: Sequence[Path] = (),
    choice: Choice | None = None,
    detectors: Sequence[str] = (),
    every: bool = False,
    limit_s: float = DEFAULT_LIMIT_S,
    progress: Progress = silent,
) -> BenchmarkResult:
    """Run detectors on worlds and write results.json, results.md and plots/ into `out`.

    Without `worlds` and `choice` one mixed world is simulated; without `detectors` ringfinder and
    the fast peers run, or `every` peer. Cells that are done are not run again: a run that was cut
    off goes on where it stood. A cell that fails, or runs past `limit_s` seconds, is told with its
    reason and ends nothing.

    Raises `InputError` for unknown names, directories that are no world with its truth and an
    `out` that holds something else, `StoreError` when another run works in `out`, `WorkError`
    where no cell at all could be finished.
    """
    able = chosen(detectors, every=every)
    wanted = named(worlds)
    if choice is not None or not worlds:
        wanted += simulated(choice or Choice())
    _distinct(wanted)
    _usable(out)
    with locked(out / _LOCK, busy=f"another benchmark works in {out}"):
        found = run_plan(Plan(out, tuple(wanted), able.detectors, limit_s), progress)
        names = tuple(detector.name for detector in able.detectors)
        results = Results(
            machine(), ringfinder.__version__, names, able.skipped, found.facts, found.cells
        )
        result = _written(results, out)
    if len(result.failed) == len(results.cells):
        raise WorkError(
            "no cell of the benchmark could be finished",
            next(iter(result.failed.values())),
            f"see {out / 'results.md'}, mend it, and run the same command again",
        )
    return result


def _written(results: Results, out: Path) -> BenchmarkResult:
    write_results(results, out / "results.json")
    write_atomically(out / "results.md", page(results).encode())
    pages = [out / "results.json", out / "results.md"]
    failed = {
        f"{cell.world}, {cell.detector}": cell.reason
        for cell in results.cells
        if cell.reason is not None
    }
    warnings = [f"skipped {name}: {why}" for name, why in results.skipped.items()]
    warnings += [f"failed on {cell}: {why}" for cell, why in failed.items()]
    try:
        pages += draw(results, out / "plots")
    except ModuleNotFoundError:
        warnings.append('no pictures: pip install "ringfinder[plots]"')
    return BenchmarkResult(
        out,
        tuple(pages),
        tuple(lines(results)),
        tuple(curves(results)),
        failed,
        results.skipped,
        tuple(warnings),
    )


def _distinct(worlds: Sequence[World]) -> None:
    twice = [name for name, count in Counter(world.name for world in worlds).items() if count > 1]
    if twice:
        raise InputError(
            f"two worlds are called {twice[0]}",
            "results are kept by the names of worlds",
            "rename the directory of one",
        )


def _usable(out: Path) -> None:
    """Refuse a directory that holds something else than a benchmark."""
    if out.is_dir() and (not any(out.iterdir()) or (out / _LOCK).is_file()):
        return
    if out.exists() or out.is_symlink():
        raise InputError(
            f"cannot keep a benchmark in {out}",
            "something else is there already",
            "name a new or empty directory, or that of an earlier benchmark",
        )
