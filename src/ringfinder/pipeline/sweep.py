"""Sweep: score every user, find and rank rings, and tell what changed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ringfinder.events.progress import Progress, silent
from ringfinder.features.repeats import repeat_bursts
from ringfinder.features.snapshot import Snapshot
from ringfinder.graph.neo4j.connection import Address
from ringfinder.pipeline.candidates import Candidates, forget_candidates, keep_candidates
from ringfinder.pipeline.models import model_directory
from ringfinder.pipeline.ranking import rank
from ringfinder.pipeline.report import write_report
from ringfinder.pipeline.shared_graph import from_graph, load_graph, publish_sweep, stands
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.rings.channels.registry import channels
from ringfinder.rings.find import find_groups
from ringfinder.rings.ring import iso
from ringfinder.rings.score import head_inputs
from ringfinder.store.workspace import Workspace, write_atomically

if TYPE_CHECKING:
    from ringfinder.detect.hybrid import Hybrid

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
    bundle, None the workspace's own or the shipped one. Verdicts on rings that stand in the
    casebook re-rank (`rings.verdicts`): all of them without `as_of`, since people judge a log after
    its last event, else those taken by then. The same sweep with the same verdicts writes the same
    bytes. `graph_at`
    takes the entity graph from the server there, `publish_at` puts what was found into the graph
    there; either is brought up to the log before. Where publishing fails, the sweep stands and the
    error says so.
    """
    bundle = model_directory(workspace, model)
    progress("snapshot", 0, STEPS)
    snapshot = snapshot_at(workspace, as_of=as_of, window=window)
    if graph_at is not None:
        load_graph(workspace, graph_at, progress=progress)
        snapshot = from_graph(workspace, snapshot, graph_at)
    progress("groups", 1, STEPS)
    channels()  # read in first: two threads that import at once can meet modules half read
    with ThreadPoolExecutor(1) as beside:
        scoring = beside.submit(_score_users, bundle, snapshot)
        found = find_groups(snapshot)
        progress("scores", 2, STEPS)
        hybrid, user_score = scoring.result()
    inputs = head_inputs(found.statistics, snapshot.n_users)
    candidates = Candidates(
        found,
        hybrid.score_groups(snapshot, found.groups, inputs),
        user_score,
        repeat_bursts(snapshot.events).strength(snapshot.n_users),
    )
    progress("rings", 3, STEPS)
    about = {
        "as_of": iso(snapshot.as_of),
        "start": iso(snapshot.start),
        "snapshot": snapshot.path.name,
        "model": bundle.name,
        "model_version": hybrid.version,
        "users": snapshot.n_users,
        "candidates": keep_candidates(workspace, candidates),
        "max_rings": max_rings,
        "judged_until": None if as_of is None else iso(as_of),
    }
    record = rank(workspace, candidates, about, hybrid)
    forget_candidates(workspace)
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


def _score_users(bundle: Path, snapshot: Snapshot) -> tuple["Hybrid", npt.NDArray[np.float32]]:
    """Read the model and score all users: seconds that finding groups need not wait for."""
    from ringfinder.detect.hybrid import Hybrid  # noqa: PLC0415 - torch, only where it is needed

    hybrid = Hybrid.load(bundle)
    return hybrid, hybrid.score(snapshot).values
