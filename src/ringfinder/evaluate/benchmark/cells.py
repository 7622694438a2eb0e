"""What a benchmark measures, and where it lies between runs: one small file a cell and a world."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ringfinder.errors import InputError
from ringfinder.evaluate.benchmark.detectors import Detector
from ringfinder.evaluate.benchmark.source import code_digest
from ringfinder.evaluate.benchmark.spend import UNKNOWN, Spend
from ringfinder.evaluate.benchmark.worlds import Recipe, World
from ringfinder.store.workspace import write_atomically

_DIGITS = 6
_JUDGES = ("ringfinder.evaluate.report", "ringfinder.evaluate.reported")
_MEASURES = ("ringfinder.evaluate.benchmark.spend", "ringfinder.evaluate.truth")


@dataclass(frozen=True)
class Cell:
    """A detector on a world. `reason` is None for a cell that is done, else why it failed.

    `wall_s` and `cpu_s` are seconds, `peak_mib` the greatest resident memory of any of its
    processes in MiB. `figures` are those of `EvaluateResult`, as JSON holds them, None where it
    failed. `key` is a digest of all that they depend on.
    """

    world: str
    detector: str
    key: str
    reason: str | None
    wall_s: float
    cpu_s: float
    peak_mib: float
    figures: dict[str, Any] | None

    @property
    def rings(self) -> list[dict[str, Any]]:
        """A row for each planted ring, as `RingRow`; none where the cell failed."""
        return [] if self.figures is None else list(self.figures["per_ring"])


@dataclass(frozen=True)
class Facts:
    """What a world holds: counts, and the `spend` of its rings; `recipe` is None for others' logs.

    The counts are None where the world could not be made or read. `planted` has a row for each
    group that was planted into the world's log, as `Traits`.
    """

    name: str
    setting: str
    key: str
    recipe: Recipe | None
    events: int | None
    users: int | None
    rings: int | None
    spend: Spend
    planted: tuple[dict[str, Any], ...] = ()


def cell_key(world: World, detector: Detector) -> str:
    """A digest of the world, the detector, and the code that compares the two."""
    told = (world.key, detector.name, detector.version, code_digest(*_JUDGES))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def facts_key(world: World) -> str:
    """A digest of the world and the code that tells of it."""
    return hashlib.sha256(repr((world.key, code_digest(*_MEASURES))).encode()).hexdigest()


def unknown_facts(world: World) -> Facts:
    """The facts of a world that could not be made or read."""
    key = facts_key(world)
    return Facts(world.name, world.setting, key, world.recipe, None, None, None, UNKNOWN)


@dataclass(frozen=True)
class Shelf:
    """The finished cells and worlds in the directory of a benchmark."""

    root: Path

    def cell(self, world: World, detector: Detector) -> Cell | None:
        """The finished cell of today's world and code; None where there is none."""
        said = _read(self._cell(world.name, detector.name))
        if said is None or said["key"] != cell_key(world, detector) or said["reason"] is not None:
            return None
        return Cell(**said)

    def facts(self, world: World) -> Facts | None:
        """The facts of today's world; None where they are not known."""
        said = _read(self._facts(world.name))
        if said is None or said["key"] != facts_key(world):
            return None
        return facts_of(said)

    def put_cell(self, cell: Cell) -> None:
        """Keep a cell, whole or not at all, in place of an older one."""
        write_atomically(self._cell(cell.world, cell.detector), _bytes(cell))

    def put_facts(self, facts: Facts) -> None:
        """Keep the facts of a world likewise."""
        write_atomically(self._facts(facts.name), _bytes(facts))

    def _cell(self, world: str, detector: str) -> Path:
        return self.root / "cells" / world / f"{detector}.json"

    def _facts(self, world: str) -> Path:
        return self.root / "worlds" / f"{world}.json"


def facts_of(said: Mapping[str, Any]) -> Facts:
    """The facts that JSON held."""
    recipe = None if said["recipe"] is None else Recipe(**said["recipe"])
    traits = {"planted": tuple(said.get("planted", ()))}
    return Facts(**{**said, "recipe": recipe, "spend": Spend(**said["spend"]), **traits})


def rounded(value: Any) -> Any:
    """The value as JSON holds it, with six digits after the point."""
    if isinstance(value, Mapping):
        return {str(name): rounded(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    return round(value, _DIGITS) if isinstance(value, float) else value


def _bytes(kept: Cell | Facts) -> bytes:
    return (json.dumps(rounded(asdict(kept)), allow_nan=False) + "\n").encode()


def _read(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        said = json.loads(path.read_bytes())
    except ValueError as error:
        raise InputError(
            f"cannot read {path}", str(error), "delete the file; it is made again"
        ) from error
    return dict(said)
