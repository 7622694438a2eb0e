"""Ranking: from candidates and the verdicts of the casebook to a sweep that is kept."""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from ringfinder.cases.sweep_record import SweepRecord, microseconds, read_sweep, sweeps_before
from ringfinder.features.load import ids
from ringfinder.features.snapshot import Snapshot
from ringfinder.pipeline.candidates import Candidates
from ringfinder.rings.alerts import Judge
from ringfinder.rings.find import tell_rings
from ringfinder.rings.lineage import Past, changes, follow, past
from ringfinder.rings.ring import Ring
from ringfinder.rings.score import best_of_user, fuse, head_inputs
from ringfinder.rings.verdicts import Verdict, anchors, learn
from ringfinder.store.casebook import RingVerdict, ring_verdicts
from ringfinder.store.workspace import Workspace, new_directory, write_atomically

if TYPE_CHECKING:
    from ringfinder.detect.hybrid import Hybrid

WORDS = {True: "confirmed", False: "cleared"}

REMEMBERED = 12
"""Earlier sweeps in which a ring is looked for that is new: a quarter, swept weekly."""


def rank(
    workspace: Workspace,
    candidates: Candidates,
    about: Mapping[str, Any],
    hybrid: "Hybrid | None",
) -> SweepRecord:
    """Rank candidates under the verdicts that count, and keep the sweep as the last one.

    `about` is what the summary says of the sweep before anything is ranked. Verdicts count when
    they were taken by its `judged_until`, all of them where that is None. Rings are compared with
    those of the sweeps that ended before. The `hybrid` that scored tells what would bring an alert
    below the line; without it what would clear a ring is told by chance alone. The same candidates,
    verdicts and hybrid write the same bytes.
    """
    until = about["judged_until"]
    standing = ring_verdicts(
        workspace.casebook, until=None if until is None else microseconds(until)
    )
    found, snapshot = candidates.found, candidates.found.log.snapshot
    names = ids(snapshot, "user")
    verdicts = _in_codes(standing, names)
    score = learn(found.groups, found.statistics, candidates.group_score, verdicts)
    rings = tell_rings(
        found, score, max_rings=about["max_rings"], judge=judge_of(hybrid, snapshot.n_users)
    )
    words = {
        tuple(sorted(names[v] for v in found.groups.members(group).tolist())): WORDS[confirmed]
        for group, confirmed in zip(
            *(column.tolist() for column in anchors(found.groups, verdicts)), strict=True
        )
    }
    rings = [replace(ring, verdict=words.get(ring.members)) for ring in rings]
    users = fuse(
        candidates.user_score,
        best_of_user(found.groups, score, snapshot.n_users),
        candidates.burst,
    )
    before = sweeps_before(workspace.sweeps, as_of=snapshot.as_of, most=REMEMBERED)
    old, *older = [_past(record) for record in before] or [{}]
    rings = follow(rings, old, older)
    summary = {
        **about,
        "verdicts": len(standing),
        "rings": len(rings),
        "alerts": sum(ring.alert for ring in rings),
        "previous": before[0].sweep_id if before else None,
        "changes": changes(rings, old),
    }
    return _keep(workspace, snapshot, rings, users, summary)


def judge_of(hybrid: "Hybrid | None", n_users: int) -> Judge | None:
    """The community head as a judge of statistics on a log of so many users; None without one."""
    if hybrid is None or not hybrid.bundle.has_group_head:
        return None
    return lambda table: hybrid.judge(head_inputs(table, n_users))


def _past(record: SweepRecord) -> dict[str, Past]:
    return {ring["ring_id"]: past(ring["members"], ring["entities"]) for ring in record.rings}


def _in_codes(standing: Sequence[RingVerdict], names: Sequence[str]) -> list[Verdict]:
    if not standing:
        return []
    code = {name: i for i, name in enumerate(names)}
    return [
        Verdict(
            np.array([code[user] for user in one.users if user in code], np.int32),
            len(one.users),
            one.confirmed,
        )
        for one in standing
    ]


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
