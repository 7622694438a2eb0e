"""Time and memory of each step on one million events, every step a process of its own.

Bars are those of the project; each figure stands beside its bar. Wall seconds come from a noisy
shared machine: the best of a few runs is told for the short commands, one run for the long ones.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from data import write_result

EVENTS = 1_000_000
SEED = 5
SWEEP_BARS = {1_000_000: (15, 1430), 10_000_000: (150, 4768), 50_000_000: (900, 15_258)}
"""Wall seconds and MiB of a sweep by events: 1.5, 5 and 16 GB."""

COMMAND = str(Path(sys.executable).with_name("ringfinder"))
SNAPSHOT = """
import sys
from pathlib import Path
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.store.workspace import Workspace
snapshot_at(Workspace(Path(sys.argv[1])), as_of=None, window=None)
"""


class Run(NamedTuple):
    """One finished process: wall and CPU seconds, peak resident memory in MiB."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def timed(*command: str) -> Run:
    """Run a command to its end; a failure ends the benchmark with what the command said."""
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        if status:
            said.seek(0)
            sys.exit(f"{said.read().decode()}{' '.join(command)} failed with status {status}")
    return Run(
        round(wall, 2), round(usage.ru_utime + usage.ru_stime, 2), round(usage.ru_maxrss / 1024)
    )


def simulate(directory: Path, events: int) -> None:
    """Write a world of about that many events."""
    timed(
        COMMAND, "simulate", "--events", str(events), "--seed", str(SEED), "--out", str(directory)
    )


def first_sweep(place: Path) -> Run:
    """Sweep a small log, which compiles what is not compiled yet."""
    simulate(place / "small", 20_000)
    base = (COMMAND, "--workspace", str(place / "warm"))
    timed(*base, "ingest", str(place / "small" / "events.parquet"))
    return timed(*base, "sweep")


def best(times: int, *command: str) -> Run:
    """The quickest of several runs."""
    return min(timed(*command) for _ in range(times))


def main() -> None:
    """Write benchmarks/results/speed.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    events = parser.parse_args().events
    with tempfile.TemporaryDirectory() as place:
        world, workspace = Path(place, "world"), Path(place, "workspace")
        os.environ["NUMBA_CACHE_DIR"] = str(Path(place, "compiled"))  # nothing is, at first
        # In processes of their own: a child begins with its parent's peak memory.
        simulate(world, events)
        base = (COMMAND, "--workspace", str(workspace))
        found = {"sweep of 20 k events": first_sweep(Path(place))}
        found["ingest"] = timed(*base, "ingest", str(world / "events.parquet"))
        found["snapshot"] = timed(sys.executable, "-c", SNAPSHOT, str(workspace))
        rings = Path(place, "rings.jsonl")
        found["sweep"] = timed(*base, "sweep", "--model", "base", "--rings-out", str(rings))
        user = json.loads(rings.read_text().splitlines()[0])["members"][0]
        found["investigate"] = best(5, *base, "investigate", user)
        found["help"] = best(5, COMMAND, "--help")
    bars = {
        "ingest": (10, 3072),
        "snapshot": (15, 3072),
        "sweep": SWEEP_BARS.get(events, (None, None)),
        "investigate": (1.0, 250),
        "help": (0.4, None),
    }
    rows = {
        name: {
            **run._asdict(),
            "bar_wall_s": bars.get(name, (None, None))[0],
            "bar_peak_mib": bars.get(name, (None, None))[1],
        }
        for name, run in found.items()
    }
    for name, row in rows.items():
        print(f"{name:30s} {row}")
    write_result("speed", {"events": events, "steps": rows})


if __name__ == "__main__":
    main()
