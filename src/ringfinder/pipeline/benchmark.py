"""The verb `benchmark`: detectors and peers side by side on the same worlds, in one run."""

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import ringfinder
from ringfinder.errors import InputError, WorkError
from ringfinder.evaluate.benchmark.detectors import RINGFINDER, chosen
from ringfinder.evaluate.benchmark.evasion import Curve, curves
from ringfinder.evaluate.benchmark.machine import machine
from ringfinder.evaluate.benchmark.missed import Missed, missed
from ringfinder.evaluate.benchmark.missed_page import draw_missed, missed_json, missed_page
from ringfinder.evaluate.benchmark.planting import OwnLog, own_log, plantings
from ringfinder.evaluate.benchmark.plots import draw
from ringfinder.evaluate.benchmark.results import Results, write_results
from ringfinder.evaluate.benchmark.run import Plan, run_plan
from ringfinder.evaluate.benchmark.summary import Line, lines
from ringfinder.evaluate.benchmark.table import page
from ringfinder.evaluate.benchmark.worlds import Choice, World, named, planted, simulated
from ringfinder.events.progress import Progress, silent
from ringfinder.store.workspace import locked, write_atomically

DEFAULT_LIMIT_S = 900.0
_LOCK = "benchmark.lock"


@dataclass(frozen=True)
class BenchmarkResult:
    """Where the results lie, a line for each setting and detector, and the price of escape.

    `pages` are results.json, results.md and the pictures; `failed` says why, by "world, detector";
    `skipped` why a detector did not run at all; `warnings` are told as such. `missed` has a row for
    each detector where rings were planted into a log.
    """

    directory: Path
    pages: tuple[Path, ...]
    lines: tuple[Line, ...]
    escape: tuple[Curve, ...]
    failed: dict[str, str]
    skipped: dict[str, str]
    warnings: tuple[str, ...]
    missed: tuple[Missed, ...] = ()


@dataclass(frozen=True)
class Inject:
    """A log to plant rings into: a file, a directory of logs, or a workspace.

    `mapping` says how the log reads, None for our own columns; there is a planting of each of
    `seeds`, or of seeds 1 to 5 where none is named.
    """

    log: Path
    mapping: Path | None = None
    seeds: Sequence[int] = ()


def benchmark(
    out: Path,
    *,
    worlds: Sequence[Path] = (),
    choice: Choice | None = None,
    inject: Inject | None = None,
    detectors: Sequence[str] = (),
    every: bool = False,
    limit_s: float = DEFAULT_LIMIT_S,
    progress: Progress = silent,
) -> BenchmarkResult:
    """Run detectors on worlds and write results.json, results.md and plots/ into `out`.

    Without `worlds` and `choice` one mixed world is simulated; without `detectors` ringfinder and
    the fast peers run, or `every` peer. With `inject` the worlds are copies of that log with random
    rings and innocents planted into it, ringfinder runs alone unless peers are asked for, and
    missed.json, missed.md and plots/missed.svg tell which rings are not found. Cells that are done
    are not run again: a run that was cut off goes on where it stood. A cell that fails, or runs
    past `limit_s` seconds, is told with its reason and ends nothing.

    Raises `InputError` for unknown names, directories that are no world with its truth, a log that
    cannot be read or is too small to plant in, and an `out` that holds something else, `StoreError`
    when another run works in `out`, `WorkError` where no cell at all could be finished.
    """
    alone = (RINGFINDER,) if inject is not None and not every else ()
    able = chosen(detectors or alone, every=every)
    wanted = named(worlds)
    if inject is None and (choice is not None or not worlds):
        wanted += simulated(choice or Choice())
    if inject is not None and (worlds or choice is not None):
        raise InputError(
            "a log to plant rings into stands beside other worlds",
            "one run either plants into a log, or compares on worlds",
            "leave out --world, --mix, --engine, --events and --vary, or --inject",
        )
    _distinct(wanted)
    _usable(out)
    with (
        locked(out / _LOCK, busy=f"another benchmark works in {out}"),
        _read(inject, out / "log", progress) as log,
    ):
        if log is not None and inject is not None:
            wanted += planted(plantings(log, inject.seeds))
        found = run_plan(Plan(out, tuple(wanted), able.detectors, limit_s), progress)
        names = tuple(detector.name for detector in able.detectors)
        results = Results(
            machine(), ringfinder.__version__, names, able.skipped, found.facts, found.cells
        )
        result = _written(results, out, _odd(log))
    if len(result.failed) == len(results.cells):
        raise WorkError(
            "no cell of the benchmark could be finished",
            next(iter(result.failed.values())),
            f"see {out / 'results.md'}, mend it, and run the same command again",
        )
    return result


@contextmanager
def _read(inject: Inject | None, place: Path, progress: Progress) -> Iterator[OwnLog | None]:
    """The log to plant into, if any; what was read of files lies at `place` during the block."""
    if inject is None:
        yield None
        return
    shutil.rmtree(place, ignore_errors=True)  # a killed run left it
    try:
        yield own_log(inject.log, inject.mapping, place, progress)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _odd(log: OwnLog | None) -> list[str]:
    """What is to be told of the log that was planted into."""
    told = []
    if log is not None and log.left_out:
        told.append(
            f"left out what of the log cannot be read, rows: {log.left_out:,}; "
            "`ringfinder ingest` tells why"
        )
    if log is not None and log.declared:
        told.append(f"planted rings do not share {' or '.join(log.declared)}: they are left out")
    return told


def _written(results: Results, out: Path, odd: Sequence[str] = ()) -> BenchmarkResult:
    write_results(results, out / "results.json")
    write_atomically(out / "results.md", page(results).encode())
    pages = [out / "results.json", out / "results.md"]
    failed = {
        f"{cell.world}, {cell.detector}": cell.reason
        for cell in results.cells
        if cell.reason is not None
    }
    found = missed(results)
    if found:
        write_atomically(out / "missed.json", missed_json(found).encode())
        write_atomically(out / "missed.md", missed_page(found).encode())
        pages += [out / "missed.json", out / "missed.md"]
    warnings = [*odd, *(f"skipped {name}: {why}" for name, why in results.skipped.items())]
    warnings += [f"failed on {cell}: {why}" for cell, why in failed.items()]
    try:
        pages += draw(results, out / "plots")
        if found:
            pages.append(draw_missed(found, out / "plots" / "missed.svg"))
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
        found,
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
