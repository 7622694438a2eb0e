"""Commands that open the shared graph in Neo4j Browser: graph open, graph kit."""
# ruff: noqa: PLC0415 - a pipeline is imported when its command runs, so that --help stays quick
# ruff: noqa: ARG001 - `json` stands here for --help; the session has read it before

import webbrowser
from typing import Annotated

from typer import Argument, Context

from ringfinder.cli import told
from ringfinder.cli.options import Json
from ringfinder.cli.session import Session


def graph_open(
    ctx: Context,
    subject: Annotated[
        str | None,
        Argument(metavar="[USER_OR_RING]", help="Whose case to open; none: the questions to ask."),
    ] = None,
    json: Json = False,
) -> None:
    """Open the shared graph in Neo4j Browser, at the guide or at the case of a user or a ring."""
    from ringfinder.pipeline.drill_down import link_to
    from ringfinder.pipeline.server_address import needed_address

    session: Session = ctx.obj
    link = link_to(session.workspace, needed_address(session.options), subject)
    session.result({"browser": link}, told.browser_link(link))
    webbrowser.open(link)


def graph_kit(ctx: Context, json: Json = False) -> None:
    """Serve the guide, the style and the saved queries for Neo4j Browser until Ctrl-C."""
    from ringfinder.pipeline.drill_down import serve_kit
    from ringfinder.pipeline.server_address import needed_address

    session: Session = ctx.obj

    def ready(link: str) -> None:
        session.result({"browser": link}, told.browser_link(link, serving=True))

    serve_kit(session.workspace, needed_address(session.options), ready=ready)
