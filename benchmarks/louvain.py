"""What a whole sweep costs beside networkx's Louvain, and what Leiden costs on the same graphs.

Three graphs of each log: `trades`, on which the peer `louvain` works (users and what they traded,
without hubs); `channels`, which the channels of a sweep read (users, what they traded, devices and
ips); and `everything`, with the items that they only looked at, which the rest of a sweep reads as
well. On each run networkx's Louvain, and graspologic-native's Leiden for the same modularity at the
same resolution. Each is a process of its own with a limit;
communities are timed without reading the log and building the graph, the sweep with all it does
after ingest: its model's loading, the user scores and the evidence included. Ratios are of CPU
seconds, which a busy machine changes least; a sweep has two threads, the others one.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import graspologic_native
import networkx as nx
import numpy as np
from data import write_result
from scipy.sparse import coo_array, csr_array

from ringfinder.evaluate.benchmark.process import Measured, run
from ringfinder.evaluate.peers.bipartite import (
    HUB_USERS,
    Edges,
    distinct,
    edges_of,
    fine_resolution,
    log_weights,
    trade_graph,
)
from ringfinder.evaluate.peers.log import Codes, read_log
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.simulate import simulate
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.rings.channels.protocol import read_log as sweep_log
from ringfinder.rings.channels.registry import channels, propose
from ringfinder.store.workspace import Workspace

EVENTS = (100_000, 300_000, 1_000_000)
WARM = 20_000
SEED = 5
LIMIT_S = 1_200.0
BAR = 10.0
SWEEP = "sweep"


def trades(log: Path) -> Edges:
    """The graph of the peer `louvain`."""
    return trade_graph(read_log(log), HUB_USERS)


def of_channels(log: Path) -> Edges:
    """Users and every item they traded, device and ip that they touched."""
    read = read_log(log)
    traded = read.trades()
    return joined([(traded.user, traded.item), (read.user, read.device), (read.user, read.ip)])


def everything(log: Path) -> Edges:
    """Users and every item, device and ip that they touched."""
    read = read_log(log)
    return joined([(read.user, thing) for thing in (read.item, read.device, read.ip)])


def joined(pairs: Sequence[tuple[Codes, Codes]]) -> Edges:
    """One graph of users and things of several types, each pair once, log-weighted; -1 is none."""
    user, other, before = [], [], 0
    for users, things in pairs:
        there = things >= 0
        user.append(users[there])
        other.append(things[there] + before)
        before += int(things.max(initial=-1)) + 1
    one, thing = distinct(np.concatenate(user), np.concatenate(other))
    return edges_of(one, thing, log_weights(thing))


def louvain(edges: Edges) -> Callable[[], Sequence[object]]:
    """Louvain of networkx at the peer's resolution, ready to run."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(edges.n))
    ends = (edges.user.tolist(), (edges.other + len(edges.users)).tolist())
    graph.add_weighted_edges_from(zip(*ends, edges.weight.tolist(), strict=True))
    resolution = fine_resolution(edges)
    return lambda: nx.community.louvain_communities(graph, resolution=resolution, seed=0)


def leiden(edges: Edges) -> Callable[[], Sequence[object]]:
    """graspologic-native's Leiden for what Louvain seeks, one iteration, ready to run."""
    resolution = fine_resolution(edges)
    user, other = edges.user, edges.other + len(edges.users)
    ends = (np.concatenate([user, other]), np.concatenate([other, user]))
    weight = np.concatenate([edges.weight, edges.weight])
    graph: csr_array = coo_array((weight, ends), shape=(edges.n, edges.n)).tocsr()
    graph.sort_indices()

    def work() -> Sequence[object]:
        _, label = graspologic_native.leiden_csr(
            graph.indptr.astype(np.int64),
            graph.indices.astype(np.int32),
            graph.data,
            edges.n,
            resolution=resolution,
            iterations=1,
            use_modularity=True,
            seed=0,
        )
        return sorted(set(map(label.__getitem__, range(edges.n))))

    return work


