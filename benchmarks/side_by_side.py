"""Detectors and peers side by side with `ringfinder benchmark`, the results kept as files.

Three grids: the reference worlds, made apart from the project; own worlds of both engines, five
seeds of each mix; and worlds in which rings pay to be missed. What was finished before is not run
again: the cells lie in benchmarks/runs. Nothing that ships was trained on the reference worlds; the
peers' settings were chosen on them, which favours the peers.
"""

import shutil
from pathlib import Path

from data import RESULTS, ROOT, data_directory

from ringfinder.evaluate.benchmark.worlds import Choice
from ringfinder.events.simulator.engine import ENGINES
from ringfinder.pipeline.benchmark import benchmark

RUNS = ROOT / "benchmarks" / "runs"
SEEDS = (1, 2, 3, 4, 5)
OURS = Choice(("mixed", "bursty", "slow", "identifier", "none"), tuple(ENGINES), seeds=SEEDS)
EVASION = Choice(
    events=(100_000,),
    seeds=SEEDS[:3],
    vary=("camouflage=2,4,8,16", "rotation=0.25,0.5,1", "pace=2,4,8", "strength=0.25,0.5,0.75"),
)


def keep(name: str, *, worlds: list[Path] | None = None, choice: Choice | None = None) -> None:
    """Run one grid, and copy its results and tables."""
    result = benchmark(RUNS / name, worlds=worlds or (), choice=choice)
    for warning in result.warnings:
        print(warning)
    RESULTS.mkdir(exist_ok=True)
    for page in ("results.json", "results.md"):
        shutil.copyfile(RUNS / name / page, RESULTS / f"{name}{Path(page).suffix}")
    print(f"{name}: {len(result.lines)} lines in {RESULTS / name}.md")


def main() -> None:
    """Write reference, ours and evasion into benchmarks/results, .json and .md."""
    root = data_directory("worlds")
    if root is None:
        print("skipped: the reference worlds are not here (set RINGFINDER_DATA)")
    else:
        keep("reference", worlds=sorted(root.iterdir()))
    keep("ours", choice=OURS)
    keep("evasion", choice=EVASION)


if __name__ == "__main__":
    main()
