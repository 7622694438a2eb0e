"""The event table every later room stands on."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ringfinder.errors import InputError
from ringfinder.vocabulary import ACTIONS, ENTITY_TYPES

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


@dataclass(frozen=True)
class EventTable:
    """Events sorted by (ts, event_id), in the schema of `event_schema`.

    `ts` is UTC in microseconds, `amount` in 1/`AMOUNT_SCALE` currency units. An event names a user
    and at least one entity.
    """

    table: pa.Table

    @property
    def declared(self) -> tuple[str, ...]:
        """The declared identifier columns, in name order."""
        known = set(event_schema().names)
        return tuple(name for name in self.table.column_names if name not in known)

    def validate(self) -> None:
        """Raise `InputError` where the table breaks a promise of the class."""
        table = self.table
        if not table.schema.equals(event_schema(self.declared)):
            raise _broken("its columns are not those of the event schema")
        for name in ("event_id", "ts", "user", "action"):
            if table[name].null_count:
                raise _broken(f"{name} is missing on {table[name].null_count} rows")
        if not pc.all(pc.is_in(table["action"], pa.array(ACTIONS)), min_count=0).as_py():
            raise _broken("an action is not in the vocabulary")
        order = pc.sort_indices(table, [("ts", "ascending"), ("event_id", "ascending")])
        if not order.equals(pa.array(range(len(order)), pa.uint64())):
            raise _broken("its rows are not sorted by (ts, event_id)")


def _broken(why: str) -> InputError:
    return InputError("the event table is not valid", why, "report this as a bug in the reader")
