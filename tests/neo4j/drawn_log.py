"""A small log with awkward ids, in files that can be ingested one by one."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ringfinder.events.mapping import EventMapping
from ringfinder.events.schema import event_schema
from ringfinder.graph.neo4j.load import state
from ringfinder.store.lake import Lake
from ringfinder.store.workspace import Workspace
from ringfinder.vocabulary import ACTIONS

DAY = 86_400_000_000
START = 1_772_323_200_000_000
NOW = START + 1_000 * DAY
DECLARED = "bank_card"
HOSTILE = (
    "a'b\"c",
    "x\\y`z",
    "}) DETACH DELETE n //",
    "<b>&amp;",
    "é\u4e2d\U0001f600",
    "a,b;c",
    " x ",
    "line\nbreak",
)

NODES = "MATCH (n) WHERE NOT n:Log RETURN labels(n) AS labels, properties(n) AS values"
LINKS = (
    "MATCH (a)-[r]->(b) RETURN labels(a) AS from, a.id AS start, type(r) AS type, "
    "labels(b) AS to, b.id AS end, properties(r) AS values"
)


def drawn_events(seed: int, *, days: int = 4, count: int = 400, prefix: str = "e") -> pa.Table:
    """Events of some days: few users and entities, so that everybody meets."""
    draw = np.random.default_rng(seed)
    pools = {
        "user": [*HOSTILE, *(f"u{n}" for n in range(30))],
        "item": [*HOSTILE[:3], *(f"i{n}" for n in range(15))],
        "seller": [HOSTILE[3], "s1", "s2"],
        "device": [*HOSTILE[4:], *(f"d{n}" for n in range(30))],
        "ip": [f"10.0.0.{n}" for n in range(20)],
        DECLARED: [*HOSTILE[2:5], *(f"c{n}" for n in range(8))],
    }
    rows = []
    for number in range(count):
        row = {
            name: str(draw.choice(pool)) if name == "user" or draw.random() < 0.8 else None
            for name, pool in pools.items()
        }
        row["ip"] = row["ip"] or "10.0.0.1"
        row["event_id"] = f"{prefix}{number:05d}"
        row["ts"] = START + int(draw.integers(days * 24 * 60)) * 60_000_000
        row["action"] = str(draw.choice(ACTIONS))
        if number % 10 == 0:  # one pair that meets again and again
            row.update(user="u0", item="i0", action="order")
        rows.append(row)
    rows.sort(key=lambda row: (row["ts"], row["event_id"]))
    schema = event_schema((DECLARED,))
    columns = [pa.array([row.get(field.name) for row in rows]).cast(field.type) for field in schema]
    return pa.table(columns, schema=schema)


def of_days(events: pa.Table, first: int, last: int) -> pa.Table:
    """The events of the days [first, last)."""
    ts = np.asarray(events["ts"].cast(pa.int64())) - START
    return events.filter(pa.array((ts >= first * DAY) & (ts < last * DAY)))


def take_in(workspace: Workspace, events: pa.Table, name: str) -> None:
    """Ingest the events as one file."""
    path = workspace.root / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    renamed = {"user": "user_id", "item": "item_id", "seller": "seller_id", "device": "device_id"}
    pq.write_table(events.rename_columns([renamed.get(c, c) for c in events.column_names]), path)
    mapping = EventMapping(entities={DECLARED: DECLARED})
    Lake(workspace.lake).append(path, mapping, on_error="fail", progress=lambda *_: None, now=NOW)


def dump(graph):
    """Every node and every relationship with all they hold, but for the notes of the load."""
    log = {k: v for k, v in state(graph).log.items() if k not in ("parts", "snapshot", "digest")}
    return log, *(sorted(map(in_order, graph.run(query))) for query in (NODES, LINKS))


def in_order(row):
    """A row as text, its properties by name."""
    return repr({**row, "values": sorted(row["values"].items())})
