"""The results of a benchmark as one file: its worlds and cells, and the machine they ran on."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ringfinder.errors import InputError
from ringfinder.evaluate.benchmark.cells import Cell, Facts, facts_of, rounded
from ringfinder.store.workspace import write_atomically

SCHEMA = 1


@dataclass(frozen=True)
class Results:
    """What `results.json` holds. `version` is ringfinder's; `skipped` tells why, by detector.

    `detectors` are the names of those that ran, in the order in which they are told.
    """

    machine: dict[str, Any]
    version: str
    detectors: tuple[str, ...]
    skipped: dict[str, str]
    worlds: tuple[Facts, ...]
    cells: tuple[Cell, ...]

    def done(self, detector: str, worlds: frozenset[str]) -> list[Cell]:
        """The cells of a detector on these worlds, by name, that are done."""
        return [
            cell
            for cell in self.cells
            if cell.detector == detector and cell.world in worlds and cell.reason is None
        ]

    @property
    def settings(self) -> dict[str, list[Facts]]:
        """The worlds by setting: those of one setting differ in their seed only."""
        found: dict[str, list[Facts]] = {}
        for world in self.worlds:
            found.setdefault(world.setting, []).append(world)
        return found

    @property
    def at_rest(self) -> frozenset[str]:
        """The names of the worlds with no knob turned."""
        return frozenset(
            world.name for world in self.worlds if world.recipe is None or world.recipe.knob is None
        )


def write_results(results: Results, path: Path) -> None:
    """Write the results as JSON, with a line for each world and each cell."""
    write_atomically(path, "".join(_lines(results)).encode())


def read_results(path: Path) -> Results:
    """Read what `write_results` wrote; raises `InputError` for anything else."""
    try:
        said = json.loads(path.read_bytes())
        return Results(
            machine=said["machine"],
            version=said["version"],
            detectors=tuple(said["detectors"]),
            skipped=said["skipped"],
            worlds=tuple(facts_of(world) for world in said["worlds"]),
            cells=tuple(Cell(**cell) for cell in said["cells"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"cannot read {path}",
            f"{type(error).__name__}: {error}",
            "name a results.json that `ringfinder benchmark` wrote",
        ) from error


def _lines(results: Results) -> Iterator[str]:
    said: Mapping[str, Any] = rounded(asdict(results))
    yield f'{{"schema": {SCHEMA}'
    for name, value in said.items():
        if name in ("worlds", "cells"):
            rows = ",\n  ".join(json.dumps(row, allow_nan=False) for row in value)
            yield f',\n "{name}": [\n  {rows}\n ]'
        else:
            yield f',\n "{name}": {json.dumps(value, allow_nan=False)}'
    yield "\n}\n"
