"""Worlds that are somebody's own log with random rings and innocents planted into it."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import ringfinder
from ringfinder.errors import InputError
from ringfinder.evaluate.background import read_background
from ringfinder.evaluate.benchmark.source import code_digest
from ringfinder.evaluate.injection import inject
from ringfinder.events.mapping import EventMapping, load_mapping
from ringfinder.events.progress import Progress
from ringfinder.events.read import log_files
from ringfinder.events.schema import AMOUNT_SCALE
from ringfinder.store.lake import Lake
from ringfinder.store.workspace import Workspace
from ringfinder.vocabulary import ENTITY_TYPES

SEEDS = (1, 2, 3, 4, 5)
"""One planting of each, unless others are asked for."""

_OUR_NAMES = {"user": "user_id", **{entity.name: entity.column for entity in ENTITY_TYPES}}
_INJECTOR = "ringfinder.evaluate.injection"


@dataclass(frozen=True)
class OwnLog:
    """A log by name, in the lake; `left_out` counts rows that could not be read."""

    name: str
    lake: Lake
    left_out: int

    @property
    def declared(self) -> tuple[str, ...]:
        """Identifier types that detectors in a benchmark are not told of."""
        return self.lake.declared()

    def table(self) -> pd.DataFrame:
        """Its events in our own columns, without those that tell nothing."""
        events = pa.concat_tables(
            [pq.read_table(path) for path in self.lake.parts()], promote_options="default"
        ).drop_columns(list(self.declared))
        kept = [name for name in events.column_names if events[name].null_count < len(events)]
        frame: pd.DataFrame = events.select(kept).to_pandas()
        if "amount" in frame:
            frame["amount"] /= AMOUNT_SCALE
        return frame.rename(columns=_OUR_NAMES)


@dataclass(frozen=True)
class Planting:
    """What is planted into a log with one seed."""

    log: OwnLog
    seed: int

    @property
    def setting(self) -> str:
        """The name of what plantings of other seeds have in common with it."""
        return f"{self.log.name}-planted"

    @property
    def name(self) -> str:
        """A name of its own, that can be a directory's."""
        return f"{self.setting}-{self.seed}"

    @property
    def key(self) -> str:
        """A digest of the log, the seed and the code that plants."""
        told = (self.log.lake.digest(), self.seed, code_digest(_INJECTOR), ringfinder.__version__)
        return hashlib.sha256(repr(told).encode()).hexdigest()

    def write(self, out: Path) -> None:
        """Write the world into the directory `out`."""
        inject(self.log.table(), out, seed=self.seed)


def own_log(path: Path, mapping: Path | None, place: Path, progress: Progress) -> OwnLog:
    """The log in a file, a directory of logs, or a workspace, checked as `ingest` checks it.

    Events of files are taken into a lake at `place`; a workspace's are read where they are, as they
    stand now. Raises `InputError` for what cannot be read, and for a log too small to plant in.
    """
    there = Lake(Workspace(path).lake)
    if path.is_dir() and there.ledger_path.is_file():
        if mapping is not None:
            raise InputError(
                f"the events of {path} are read already",
                "it is a workspace, and --map says how to read a log",
                "leave out --map",
            )
        found = OwnLog("workspace", there.as_it_stands(), 0)
    else:
        read_by = EventMapping() if mapping is None else load_mapping(mapping)
        lake, left_out = Lake(place), 0
        for file in log_files([path]):
            taken = lake.append(
                file,
                read_by,
                on_error="quarantine",
                progress=progress,
                now=time.time_ns() // 1_000,
            )
            left_out += taken.entry.quarantined
        found = OwnLog(_name(path), lake, left_out)
    if not found.lake.exists():
        raise InputError(
            f"there are no events in {path}",
            "not one row of it could be read" if found.left_out else "it is empty",
            "say with --map how the log reads; `ringfinder ingest` tells what is wrong with rows",
        )
    read_background(found.table())
    return found


def plantings(log: OwnLog, seeds: Sequence[int]) -> list[Planting]:
    """A planting of each seed, each once."""
    return [Planting(log, seed) for seed in dict.fromkeys(seeds or SEEDS)]


def _name(path: Path) -> str:
    """The name of a log: its file's, without endings."""
    return path.resolve().name.partition(".")[0] or "log"
