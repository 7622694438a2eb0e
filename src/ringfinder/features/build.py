"""A snapshot built from the lake: tables, arrays, graph, features and known labels."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from ringfinder.events.schema import event_schema
from ringfinder.features.arrays import DATABASE, write_arrays
from ringfinder.features.catalogue import LARGE, catalogue, compile_queries, compute
from ringfinder.features.coding import Coding, code_events
from ringfinder.features.database import event_table, write_database
from ringfinder.features.known_labels import known_labels
from ringfinder.features.snapshot import Snapshot
from ringfinder.graph.build import build_graph
from ringfinder.graph.entity_graph import EntityGraph
from ringfinder.store.engine import connect
from ringfinder.store.lake import Lake

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

_ROWS_AT_ONCE = 1_000_000


def build_snapshot(
    lake: Lake, directory: Path, *, as_of: int, start: int, decisions: pa.Table | None = None
) -> None:
    """Write the snapshot of the lake's events in (start, as_of] into an empty `directory`.

    `decisions` are further labels, in the columns of `events.labels.LABEL_SCHEMA`.
    """
    labels = lake.labels()
    if decisions is not None:
        labels = pa.concat_tables([labels, decisions.cast(labels.schema)])
    with ThreadPoolExecutor(1) as beside, connect(lake, directory / "spill") as engine:
        rows = sum(part.rows for part in lake.ledger().parts())
        beside.submit(compile_queries, lake.declared(), large=rows > LARGE)  # while events are read
        write_snapshot(
            engine,
            # No name here, so that coding can let it go.
            _read(lake, directory / "spill-events", as_of=as_of, start=start),
            labels,
            directory,
            as_of=as_of,
            start=start,
        )


def _read(lake: Lake, spill: Path, *, as_of: int, start: int) -> pa.Table:
    """Read events with an engine of their own: the memory it sorted them in goes when it goes."""
    with connect(lake, spill) as engine:
        return read_events(engine, as_of=as_of, start=start)


def with_graph(lake: Lake, snapshot: Snapshot, graph: EntityGraph) -> Snapshot:
    """Give the snapshot of `lake` another entity graph, with the features that follow from it."""
    with TemporaryDirectory() as place, connect(lake, Path(place, "spill")) as engine:
        features = compute(engine, event_table(snapshot.events), graph, graph.declared)
    return replace(snapshot, graph=graph, features=features)


def read_events(engine: "Backend", *, as_of: int, start: int) -> pa.Table:
    """Read the events of (start, as_of] from the engine's table `events`, sorted by (ts, event_id).

    The columns are those of `events.schema.event_schema`, text dictionary-encoded but for the event
    ids: a log names the same users and things again and again. A declared identifier that none of
    the events names is left out: it may have come into the lake with later events.
    """
    found = engine.con.sql(
        "SELECT * FROM events WHERE ts > make_timestamptz($start)"
        " AND ts <= make_timestamptz($as_of) ORDER BY ts, event_id",
        params={"start": start, "as_of": as_of},
    ).to_arrow_reader(_ROWS_AT_ONCE)
    parts = chain([found.schema.empty_table()], map(pa.table, found))
    table = pa.concat_tables([_encoded(part) for part in parts])
    known = set(event_schema().names)
    present = tuple(
        name
        for name in table.column_names
        if name not in known and table[name].null_count < len(table)
    )
    return table.select(event_schema(present).names)


def _encoded(part: pa.Table) -> pa.Table:
    """Give a part of the events as `read_events` gives all of them, in memory of its own.

    What DuckDB hands over is freed as a whole: one column kept would keep the text of all.
    """
    columns = {}
    everything = pa.array(np.arange(len(part)))
    for name in part.column_names:
        if name in ("event_id", "ts", "amount"):
            columns[name] = part[name].cast(event_schema().field(name).type).take(everything)
        else:
            columns[name] = part[name].dictionary_encode()
    return pa.table(columns)


def graph_of(
    coding: Coding, *, as_of: int, start: int, declared: tuple[str, ...] = ()
) -> EntityGraph:
    """Build the entity graph of coded events, all of them in (start, as_of]."""
    columns = coding.events
    return build_graph(
        as_of=as_of,
        start=start,
        ts=columns.ts,
        user=columns.user,
        action=columns.action,
        entity=columns.entity,
        n_users=coding.n_users,
        n_entities=coding.n_entities,
        declared=declared,
    )


def write_snapshot(
    engine: "Backend",
    events: pa.Table,
    labels: pa.Table,
    directory: Path,
    *,
    as_of: int,
    start: int,
) -> None:
    """Write the snapshot of `events` into an empty `directory`.

    `events` are all in (start, as_of], as `read_events` gives them, `labels` in the columns of
    `events.labels.LABEL_SCHEMA`; the features are computed by `engine`.
    """
    own = set(event_schema().names)
    declared = tuple(name for name in events.column_names if name not in own)
    coding = code_events(events, declared)
    del events  # ids are the most of a log; codes stand for them from here on
    columns = coding.events
    graph = graph_of(coding, as_of=as_of, start=start, declared=declared)
    graph.validate()
    known = known_labels(labels, coding, as_of=as_of)
    write_database(directory / DATABASE, coding)
    del coding
    snapshot = Snapshot(
        as_of=as_of,
        start=start,
        path=directory,
        events=columns,
        graph=graph,
        features=compute(engine, event_table(columns), graph, declared),
        labels=known,
        log=columns.digest(),
    )
    words = {feature.name: feature.words for feature in catalogue(declared)}
    write_arrays(snapshot, words, declared)
