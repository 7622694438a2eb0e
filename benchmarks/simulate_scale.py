"""Time, memory and size of simulated worlds, from a million to a hundred million events.

Each world is one run of `ringfinder simulate` in a process of its own; it is deleted afterwards.
Worlds that are not asked for keep the figures they have. A hundred million events take ten
minutes and 8 GB of disk while they are made.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from data import RESULTS
from speed import COMMAND, SEED, timed

from ringfinder.evaluate.benchmark.machine import machine
from ringfinder.events.simulator.engine import ENGINES

EVENTS = (1_000_000, 10_000_000)
BARS: dict[int, tuple[float | None, int]] = {1_000_000: (10, 3072), 10_000_000: (90, 3072)}
"""Wall seconds and MiB; more events have the same bar of memory, and none of time."""
RESULT = RESULTS / "simulate_scale.json"


def measured(engine: str, events: int) -> dict[str, Any]:
    """The row of one world."""
    with tempfile.TemporaryDirectory() as place:
        world = Path(place, "world")
        words = ["--engine", engine, "--events", str(events), "--seed", str(SEED)]
        run = timed(COMMAND, "simulate", *words, "--out", str(world))
        meta = json.loads((world / "meta.json").read_text(encoding="utf-8"))
        size = sum(path.stat().st_size for path in world.iterdir())
    bar_wall_s, bar_peak_mib = BARS.get(events, (None, 3072))
    return {
        "events": meta["events"],
        "users": meta["users"],
        "rings": meta["rings"],
        "files_mib": round(size / 2**20),
        **run._asdict(),
        "bar_wall_s": bar_wall_s,
        "bar_peak_mib": bar_peak_mib,
        "machine": machine(),
    }


def _order(key: str) -> tuple[str, int]:
    engine, events = key.split()
    return engine, int(events)


def main() -> None:
    """Write benchmarks/results/simulate_scale.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=EVENTS)
    parser.add_argument("--engine", nargs="+", default=list(ENGINES), choices=list(ENGINES))
    asked = parser.parse_args()
    rows = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    RESULTS.mkdir(exist_ok=True)
    for events in asked.events:
        for engine in asked.engine:
            rows[f"{engine} {events}"] = row = measured(engine, events)
            print(f"{engine} {events:,}: {row}")
            told = {key: rows[key] for key in sorted(rows, key=_order)}
            RESULT.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
