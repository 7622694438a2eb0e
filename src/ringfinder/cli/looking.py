"""Commands of an investigator: investigate, rings list, show and export, decide."""
# ruff: noqa: PLC0415 - a pipeline is imported when its command runs, so that --help stays quick
# ruff: noqa: ARG001 - `json` stands here for --help; the session has read it before

import getpass
import time
import webbrowser
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Argument, Context, Option

from ringfinder.cli import told, told_verdicts
from ringfinder.cli.options import AsOf, GraphFrom, Json
from ringfinder.cli.session import Session
from ringfinder.cli.times import parse_as_of

if TYPE_CHECKING:
    from ringfinder.cases.investigation import Investigation
    from ringfinder.graph.neo4j.connection import Address


def investigate(
    ctx: Context,
    user: Annotated[str, Argument(metavar="USER", help="The user's id, as in the log.")],
    as_of: AsOf = None,
    html: Annotated[
        Path | None, Option("--html", metavar="FILE", help="Also write the case as a page.")
    ] = None,
    browser: Annotated[
        bool,
        Option(
            "--browser",
            help="Open the case in Neo4j Browser, or the page of --html where there is no server.",
        ),
    ] = False,
    graph: GraphFrom = None,
    json: Json = False,
) -> None:
    """Tell why a user is or is not suspicious, on one screen, the verdict first."""
    from ringfinder.cases.terminal import screen
    from ringfinder.pipeline.investigate import investigate as run

    session: Session = ctx.obj
    shared = _shared_graph(session, html) if browser else None
    server = session.graph_server(graph)
    case = run(session.workspace, user, as_of=parse_as_of(as_of), html=html, address=server)
    link = None if shared is None else _link(session, shared, case)
    if link is None:
        session.result(case.to_dict(), screen(case))
    else:
        data = {**case.to_dict(), "browser": link}
        session.result(data, [*screen(case), *told.browser_link(link)])
    page = link or (html.absolute().as_uri() if browser and html is not None else None)
    if page is not None:
        webbrowser.open(page)


def rings_list(
    ctx: Context,
    alerts: Annotated[bool, Option("--alerts", help="Only those above the alert line.")] = False,
    graph: GraphFrom = None,
    json: Json = False,
) -> None:
    """List the last sweep's rings, best first."""
    from ringfinder.pipeline.rings import list_rings

    session: Session = ctx.obj
    server = session.graph_server(graph)
    rings = list_rings(session.workspace, alerts_only=alerts, address=server)
    session.result(rings, told.ring_list(rings))


def rings_show(
    ctx: Context,
    ring_id: Annotated[str, Argument(metavar="ID", help="The ring's id, r_...")],
    graph: GraphFrom = None,
    json: Json = False,
) -> None:
    """Show one ring of the last sweep: why, with whom, and what was ruled out."""
    from ringfinder.pipeline.rings import show_ring

    session: Session = ctx.obj
    ring = show_ring(session.workspace, ring_id, address=session.graph_server(graph))
    session.result(ring, told.one_ring(ring))


def rings_export(
    ctx: Context,
    out: Annotated[Path, Option("--out", metavar="FILE", help="Where the JSON lines go.")],
    graph: GraphFrom = None,
    json: Json = False,
) -> None:
    """Copy the last sweep's rings as JSON lines to a file."""
    from ringfinder.pipeline.rings import export_rings

    session: Session = ctx.obj
    server = session.graph_server(graph)
    number = export_rings(session.workspace, out, address=server)
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
    """Write a verdict into the casebook; one on a ring ranks the last sweep and later ones."""
    from ringfinder.pipeline.decide import decide as run
    from ringfinder.pipeline.rerank import rerank
    from ringfinder.pipeline.shared_graph import stands

    session: Session = ctx.obj
    entry = run(
        session.workspace,
        subject,
        verdict=verdict,
        reason=reason,
        decided_by=by or getpass.getuser(),
        at=time.time_ns() // 1_000,
    )
    lines = [*told_verdicts.decided(entry)]
    reranked = None
    if entry.decision.subject_kind == "ring":
        with stands(f"decision {entry.number} stands in the casebook"):
            reranked = rerank(session.workspace)
        lines += told_verdicts.reranked(entry, reranked)
    session.result({**asdict(entry), "reranked": reranked}, lines)


def _shared_graph(session: Session, html: Path | None) -> "Address | None":
    """Say which server's Browser a case opens in; where there is none, a page must be written."""
    from ringfinder.pipeline.server_address import address_of

    address = address_of(session.options)
    if address is None and html is None:
        raise told.browser_needs_page()
    return address


def _link(session: Session, address: "Address", case: "Investigation") -> str:
    from ringfinder.pipeline.drill_down import user_link

    return user_link(session.workspace, address, case)
