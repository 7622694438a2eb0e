"""What a feature is: a name, its words, and a value from a table of one user's rows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from ringfinder.vocabulary import entity_types, link_types

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 3_600 * SECOND
DAY = 24 * HOUR
"""Microseconds."""

Value = Callable[[ir.Table], ir.Value]
"""A reduction of a table's rows to one number."""


@dataclass(frozen=True)
class Inputs:
    """Tables that features are computed from, all of them integers, times in microseconds.

    `events`: row, ts, age (as_of - ts), user, action, one column for each entity type, amount.
    `links` by link type: user, entity, count, first_seen, last_seen. `hubs` by entity type: entity,
    hub (0 or 1), weight (millionths). Of a `large` log a theme does in turn what it does at once of
    others, so that it fits the engine's memory; the values are the same.
    """

    events: ir.Table
    links: Mapping[str, ir.Table]
    hubs: Mapping[str, ir.Table]
    large: bool = False

    @staticmethod
    def unbound(declared: Iterable[str] = (), *, large: bool = False) -> "Inputs":
        """Name the tables that an engine must hold: coded_events, links_NAME and hubs_NAME."""
        entities = [kind.name for kind in entity_types(declared)]
        integer = dict.fromkeys(("row", "ts", "age"), "int64")
        coded = {"user": "int32", "action": "int8", **dict.fromkeys(entities, "int32")}
        ends = {"user": "int32", "entity": "int32", "count": "int32"}
        seen = {"first_seen": "int64", "last_seen": "int64"}
        weighed = {"entity": "int32", "hub": "int8", "weight": "int64"}
        return Inputs(
            events=ibis.table(integer | coded | {"amount": "int64"}, "coded_events"),
            links={
                kind.name: ibis.table(ends | seen, f"links_{kind.name}")
                for kind in link_types(declared)
            },
            hubs={name: ibis.table(weighed, f"hubs_{name}") for name in entities},
            large=large,
        )


@dataclass(frozen=True)
class Feature:
    """One column: `value` reduces the rows of a user to a number, null counts as zero.

    Sums inside `value` are over integers and divisions come last, so that no order of rows or
    threads shows. `words` says what the number is, with its unit.
    """

    name: str
    words: str
    value: Value


@dataclass(frozen=True)
class Theme:
    """Features over one table: `rows` prepares it from the inputs, with a column `user`."""

    rows: Callable[[Inputs], ir.Table]
    features: tuple[Feature, ...]

    def table(self, inputs: Inputs) -> ir.Table:
        """Reduce to one row a user that has rows: `user` and a float64 column for each feature."""
        rows = self.rows(inputs)
        values = {feature.name: feature.value(rows).cast("float64") for feature in self.features}
        return rows.group_by("user").aggregate(**values)


def ratio(part: ir.NumericValue, whole: ir.NumericValue) -> ir.NumericValue:
    """Divide the last step; null where the whole is zero."""
    return part.cast("float64") / whole.cast("float64").nullif(0.0)


def floor_to(value: ir.IntegerValue, step: int) -> ir.IntegerValue:
    """Round down to a multiple of `step`, in integers only."""
    return value - (value % step)


def count_where(condition: ir.BooleanValue) -> ir.IntegerScalar:
    """Count the rows that meet a condition; a null does not."""
    return ibis.ifelse(condition, 1, 0).sum()
