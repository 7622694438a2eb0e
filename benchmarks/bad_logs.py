"""Logs as nobody wants them, and one in order, of one million events each, beside a sweep's bars.

Honest people in every one, nothing planted: an answer is sensible when it raises no alert. Ingest,
snapshot and sweep are processes of their own, as in `speed.py`.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from data import write_result
from speed import COMMAND, SNAPSHOT, SWEEP_BARS, first_sweep, timed

EVENTS = 1_000_000
USERS = 40_000
SEED = 1
DAY_S = 86_400
BAR_S, BAR_MIB = SWEEP_BARS[EVENTS]

Columns = dict[str, Any]


def names(kind: str, codes: npt.NDArray[np.int64]) -> npt.NDArray[np.str_]:
    """Ids of these codes."""
    return np.char.add(kind, codes.astype(str))


def honest(rng: np.random.Generator, users: int = USERS) -> Columns:
    """Everybody does this and that in four weeks, with a device and some addresses of their own."""
    who = rng.integers(0, users, EVENTS) if users < EVENTS else np.arange(EVENTS)
    item = (rng.pareto(1.0, EVENTS) * 50).astype(np.int64) % 50_000
    return {
        "ts": rng.integers(0, 28 * DAY_S, EVENTS),
        "user_id": names("u", who),
        "action": rng.choice(["view", "cart", "order", "pay"], EVENTS, p=(0.6, 0.14, 0.13, 0.13)),
        "item_id": names("i", item),
        "seller_id": names("s", item // 20),
        "device_id": names("d", who),
        "ip": names("p", who * 3 + rng.integers(0, 3, EVENTS)),
    }


def one_user(rng: np.random.Generator) -> Columns:
    """All events are one user's."""
    return honest(rng) | {"user_id": "u0", "device_id": "d0"}


def a_busy_user(rng: np.random.Generator) -> Columns:
    """Half of the events are one user's."""
    log = honest(rng)
    return log | {"user_id": np.where(rng.random(EVENTS) < 0.5, "u0", log["user_id"])}


def one_item(rng: np.random.Generator) -> Columns:
    """There is one thing to buy."""
    return honest(rng) | {"item_id": "i0", "seller_id": "s0"}


def one_second(rng: np.random.Generator) -> Columns:
    """Everything happens in the same second."""
    return honest(rng) | {"ts": np.zeros(EVENTS, np.int64)}


def one_address(rng: np.random.Generator) -> Columns:
    """Everybody stands behind one address."""
    return honest(rng) | {"ip": "p0"}


def one_device(rng: np.random.Generator) -> Columns:
    """Everybody uses one device."""
    return honest(rng) | {"device_id": "d0"}


def wrong_clocks(rng: np.random.Generator) -> Columns:
    """One event in two thousand has jumped back by years."""
    log = honest(rng)
    jumped = rng.random(EVENTS) < 0.0005
    return log | {"ts": np.where(jumped, log["ts"] - rng.integers(1, 20) * 365 * DAY_S, log["ts"])}


def no_items(rng: np.random.Generator) -> Columns:
    """Only identifiers."""
    log = honest(rng)
    return {name: log[name] for name in ("ts", "user_id", "action", "device_id", "ip")}


def no_identifiers(rng: np.random.Generator) -> Columns:
    """Only items."""
    log = honest(rng)
    return {name: log[name] for name in ("ts", "user_id", "action", "item_id", "seller_id")}


def hubs(rng: np.random.Generator) -> Columns:
    """A million users with one event each, who share one item, one device and one address."""
    one = {"item_id": "i0", "seller_id": "s0", "device_id": "d0", "ip": "p0"}
    return honest(rng, EVENTS) | one


CONTROL = "in order"
LOGS: dict[str, Callable[[np.random.Generator], Columns]] = {
    CONTROL: honest,
    "one user": one_user,
    "one user with half of the events": a_busy_user,
    "one item": one_item,
    "all in one second": one_second,
    "everybody at one ip": one_address,
    "one device for all": one_device,
    "clocks that jumped back": wrong_clocks,
    "identifiers, no items": no_items,
    "items, no identifiers": no_identifiers,
    "a million users at one hub of each kind": hubs,
}


def measured(log: Path, place: Path) -> dict[str, Any]:
    """The row of one log."""
    rings = place / "rings.jsonl"
    base = (COMMAND, "--workspace", str(place / "workspace"))
    steps = {"ingest": timed(*base, "ingest", str(log))}
    steps["snapshot"] = timed(sys.executable, "-c", SNAPSHOT, str(place / "workspace"))
    steps["sweep"] = sweep = timed(*base, "sweep", "--model", "base", "--rings-out", str(rings))
    told = [json.loads(line) for line in rings.read_text(encoding="utf-8").splitlines()]
    return {
        "steps": {name: step._asdict() for name, step in steps.items()},
        "rings": len(told),
        "alerts": sum(ring["alert"] for ring in told),
        "kept": sweep.wall_s <= BAR_S and sweep.peak_mib <= BAR_MIB,
    }


def write(name: str, path: Path) -> None:
    """Write a log."""
    log = pd.DataFrame(
        {"event_id": names("e", np.arange(EVENTS)), **LOGS[name](np.random.default_rng(SEED))}
    )
    log["ts"] = pd.Timestamp("2026-03-02", tz="UTC") + pd.to_timedelta(log["ts"], unit="s")
    log.to_parquet(path, index=False)


def main() -> None:
    """Write benchmarks/results/bad_logs.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", choices=LOGS, help="only write this log, to --out")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    if asked.log is not None:
        write(asked.log, asked.out)
        return
    rows: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as place:
        first_sweep(Path(place))
    for name in LOGS:
        with tempfile.TemporaryDirectory() as place:
            log = Path(place, "events.parquet")
            # In a process of its own: a child begins with its parent's peak memory.
            timed(sys.executable, __file__, "--log", name, "--out", str(log))
            rows[name] = measured(log, Path(place))
        print(name, rows[name], flush=True)
    bars = {"bar_wall_s": BAR_S, "bar_peak_mib": BAR_MIB}
    write_result("bad_logs", {"events": EVENTS, "control": CONTROL, **bars, "logs": rows})


if __name__ == "__main__":
    main()
