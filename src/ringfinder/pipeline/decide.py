"""Decide: a person's verdict on a user or a ring, written to the casebook."""

from ringfinder.cases.plain_text import fit
from ringfinder.cases.sweep_record import SweepRecord, last_sweep, listed
from ringfinder.errors import InputError
from ringfinder.features.load import code_of, load_snapshot
from ringfinder.store import casebook
from ringfinder.store.workspace import Workspace

_SHOWN = 60


def decide(
    workspace: Workspace, subject: str, *, verdict: str, reason: str, decided_by: str, at: int
) -> casebook.Entry:
    """Record a verdict on a ring or a user of the last sweep; `at` is in microseconds UTC.

    A ring may also be one that a sweep listed before verdicts re-ranked it. `pipeline.rerank` then
    ranks anew: first the verdict is safe, and where re-ranking is cut off, the next one or the
    next sweep makes up for it. Raise `InputError` when no ring and no user has that id, or when the
    reason is empty.
    """
    if not reason.strip():
        raise InputError(
            "a decision needs a reason",
            "the text given is empty",
            "say in a few words, with --reason, what the verdict rests on",
        )
    record = last_sweep(workspace.sweeps)
    kind, users = _subject(workspace, record, subject)
    decision = casebook.Decision(at, kind, subject, users, verdict, reason, decided_by)
    return casebook.append(workspace.casebook, decision)


def _subject(
    workspace: Workspace, record: SweepRecord, subject: str
) -> tuple[str, tuple[str, ...]]:
    if (members := _members(workspace, record, subject)) is not None:
        return "ring", members
    snapshot = load_snapshot(workspace.snapshots / record.summary["snapshot"])
    if code_of(snapshot, "user", subject) is not None:
        return "user", (subject,)
    raise InputError(
        f"there is no ring and no user '{fit(subject, _SHOWN)}'",
        f"sweep {record.sweep_id} knows no such id",
        "see `ringfinder rings list` for rings, `ringfinder investigate` for ids near this one",
    )


def _members(workspace: Workspace, record: SweepRecord, ring_id: str) -> tuple[str, ...] | None:
    """Members of a ring of the last sweep, or of any sweep: its id is a digest of them."""
    for rings in (record.rings, *listed(workspace.sweeps)):
        for ring in rings:
            if ring["ring_id"] == ring_id:
                return tuple(ring["members"])
    return None
