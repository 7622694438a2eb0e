"""Commands of an investigator: investigate, rings list, show and export, decide."""
# ruff: noqa: PLC0415 - a pipeline is imported when its command runs, so that --help stays quick
# ruff: noqa: ARG001 - `json` stands here for --help; the session has read it before

import getpass
import time
import webbrowser
from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, Context, Option

from ringfinder.cli import told
from ringfinder.cli.options import AsOf, Json
from ringfinder.cli.session import Session
from ringfinder.cli.times import parse_as_of


def investigate(
    ctx: Context,
    user: Annotated[str, Argument(metavar="USER", help="The user's id, as in the log.")],
    as_of: AsOf = None,
    html: Annotated[
        Path | None, Option("--html", metavar="FILE", help="Also write the case as a page.")
    ] = None,
    browser: Annotated[
        bool, Option("--browser", help="Open the page in the browser (needs --html).")
    ] = False,
    json: Json = False,
) -> None:
    """Tell why a user is or is not suspicious, on one screen, the verdict first."""
    from ringfinder.cases.terminal import screen
    from ringfinder.pipeline.investigate import investigate as run

    session: Session = ctx.obj
    if browser and html is None:
        raise told.browser_needs_page()
    case = run(session.workspace, user, as_of=parse_as_of(as_of), html=html)
    session.result(case.to_dict(), screen(case))
    if browser and html is not None:
        webbrowser.open(html.absolute().as_uri())


def rings_list(
    ctx: Context,
    alerts: Annotated[bool, Option("--alerts", help="Only those above the alert line.")] = False,
    json: Json = False,
) -> None:
    """List the last sweep's rings, best first."""
    from ringfinder.pipeline.rings import list_rings

    session: Session = ctx.obj
    rings = list_rings(session.workspace, alerts_only=alerts)
    session.result(rings, told.ring_list(rings))


def rings_show(
    ctx: Context,
    ring_id: Annotated[str, Argument(metavar="ID", help="The ring's id, r_...")],
    json: Json = False,
) -> None:
    """Show one ring of the last sweep: why, with whom, and what was ruled out."""
    from ringfinder.pipeline.rings import show_ring

    session: Session = ctx.obj
    ring = show_ring(session.workspace, ring_id)
    session.result(ring, told.one_ring(ring))


def rings_export(
    ctx: Context,
    out: Annotated[Path, Option("--out", metavar="FILE", help="Where the JSON lines go.")],
    json: Json = False,
) -> None:
    """Copy the last sweep's rings as JSON lines to a file."""
    from ringfinder.pipeline.rings import export_rings

    session: Session = ctx.obj
    number = export_rings(session.workspace, out)
    session.result({"file": out, "rings": number}, [f"{number} rings written to {out}"])


def decide(
    ctx: Context,
    subject: Annotated[str, Argument(metavar="USER_OR_RING", help="A user's or a ring's id.")],
    verdict: Annotated[
        Literal["confirmed", "cleared", "unsure"], Option("--verdict", help="Your verdict.")
    ],
    reason: Annotated[str, Option("--reason", metavar="TEXT", help="What it rests on.")],
    by: Annotated[
        str | None, Option("--by", metavar="NAME", help="Who decides; default: your login.")
    ] = None,
    json: Json = False,
) -> None:
    """Write a verdict into the casebook; it becomes a label for the next training."""
    from ringfinder.pipeline.decide import decide as run

    session: Session = ctx.obj
    entry = run(
        session.workspace,
        subject,
        verdict=verdict,
        reason=reason,
        decided_by=by or getpass.getuser(),
        at=time.time_ns() // 1_000,
    )
    session.result(entry, told.decided(entry))