GRAPHS: dict[str, Callable[[Path], Edges]] = {
    "trades": trades,
    "channels": of_channels,
    "everything": everything,
}
METHODS: dict[str, Callable[[Edges], Callable[[], Sequence[object]]]] = {
    "networkx louvain": louvain,
    "leiden, modularity": leiden,
}


def timed(work: Callable[[], Sequence[object]]) -> dict[str, Any]:
    """What some work costs, in seconds of the clock and of the processor, and how much it found."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = len(work())
    return {
        "wall_s": round(time.perf_counter() - wall, 3),
        "cpu_s": round(time.process_time() - cpu, 3),
        "groups": found,
    }


def one_graph(graph: str, method: str, log: Path) -> dict[str, Any]:
    """The cost of one method on one graph of a log."""
    edges = GRAPHS[graph](log)
    return {**timed(METHODS[method](edges)), "nodes": edges.n, "links": len(edges.user)}


def all_channels(root: Path) -> dict[str, Any]:
    """The cost of the candidates of all channels of a sweep, on its snapshot."""
    channels()
    log = sweep_log(snapshot_at(Workspace(root), as_of=None, window=None))
    return timed(lambda: propose(log)[0])


def apart(place: Path, *words: str) -> dict[str, Any]:
    """What a part of this script tells, run in a process of its own; why there is nothing."""
    out = place / "part.json"
    out.unlink(missing_ok=True)
    command = (sys.executable, str(Path(__file__).resolve()), "--part", str(out), *words)
    measured = run([command], place, limit_s=LIMIT_S)
    if measured.reason:
        return {"reason": measured.reason}
    return {**json.loads(out.read_text("utf-8")), "peak_mib": round(measured.peak_mib)}


def whole_sweep(place: Path, workspace: Path) -> Measured:
    """A sweep with the shipped model, as the command does it."""
    words = ("--workspace", str(workspace), "sweep", "--model", "base")
    return run([(sys.executable, "-m", "ringfinder", *words)], place, limit_s=LIMIT_S)


def measure(place: Path, events: int) -> dict[str, Any]:
    """All costs at one size."""
    world, workspace = place / "world", place / "workspace"
    log = world / "events.parquet"
    simulate(world, events=events, seed=SEED)
    ingest(Workspace(workspace), [log])
    swept = whole_sweep(place, workspace)
    if swept.reason:
        sys.exit(f"the sweep failed: {swept.reason}")
    told: dict[str, Any] = {
        "sweep": {"wall_s": round(swept.wall_s, 2), "cpu_s": round(swept.cpu_s, 2)},
        "channels": apart(place, SWEEP, str(workspace)),
        "graphs": {},
    }
    for graph in GRAPHS:
        costs = {method: apart(place, graph, method, str(log)) for method in METHODS}
        slow = costs["networkx louvain"].get("cpu_s")
        told["graphs"][graph] = costs
        told["graphs"][graph]["ratios"] = {
            name: None if slow is None or cpu is None else round(slow / max(cpu, 1e-3), 2)
            for name, cpu in (
                ("sweep", told["sweep"]["cpu_s"]),
                ("channels", told["channels"].get("cpu_s")),
                *((method, cost.get("cpu_s")) for method, cost in list(costs.items())[1:]),
            )
        }
    return told


def main() -> None:
    """Write benchmarks/results/louvain.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=EVENTS)
    parser.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        out, what, *words = asked.part
        told = (
            all_channels(Path(words[0]))
            if what == SWEEP
            else one_graph(what, words[0], Path(words[1]))
        )
        Path(out).write_text(json.dumps(told), encoding="utf-8")
        return
    sizes: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as warm:
        small = Path(warm)
        simulate(small / "world", events=WARM, seed=SEED)
        ingest(Workspace(small / "workspace"), [small / "world" / "events.parquet"])
        whole_sweep(small, small / "workspace")  # compiles what is not compiled yet
    for events in sorted(asked.events):
        with tempfile.TemporaryDirectory() as place:
            sizes[str(events)] = measure(Path(place), events)
        print(events, json.dumps(sizes[str(events)], indent=1), flush=True)
    write_result("louvain", {"limit_s": LIMIT_S, "bar": BAR, "sizes": sizes})


if __name__ == "__main__":
    main()
