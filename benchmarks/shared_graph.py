"""The shared graph on a real server: how fast it is loaded and read, with ratios of one run.

The workspace's own server (`ringfinder graph start`) is used, in a workspace of the run. The log is
simulated and given carrier ips of 100,000 users. A plain loader stands beside ours: one transaction
for each 1,000 rows, MERGE, the ordinary driver in pure Python.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from data import write_result

from ringfinder.cases.investigation import investigate
from ringfinder.cases.sweep_record import last_sweep
from ringfinder.events.progress import silent
from ringfinder.features.graph_tables import graph_tables
from ringfinder.graph.neo4j.bulk import import_tables
from ringfinder.graph.neo4j.changes import Changes, changes
from ringfinder.graph.neo4j.connection import Address, Graph, connected
from ringfinder.graph.neo4j.load import clear, load
from ringfinder.graph.neo4j.server import running, start, stop, stopped_for_import
from ringfinder.graph.neo4j.tables import SharedTables
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.investigate import graph_source
from ringfinder.pipeline.shared_graph import LoadResult, load_graph, publish_sweep
from ringfinder.pipeline.simulate import simulate
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.pipeline.sweep import sweep
from ringfinder.store.workspace import Workspace

EVENTS = 5_000_000
SMALL = 300_000
SEED = 11
CARRIERS = 3
CARRIER_USERS = 100_000
DAY = 86_400_000_000
CASES = 400
COMMAND = str(Path(sys.executable).with_name("ringfinder"))
PLAIN_RELATIONSHIPS = 60_000
PLAIN = """
import json, sys, time
sys.modules["neo4j._rust"] = None  # the ordinary driver
import neo4j
given = json.load(sys.stdin)
query = (
    "UNWIND $rows AS row MATCH (a:User {id: row.start}) MATCH (b:Item {id: row.end}) "
    "MERGE (a)-[r:VIEWED]->(b) SET r.count = row.count, r.first_seen = row.first_seen, "
    "r.last_seen = row.last_seen"
)
with neo4j.GraphDatabase.driver(given["uri"], auth=("neo4j", given["password"])) as driver:
    with driver.session(database="neo4j") as session:
        begun = time.perf_counter()
        for first in range(0, len(given["rows"]), 1000):
            rows = given["rows"][first : first + 1000]
            session.execute_write(lambda tx, rows=rows: tx.run(query, rows=rows).consume())
        print(time.perf_counter() - begun)
