"""What the shared graph holds of a log, as tables: the same for the importer and the loader."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Int32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Nodes:
    """All nodes of one label: `table` has `id` (text), then their other properties."""

    label: str
    table: pa.Table


@dataclass(frozen=True)
class Relationships:
    """All relationships of one type, at most one for each pair of ends.

    `start` and `end` int32 [relationships] are rows in the nodes of the labels `start_label` and
    `end_label`, in ascending order of both; `table` has the properties.
    """

    type: str
    start_label: str
    end_label: str
    start: Int32
    end: Int32
    table: pa.Table


@dataclass(frozen=True)
class SharedTables:
    """The shared graph of one log.

    `log` and `entity_types` are the properties of the nodes `Log` and
    `EntityType` (see the model in docs/neo4j.md).
    """

    nodes: tuple[Nodes, ...]
    relationships: tuple[Relationships, ...]
    log: Mapping[str, Any]
    entity_types: tuple[Mapping[str, Any], ...]

    @property
    def digest(self) -> str:
        """Name of the log."""
        return str(self.log["digest"])

    @property
    def n_relationships(self) -> int:
        """Count the relationships of all types."""
        return sum(len(one.start) for one in self.relationships)
