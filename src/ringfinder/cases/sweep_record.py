"""A finished sweep as it lies on disk: summary, rings and scores."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ringfinder.errors import InputError, StoreError

_MICROSECOND = 1_000_000


@dataclass(frozen=True)
class SweepRecord:
    """What a sweep left: `summary` is sweep.json, `rings` the lines of rings.jsonl, best first.

    `scores` float32 [users], by user code of the snapshot that the summary names.
    """

    directory: Path
    summary: dict[str, Any]
    rings: list[dict[str, Any]]
    scores: npt.NDArray[np.float32]

    @property
    def sweep_id(self) -> str:
        """The id of the sweep."""
        return str(self.summary["sweep_id"])

    def ring(self, ring_id: str) -> dict[str, Any]:
        """Find the ring with that id; raise `InputError` when the sweep found none."""
        for ring in self.rings:
            if ring["ring_id"] == ring_id:
                return ring
        raise InputError(
            f"no ring {ring_id!r}",
            f"sweep {self.sweep_id} found {len(self.rings)} rings and this is none of them",
            "run `ringfinder rings list` to see them",
        )


def read_sweep(directory: Path) -> SweepRecord:
    """Read a sweep's directory; raise `StoreError` when it is damaged."""
    try:
        summary = json.loads((directory / "sweep.json").read_text("utf-8"))
        with (directory / "rings.jsonl").open(encoding="utf-8") as lines:
            rings = [json.loads(line) for line in lines]
        scores = np.load(directory / "scores.npy", mmap_mode="r")
    except (OSError, ValueError) as problem:
        raise StoreError(
            f"cannot read the sweep {directory.name}", str(problem), "run `ringfinder sweep` again"
        ) from problem
    return SweepRecord(directory, summary, rings, scores)


def last_sweep(sweeps: Path) -> SweepRecord:
    """Read the sweep that `sweeps/LAST` names; raise `InputError` when there was none yet."""
    try:
        name = (sweeps / "LAST").read_text("utf-8").strip()
    except FileNotFoundError:
        raise InputError(
            "there is no sweep to read",
            f"{sweeps} holds no finished sweep",
            "run `ringfinder sweep` first, or name another workspace with --workspace",
        ) from None
    return read_sweep(sweeps / name)


def sweep_as_of(sweeps: Path, *, as_of: int) -> SweepRecord:
    """Read the newest sweep that knew nothing after `as_of` (microseconds UTC, inclusive).

    Raise `InputError` when no sweep is that old.
    """
    found = _newest(sweeps, as_of + 1)
    if not found:
        raise InputError(
            "there is no sweep as of that time",
            f"{sweeps} holds no sweep that ends at or before it",
            "run `ringfinder sweep --as-of TIME` first",
        )
    return read_sweep(sweeps / found[0])


def sweeps_before(sweeps: Path, *, as_of: int, most: int) -> list[SweepRecord]:
    """Read the `most` newest sweeps that end before `as_of` (microseconds UTC, exclusive).

    The newest comes first. Of several that end together it is the one that knows most verdicts.
    """
    return [read_sweep(sweeps / name) for name in _newest(sweeps, as_of)[:most]]


def listed(sweeps: Path) -> Iterator[list[dict[str, Any]]]:
    """Give the rings of every sweep that is kept, one sweep after the other."""
    for summary_file in sorted(sweeps.glob("[!.]*/sweep.json")):
        yield read_sweep(summary_file.parent).rings


def summaries(sweeps: Path) -> Iterator[dict[str, Any]]:
    """Give the summary of every sweep that is kept, in the order of their ids."""
    for summary_file in sorted(sweeps.glob("[!.]*/sweep.json")):
        yield json.loads(summary_file.read_text("utf-8"))


def _newest(sweeps: Path, end: int) -> list[str]:
    """The ids of sweeps that end before a time, the newest first, one for each end."""
    best: dict[int, tuple[int, str]] = {}
    for summary in summaries(sweeps):
        if (at := microseconds(summary["as_of"])) < end:
            told = (summary.get("verdicts", 0), str(summary["sweep_id"]))
            best[at] = max(best.get(at, told), told)
    return [best[at][1] for at in sorted(best, reverse=True)]


def microseconds(iso: str) -> int:
    """Turn an ISO-8601 time with a zone into microseconds since 1970, UTC."""
    moment = datetime.fromisoformat(iso)
    return int(moment.timestamp()) * _MICROSECOND + moment.microsecond
