"""The verb `simulate`: a seeded marketplace with its answer sheet, whole or not at all."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringfinder.errors import InputError
from ringfinder.events.progress import Progress, silent
from ringfinder.events.simulator.engine import ENGINES
from ringfinder.events.simulator.knobs import AT_REST, Knobs
from ringfinder.events.simulator.mixes import MIXES
from ringfinder.events.simulator.simulate import FEWEST_EVENTS, MOST_EVENTS
from ringfinder.events.simulator.simulate import simulate as write_world
from ringfinder.store.workspace import new_directory


@dataclass(frozen=True)
class SimulateResult:
    """Where the world lies, and its `meta.json`."""

    directory: Path
    meta: dict[str, Any]


def simulate(
    out: Path,
    *,
    events: int,
    seed: int,
    mix: str = "mixed",
    engine: str = "tastes",
    knobs: Knobs = AT_REST,
    progress: Progress = silent,
) -> SimulateResult:
    """Write a simulated world into `out`, a directory that is absent or empty.

    Raises `InputError` for too few or too many events, a negative seed, an unknown mix or
    engine and a target that is in use, `StoreError` when the disk will not take it. A failure
    leaves nothing.
    """
    if not FEWEST_EVENTS <= events <= MOST_EVENTS:
        raise InputError(
            f"cannot simulate {events} events",
            "a marketplace with rings and look-alikes needs room, and memory is finite",
            f"ask for {FEWEST_EVENTS} to {MOST_EVENTS} events",
        )
    if seed < 0:
        raise InputError(f"cannot use the seed {seed}", "seeds start at 0", "try --seed 0")
    if mix not in MIXES:
        raise InputError(
            f"there is no mix {mix!r}",
            "a mix says which rings are planted",
            f"name one of {', '.join(MIXES)}",
        )
    if engine not in ENGINES:
        raise InputError(
            f"there is no engine {engine!r}",
            "an engine says how the honest part of a marketplace comes about",
            f"name one of {', '.join(ENGINES)}",
        )
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise InputError(
            f"cannot write a world to {out}",
            "something is there already, and a world overwrites nothing",
            "name a new or empty directory",
        )
    with new_directory(out) as directory:
        meta = write_world(
            directory,
            events=events,
            seed=seed,
            mix=mix,
            engine=engine,
            knobs=knobs,
            progress=progress,
        )
    return SimulateResult(out, meta)
