"""Decide: a person's verdict on a user or a ring, written to the casebook."""

from ringfinder.cases.plain_text import fit
from ringfinder.cases.sweep_record import SweepRecord, last_sweep
from ringfinder.errors import InputError
from ringfinder.features.load import code_of, load_snapshot
from ringfinder.store import casebook
from ringfinder.store.workspace import Workspace

_SHOWN = 60


def decide(
    workspace: Workspace, subject: str, *, verdict: str, reason: str, decided_by: str, at: int
) -> casebook.Entry:
    """Record a verdict on a ring or a user of the last sweep; `at` is in microseconds UTC.

    Raise `InputError` when the sweep knows neither a ring nor a user of that id, or when the reason
    is empty.
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
    for ring in record.rings:
        if ring["ring_id"] == subject:
            return "ring", tuple(ring["members"])
    snapshot = load_snapshot(workspace.snapshots / record.summary["snapshot"])
    if code_of(snapshot, "user", subject) is not None:
        return "user", (subject,)
    raise InputError(
        f"there is no ring and no user '{fit(subject, _SHOWN)}'",
        f"sweep {record.sweep_id} knows no such id",
        "see `ringfinder rings list` for rings, `ringfinder investigate` for ids near this one",
    )
