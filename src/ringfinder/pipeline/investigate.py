"""Investigate: the case of one user, from the snapshot and the sweep alone."""

from pathlib import Path

from ringfinder.cases.investigation import Investigation
from ringfinder.cases.investigation import investigate as gather
from ringfinder.cases.sweep_record import last_sweep, sweep_as_of
from ringfinder.features.load import load_snapshot
from ringfinder.store.workspace import Workspace, write_atomically


def investigate(
    workspace: Workspace, user: str, *, as_of: int | None, html: Path | None
) -> Investigation:
    """Gather the case of `user` as of the last sweep, or of the newest at or before `as_of`.

    `as_of` is in microseconds UTC; `html` also writes the case as a page. Raise `InputError` for an
    unknown user or when there is no sweep.
    """
    record = (
        last_sweep(workspace.sweeps)
        if as_of is None
        else sweep_as_of(workspace.sweeps, as_of=as_of)
    )
    snapshot = load_snapshot(workspace.snapshots / record.summary["snapshot"])
    case = gather(snapshot, record, user)
    if html is not None:
        from ringfinder.cases.page import user_page  # noqa: PLC0415 - jinja2 only for a page

        write_atomically(html, user_page(case).encode("utf-8", "backslashreplace"))
    return case
