"""The catalogue: every feature, in column order, and their values for all users."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringfinder.features.activity import DAYS, EVENTS, HOURS
from ringfinder.features.coaction import together
from ringfinder.features.feature import Feature, Inputs, Theme
from ringfinder.features.habits import ITEMS, SELLERS
from ringfinder.features.neighbours import neighbours
from ringfinder.features.partners import partners
from ringfinder.features.snapshot import Features
from ringfinder.features.windows import WINDOWS
from ringfinder.graph.entity_graph import EntityGraph, Hubs, Links
from ringfinder.graph.hubs import KINDS
from ringfinder.vocabulary import BROWSING, entity_types, link_types

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

_MILLION = 1_000_000

LARGE = 10_000_000
"""Events above which themes save memory rather than time, see `Inputs`."""


def themes(declared: Iterable[str] = ()) -> tuple[Theme, ...]:
    """List the themes of a log with these declared identifiers; built-in columns come first."""
    plural = {kind.name: kind.plural for kind in entity_types(declared)}
    return (
        EVENTS,
        WINDOWS,
        DAYS,
        HOURS,
        ITEMS,
        SELLERS,
        *(
            theme(link, plural[link.entity])
            for link in link_types(declared)
            for theme in (neighbours, together, partners)
            if theme is not partners or link.actions != BROWSING  # ten times the pairs, little said
        ),
    )


def catalogue(declared: Iterable[str] = ()) -> tuple[Feature, ...]:
    """List every feature of a log with these declared identifiers, in column order."""
    return tuple(feature for theme in themes(declared) for feature in theme.features)


def compute(
    engine: "Backend", events: pa.Table, graph: EntityGraph, declared: tuple[str, ...] = ()
) -> Features:
    """Compute the whole catalogue on an engine.

    `events` has the columns of `database.event_table`. A user without rows for a feature gets 0.
    """
    age = pc.subtract(pa.scalar(graph.as_of, pa.int64()), events["ts"])
    tables = {"coded_events": events.append_column("age", age)}
    tables |= {f"links_{name}": _link_table(links) for name, links in graph.links.items()}
    tables |= {f"hubs_{name}": _hub_table(hubs) for name, hubs in graph.hubs.items()}
    for name, table in tables.items():
        engine.con.register(name, table)
    features = catalogue(declared)
    queries = compile_queries(declared, large=len(events) > LARGE)
    values = np.zeros((graph.n_users, len(features)), np.float32)
    column = 0
    for theme, query in zip(themes(declared), queries, strict=True):
        table = engine.con.sql(query).to_arrow_table()
        users = table["user"].to_numpy()
        for feature in theme.features:
            values[users, column] = np.nan_to_num(table[feature.name].to_numpy(), nan=0.0)
            column += 1
    for name in tables:
        engine.con.unregister(name)
    return Features(tuple(feature.name for feature in features), values)


@cache
def compile_queries(declared: tuple[str, ...], *, large: bool) -> tuple[str, ...]:
    """Compile the themes once a process: it takes longer than to run them on a small log."""
    inputs = Inputs.unbound(declared, large=large)
    return tuple(
        str(ibis.to_sql(theme.table(inputs), dialect="duckdb")) for theme in themes(declared)
    )


def _link_table(links: Links) -> pa.Table:
    n_users = len(links.user_ptr) - 1
    return pa.table(
        {
            "user": np.repeat(np.arange(n_users, dtype=np.int32), np.diff(links.user_ptr)),
            "entity": links.entity,
            "count": links.count,
            "first_seen": links.first_seen,
            "last_seen": links.last_seen,
        }
    )


def _hub_table(hubs: Hubs) -> pa.Table:
    return pa.table(
        {
            "entity": np.arange(len(hubs.kind), dtype=np.int32),
            "hub": (hubs.kind == KINDS.index("hub")).astype(np.int8),
            "weight": np.rint(hubs.weight.astype(np.float64) * _MILLION).astype(np.int64),
        }
    )
