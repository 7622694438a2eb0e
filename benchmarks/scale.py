"""Time and memory of ringfinder and the fast peers against events, by `ringfinder benchmark`.

One world of each size; a detector that runs past the limit is not tried on larger ones. Finished
cells lie in benchmarks/runs and are not run again. Seconds come from a noisy shared machine.
"""

import argparse
import json
import shutil
from pathlib import Path

from data import RESULTS, ROOT

from ringfinder.evaluate.benchmark.results import read_results
from ringfinder.evaluate.benchmark.worlds import Choice
from ringfinder.pipeline.benchmark import benchmark

RUN = ROOT / "benchmarks" / "runs" / "scale"
EVENTS = (100_000, 300_000, 1_000_000, 3_000_000)
LIMIT_S = 600.0


def main() -> None:
    """Write benchmarks/results/scale.json and scale.svg."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=EVENTS)
    parser.add_argument("--out", type=Path, default=RUN)
    asked = parser.parse_args()
    result = benchmark(asked.out, choice=Choice(events=sorted(asked.events)), limit_s=LIMIT_S)
    for warning in result.warnings:
        print(warning)
    results = read_results(asked.out / "results.json")
    events = {world.name: world.events for world in results.worlds}
    cells = [
        {
            "detector": cell.detector,
            "events": events[cell.world],
            "wall_s": round(cell.wall_s, 2),
            "cpu_s": round(cell.cpu_s, 2),
            "peak_mib": round(cell.peak_mib),
            "reason": cell.reason,
            "ring_ap": None if cell.figures is None else cell.figures["rings"]["ap"],
        }
        for cell in results.cells
    ]
    told = {"machine": results.machine, "limit_s": LIMIT_S, "cells": cells}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "scale.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    shutil.copyfile(asked.out / "plots" / "cost.svg", RESULTS / "scale.svg")


if __name__ == "__main__":
    main()
