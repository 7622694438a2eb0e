"""The event table every later room stands on."""

from collections.abc import Iterable

import pyarrow as pa

from ringfinder.vocabulary import ENTITY_TYPES

AMOUNT_SCALE = 10_000
"""Amounts are whole numbers of 1/10,000 currency units, so that sums are exact in any order."""

ENTITY_COLUMNS = tuple(entity.name for entity in ENTITY_TYPES)


def event_schema(declared: Iterable[str] = ()) -> pa.Schema:
    """The Arrow schema of an event table with the declared identifier types in name order."""
    entities = (*ENTITY_COLUMNS, *sorted(declared))
    return pa.schema(
        [
            pa.field("event_id", pa.string(), nullable=False),
            pa.field("ts", pa.timestamp("us", tz="UTC"), nullable=False),
            pa.field("user", pa.string(), nullable=False),
            pa.field("action", pa.string(), nullable=False),
            *(pa.field(name, pa.string()) for name in entities),
            pa.field("amount", pa.int64()),
        ]
    )
