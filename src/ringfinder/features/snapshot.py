"""The snapshot: the only thing learning code may see."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ringfinder.features.coded_events import CodedEvents
from ringfinder.graph.entity_graph import EntityGraph


@dataclass(frozen=True)
class Features:
    """One row of numbers a user: `values` float32 [users, len(names)], all finite."""

    names: tuple[str, ...]
    values: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Labels:
    """Verdicts on users known at `as_of`: `user` int32 codes, ascending, `label` int8 0 or 1."""

    user: npt.NDArray[np.int32]
    label: npt.NDArray[np.int8]


@dataclass(frozen=True)
class Snapshot:
    """Everything known of the events in (start, as_of]; times are microseconds UTC.

    `path` holds the files: `snapshot.duckdb` with the ids and event ids, and the arrays. `log`
    names its events, as `CodedEvents.digest` does.
    """

    as_of: int
    start: int
    path: Path
    events: CodedEvents
    graph: EntityGraph
    features: Features
    labels: Labels
    log: str = ""

    @property
    def n_users(self) -> int:
        """Number of users with an event in the window."""
        return self.graph.n_users