"""


@contextmanager
def timed(figures: dict[str, Any], name: str) -> Iterator[None]:
    """Note the wall seconds of the block."""
    begun = time.perf_counter()
    yield
    figures[name] = round(time.perf_counter() - begun, 2)
    print(f"{name}: {figures[name]} s", file=sys.stderr)


def drawn_log(place: Path, events: int) -> tuple[Path, Path]:
    """Write a simulated log in two files: all but its last day, and that day."""
    simulate(place / "world", events=events, seed=SEED, mix="mixed")
    table = pq.read_table(place / "world" / "events.parquet")
    draw = np.random.default_rng(SEED)
    users = table["user_id"].unique()
    ts = table["ts"].cast(pa.int64()).to_numpy()
    parts = [table]
    for carrier in range(CARRIERS):
        some = draw.choice(len(users), min(CARRIER_USERS, len(users)), replace=False)
        rows = {name: pa.nulls(len(some), table[name].type) for name in table.column_names}
        rows["user_id"] = users.take(pa.array(some)).cast(table["user_id"].type)
        at = pa.array(draw.integers(ts[0], ts[-1], len(some)))
        rows["ts"] = at.cast(pa.timestamp("us")).cast(table["ts"].type)
        rows["ip"] = pa.array([f"carrier-{carrier}"] * len(some)).cast(table["ip"].type)
        rows["action"] = pa.array(["login"] * len(some)).cast(table["action"].type)
        if "event_id" in rows:
            names = [f"c{carrier}-{n}" for n in range(len(some))]
            rows["event_id"] = pa.array(names).cast(table["event_id"].type)
        parts.append(pa.table(rows).select(table.column_names))
    whole = pa.concat_tables([part.cast(table.schema) for part in parts])
    late = pa.array(whole["ts"].cast(pa.int64()).to_numpy() > ts[-1] - DAY)
    paths = place / "before.parquet", place / "last_day.parquet"
    pq.write_table(whole.filter(pa.compute.invert(late)), paths[0])
    pq.write_table(whole.filter(late), paths[1])
    return paths


def incremental_and_plain(place: Path, figures: dict[str, Any]) -> None:
    """Load a small log batch by batch, then the same relationships as a plain loader does."""
    simulate(place / "small", events=SMALL, seed=SEED, mix="mixed")
    workspace = Workspace(place / "small-workspace")
    ingest(workspace, [place / "small" / "events.parquet"])
    tables = graph_tables(snapshot_at(workspace, as_of=None, window=None))
    server = start(workspace.root, progress=silent)
    try:
        with connected(server.address()) as graph:
            put = changes(None, tables)
            for _ in ("to warm the server", "to measure"):
                clear(graph)
                whole, links_alone = load_seconds(graph, put)
            figures["incremental_relationships"] = tables.n_relationships
            figures["incremental_s"] = round(whole, 2)
            figures["incremental_per_s"] = round(tables.n_relationships / whole)
            figures["incremental_links_alone_per_s"] = round(tables.n_relationships / links_alone)
            rows = plain_rows(tables)
            graph.run("MATCH ()-[r:VIEWED]->() CALL (r) { DELETE r } IN TRANSACTIONS")
        seconds = plain(server.address(), rows)
        figures["plain_per_s"] = round(len(rows) / seconds)
        figures["incremental_over_plain"] = round(
            figures["incremental_links_alone_per_s"] / figures["plain_per_s"], 2
        )
    finally:
        stop(workspace.root)
        shutil.rmtree(server.home)


def load_seconds(graph: Graph, put: Changes) -> tuple[float, float]:
    """Seconds of a whole load, as of the importer's run, and from its last node on.

    The plain loader is compared with the latter: it has its nodes before.
    """
    nodes = sum(len(rows) for rows in put.nodes)
    begun = time.perf_counter()
    at = [begun]

    def progress(_: str, done: int, total: int | None) -> None:
        del total
        if done <= nodes:
            at[0] = time.perf_counter()

    load(graph, put, base=None, parts=frozenset(), holder="bench", progress=progress)
    ended = time.perf_counter()
    return ended - begun, ended - at[0]


def plain_rows(tables: SharedTables) -> list[dict[str, Any]]:
    """Some VIEWED relationships as the rows of a plain loader."""
    links = next(one for one in tables.relationships if one.type == "VIEWED")
    ids = {nodes.label: nodes.table["id"] for nodes in tables.nodes}
    table = links.table.slice(0, PLAIN_RELATIONSHIPS).append_column(
        "start", ids["User"].take(links.start[:PLAIN_RELATIONSHIPS])
    )
    return table.append_column("end", ids["Item"].take(links.end[:PLAIN_RELATIONSHIPS])).to_pylist()


def plain(address: Address, rows: list[dict[str, Any]]) -> float:
    """Seconds of the plain loader, in a process of its own."""
    given = json.dumps({"uri": address.uri, "password": address.password, "rows": rows})
    done = subprocess.run(
        [sys.executable, "-c", PLAIN], input=given, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def bulk(workspace: Workspace, figures: dict[str, Any]) -> None:
    """Import the whole log: the importer's own run, and the command with all around it."""
    tables = graph_tables(snapshot_at(workspace, as_of=None, window=None))
    figures["relationships"] = tables.n_relationships
    figures["nodes"] = sum(len(nodes.table) for nodes in tables.nodes)
    with (
        stopped_for_import(workspace.root, progress=silent) as importer,
        timed(figures, "bulk_files_and_importer_s"),
    ):
        spans = import_tables(tables, importer, progress=silent)
    figures["bulk_importer_s"] = round(spans, 2)
    figures["bulk_per_s"] = round(tables.n_relationships / spans)


def expect(way: str, result: LoadResult) -> None:
    """End the benchmark where a load did not go the way that is to be measured."""
    if result.way != way:
        sys.exit(f"the load went the way {result.way}, not {way}")


