"""Report: a finished sweep as one self-contained HTML page."""

from pathlib import Path

from ringfinder.cases.page import report_page
from ringfinder.cases.sweep_record import read_sweep
from ringfinder.features.snapshot import Snapshot
from ringfinder.store.casebook import entries
from ringfinder.store.workspace import Workspace, write_atomically


def write_report(workspace: Workspace, sweep_dir: Path, snapshot: Snapshot, target: Path) -> Path:
    """Write the report of the sweep in `sweep_dir` and return the page's path.

    `target` is the page itself when it ends in `.html`, else a directory that gets `index.html`.
    Decisions taken on rings stand beside them.
    """
    page = target if target.suffix == ".html" else target / "index.html"
    verdicts = {
        entry.decision.subject: entry.decision.verdict
        for entry in entries(workspace.casebook)
        if entry.decision.subject_kind == "ring"
    }
    html = report_page(snapshot, read_sweep(sweep_dir), verdicts)
    write_atomically(page, html.encode("utf-8", "backslashreplace"))
    return page
