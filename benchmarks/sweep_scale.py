"""Time and memory of ringfinder's own steps against events, beside the bars of a sweep.

Each step is a process of its own, on one world of each size, which is deleted afterwards. Sizes
that are not asked for keep the figures they have. Fifty million events (`--events 50000000`) take
9 GB of disk and most of an hour.
"""

import argparse
import json
import math
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from data import RESULTS
from speed import COMMAND, SNAPSHOT, SWEEP_BARS, first_sweep, simulate, timed

from ringfinder.evaluate.benchmark.canvas import canvas, count, finish
from ringfinder.evaluate.benchmark.machine import machine

EVENTS = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
RESULT = RESULTS / "sweep_scale.json"
STEPS = ("ingest", "snapshot", "sweep")
THROUGH = 1_000_000
"""The line of n log n goes through what a sweep of as many events costs."""


def measured(events: int) -> dict[str, Any]:
    """The row of one size; `load` is how many processes others run on the machine's cores."""
    load = round(os.getloadavg()[0], 1)
    with tempfile.TemporaryDirectory() as place:
        world, workspace = Path(place, "world"), Path(place, "workspace")
        simulate(world, events)
        meta = json.loads((world / "meta.json").read_text(encoding="utf-8"))
        base = (COMMAND, "--workspace", str(workspace))
        steps = {"ingest": timed(*base, "ingest", str(world / "events.parquet"))}
        steps["snapshot"] = timed(sys.executable, "-c", SNAPSHOT, str(workspace))
        steps["sweep"] = sweep = timed(*base, "sweep", "--model", "base")
    bar_wall_s, bar_peak_mib = SWEEP_BARS.get(events, (None, None))
    kept = None
    if bar_wall_s is not None and bar_peak_mib is not None:
        kept = sweep.wall_s <= bar_wall_s and sweep.peak_mib <= bar_peak_mib
    return {
        "events": meta["events"],
        "users": meta["users"],
        "steps": {name: step._asdict() for name, step in steps.items()},
        "bar_wall_s": bar_wall_s,
        "bar_peak_mib": bar_peak_mib,
        "kept": kept,
        "load": load,
        "machine": machine(),
    }


def draw(rows: dict[str, Any]) -> None:
    """Write benchmarks/results/sweep_scale.svg."""
    sizes = [row["events"] for row in rows.values()]
    with canvas(RESULTS / "sweep_scale.svg", columns=2) as panels:
        for axes, key, told in zip(
            panels, ("cpu_s", "peak_mib"), ("CPU seconds", "peak MiB"), strict=True
        ):
            for name in STEPS:
                costs = [row["steps"][name][key] for row in rows.values()]
                wide = {"color": "black", "linewidth": 2.5} if name == "sweep" else {}
                axes.plot(sizes, costs, "o-", label=name, **wide)
            if str(THROUGH) in rows:
                middle = rows[str(THROUGH)]
                cost = middle["steps"]["sweep"][key] / _n_log_n(middle["events"])
                line = [cost * _n_log_n(size) for size in sizes]
                axes.plot(sizes, line, ":", color="tab:red", zorder=3, label="n log n")
            count(axes, [int(asked) for asked in rows])
            finish(axes, f"{told} against events", "events", told, share=False)


def _n_log_n(events: int) -> float:
    return events * math.log(events)


def main() -> None:
    """Write benchmarks/results/sweep_scale.json and its picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=EVENTS)
    asked = parser.parse_args()
    rows = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        first_sweep(Path(place))
    for events in asked.events:
        rows[str(events)] = measured(events)
        print(f"{events:,}: {rows[str(events)]}", flush=True)
        rows = dict(sorted(rows.items(), key=lambda row: int(row[0])))
        RESULT.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        draw(rows)


if __name__ == "__main__":
    main()