def cases(workspace: Workspace, address: Address, figures: dict[str, Any]) -> None:
    """Seconds of whole cases: warm inside one process, and cold as a command."""
    rings = last_sweep(workspace.sweeps).rings
    members = [user for ring in rings for user in ring["members"]]
    draw = np.random.default_rng(SEED)
    with connected(address) as graph:
        anybody = [
            row["id"]
            for row in graph.run("MATCH (u:User) WHERE u.code % 997 = 0 RETURN u.id AS id")
        ]
        chosen = [
            *draw.choice(members, CASES // 2).tolist(),
            *draw.choice(anybody, CASES // 2).tolist(),
        ]
        source = graph_source(graph, workspace, as_of=None)
        quickest = percentiles(lambda user: investigate(source, user), chosen)
    figures["investigate_warm_ms"] = quickest
    cold = []
    for user in chosen[:5]:
        begun = time.perf_counter()
        subprocess.run(
            [COMMAND, "--workspace", workspace.root, "investigate", user, "--graph", "neo4j"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        cold.append(time.perf_counter() - begun)
    figures["investigate_cold_s"] = round(sorted(cold)[len(cold) // 2], 2)


def percentiles(work: Callable[[str], object], users: list[str]) -> dict[str, float]:
    """Milliseconds of the median and of the slowest twentieth, after a first round."""
    for user in users[:50]:
        work(user)
    took = []
    for user in users:
        begun = time.perf_counter()
        work(user)
        took.append(1000 * (time.perf_counter() - begun))
    return {f"p{share}": round(float(np.percentile(took, share)), 1) for share in (50, 95, 99)}


def main() -> None:
    """Write benchmarks/results/shared_graph.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    events = parser.parse_args().events
    figures: dict[str, Any] = {
        "events": events,
        "carriers": CARRIERS,
        "carrier_users": CARRIER_USERS,
    }
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        incremental_and_plain(place, figures)
        workspace = Workspace(place / "workspace")
        before, last_day = drawn_log(place, events)
        ingest(workspace, [before])
        home = start(workspace.root, progress=silent).home
        try:
            bulk(workspace, figures)
            with timed(figures, "graph_load_bulk_s"):
                address = running(workspace.root).address()
                expect("bulk", load_graph(workspace, address, replace=True))
            address = running(workspace.root).address()
            with timed(figures, "unchanged_s"):
                expect("unchanged", load_graph(workspace, address))
            ingest(workspace, [last_day])
            snapshot_at(workspace, as_of=None, window=None)
            with timed(figures, "one_more_day_s"):
                figures["one_more_day_put"] = load_graph(workspace, address).put
            with timed(figures, "sweep_s"):
                result = sweep(workspace, model="base")
            snapshot = snapshot_at(workspace, as_of=None, window=None)
            with timed(figures, "publish_s"):
                record = last_sweep(workspace.sweeps)
                publish_sweep(workspace, address, snapshot, record, progress=silent)
            figures["rings"] = len(result.rings)
            cases(workspace, address, figures)
        finally:
            stop(workspace.root)
            shutil.rmtree(home)
    figures["bulk_over_incremental"] = round(
        figures["bulk_per_s"] / figures["incremental_per_s"], 1
    )
    print(json.dumps(figures, indent=1))
    warm = figures["investigate_warm_ms"]
    steps = [
        (
            "bulk import, the importer's whole run",
            figures["bulk_per_s"],
            "relationships/s",
            200_000,
        ),
        (
            "bulk import over incremental load, whole runs",
            figures["bulk_over_incremental"],
            "times",
            9,
        ),
        ("incremental load, whole run", figures["incremental_per_s"], "relationships/s", None),
        (
            "its relationships over those of a plain loader",
            figures["incremental_over_plain"],
            "times",
            1.5,
        ),
        ("load of an unchanged log", figures["unchanged_s"], "s", 3),
        ("load of one more day", figures["one_more_day_s"], "s", None),
        ("put by it", figures["one_more_day_put"], "nodes and relationships", None),
        ("publication of a sweep", figures["publish_s"], "s", None),
        ("investigate, warm, median", warm["p50"], "ms", None),
        ("investigate, warm, 95th percentile", warm["p95"], "ms", 100),
        ("investigate, cold command", figures["investigate_cold_s"], "s", 1.5),
    ]
    table = {
        name: {"value": value, "unit": unit, "bar": bar, "most": unit in {"s", "ms"}}
        for name, value, unit, bar in steps
    }
    write_result("shared_graph", {**figures, "steps": table})


if __name__ == "__main__":
    main()
