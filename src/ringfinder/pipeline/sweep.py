"""Sweep: score every user, find and rank rings, and tell what changed."""

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from ringfinder.cases.sweep_record import SweepRecord, read_sweep, sweep_before
from ringfinder.events.progress import Progress, silent
from ringfinder.features.load import ids
from ringfinder.features.repeats import repeat_bursts
from ringfinder.features.snapshot import Snapshot
from ringfinder.graph.neo4j.connection import Address
from ringfinder.pipeline.models import model_directory
from ringfinder.pipeline.report import write_report
from ringfinder.pipeline.shared_graph import from_graph, load_graph, publish_sweep, stands
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.rings.find import find_groups, tell_rings
from ringfinder.rings.lineage import changes, follow
from ringfinder.rings.ring import Ring, iso
from ringfinder.rings.score import best_of_user, fuse, head_inputs
from ringfinder.store.workspace import Workspace, new_directory, write_atomically

MAX_RINGS = 200
STEPS = 4


@dataclass(frozen=True)
class SweepResult:
    """A finished sweep: `summary` is its sweep.json, `rings` the lines of its rings.jsonl."""

    sweep_id: str
    directory: Path
    summary: dict[str, Any]
    rings: list[dict[str, Any]]


def sweep(
    workspace: Workspace,
    *,
    as_of: int | None = None,
    window: int | None = None,
    model: str | None = None,
    max_rings: int = MAX_RINGS,
    rings_out: Path | None = None,
    scores_out: Path | None = None,
    report: Path | None = None,
    graph_at: Address | None = None,
    publish_at: Address | None = None,
    progress: Progress = silent,
) -> SweepResult:
    """Score and find rings in (as_of - window, as_of] and keep the result in the workspace.

    Times are microseconds UTC; None means the last event and everything up to it. `model` names a
    bundle, None the workspace's own or the shipped one. Rings are compared with those of the latest
    sweep that ended before, so that the same sweep twice writes the same bytes. `graph_at`
    takes the entity graph from the server there, `publish_at` puts what was found into the graph
    there; either is brought up to the log before. Where publishing fails, the sweep stands and the
    error says so.
    """
    bundle = model_directory(workspace, model)
    from ringfinder.detect.hybrid import Hybrid  # noqa: PLC0415 - torch, only where it is needed

    progress("snapshot", 0, STEPS)
    snapshot = snapshot_at(workspace, as_of=as_of, window=window)
    if graph_at is not None:
        load_graph(workspace, graph_at, progress=progress)
        snapshot = from_graph(workspace, snapshot, graph_at)
    progress("groups", 1, STEPS)
    found = find_groups(snapshot)
    progress("scores", 2, STEPS)
    hybrid = Hybrid.load(bundle)
    inputs = head_inputs(found.statistics, snapshot.n_users)
    group_score = hybrid.score_groups(snapshot, found.groups, inputs)
    users = fuse(
        hybrid.score(snapshot).values,
        best_of_user(found.groups, group_score, snapshot.n_users),
        repeat_bursts(snapshot.events).strength(snapshot.n_users),
    )
    progress("rings", 3, STEPS)
    rings = tell_rings(found, group_score, max_rings=max_rings)
    before = sweep_before(workspace.sweeps, as_of=snapshot.as_of)
    old = {} if before is None else {r["ring_id"]: frozenset(r["members"]) for r in before.rings}
    rings = follow(rings, old)
    summary = {
        "as_of": iso(snapshot.as_of),
        "start": iso(snapshot.start),
        "snapshot": snapshot.path.name,
        "model": bundle.name,
        "model_version": hybrid.version,
        "users": snapshot.n_users,
        "rings": len(rings),
        "alerts": sum(ring.alert for ring in rings),
        "previous": None if before is None else before.sweep_id,
        "changes": changes(rings, old),
    }
    record = _keep(workspace, snapshot, rings, users, summary)
    for target, name in ((rings_out, "rings.jsonl"), (scores_out, "scores.csv")):
        if target is not None:
            write_atomically(target, (record.directory / name).read_bytes())
    if report is not None:
        write_report(workspace, record.directory, snapshot, report)
    progress("rings", STEPS, STEPS)
    if publish_at is not None:
        with stands(f"the sweep {record.sweep_id} stands in the workspace"):
            load_graph(workspace, publish_at, progress=progress)
            publish_sweep(workspace, publish_at, snapshot, record, progress=progress)
    return SweepResult(record.sweep_id, record.directory, record.summary, record.rings)


def _keep(
    workspace: Workspace,
    snapshot: Snapshot,
    rings: list[Ring],
    scores: npt.NDArray[np.float32],
    summary: dict[str, Any],
) -> SweepRecord:
    """Write the sweep under an id that its content gives, and point `LAST` at it."""
    lines = [json.dumps(ring.line(), ensure_ascii=True) + "\n" for ring in rings]
    table = scores_csv(ids(snapshot, "user"), scores)
    text = json.dumps(summary, sort_keys=True)
    digest = hashlib.sha256(text.encode() + "".join(lines).encode() + table).hexdigest()[:8]
    sweep_id = f"{summary['as_of'][:10].replace('-', '')}-{digest}"
    with new_directory(workspace.sweeps / sweep_id) as directory:
        (directory / "rings.jsonl").write_text("".join(lines), encoding="utf-8")
        (directory / "scores.csv").write_bytes(table)
        np.save(directory / "scores.npy", scores)
        whole = json.dumps({"sweep_id": sweep_id, **summary}, indent=1) + "\n"
        (directory / "sweep.json").write_text(whole, encoding="utf-8")
    write_atomically(workspace.sweeps / "LAST", sweep_id.encode())
    return read_sweep(workspace.sweeps / sweep_id)


def scores_csv(users: list[str], scores: npt.NDArray[np.float32]) -> bytes:
    """`user_id,score,rank` of every user, the riskiest first; equal scores keep the log's order."""
    order = np.argsort(-scores, kind="stable")
    table = pa.table(
        {
            "user_id": pa.array(users, pa.string()).take(pa.array(order)),
            "score": pa.array(np.round(scores[order].astype(np.float64), 6)),
            "rank": pa.array(np.arange(1, len(order) + 1)),
        }
    )
    buffer = io.BytesIO()
    pa_csv.write_csv(table, buffer)
    return buffer.getvalue()
