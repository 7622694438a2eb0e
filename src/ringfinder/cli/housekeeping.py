"""Commands about the installation: doctor, and the server of the shared graph."""
# ruff: noqa: PLC0415 - a pipeline is imported when its command runs, so that --help stays quick
# ruff: noqa: ARG001 - `json` stands here for --help; the session has read it before

from typing import Annotated

from typer import Context, Exit, Option

from ringfinder.cli import told
from ringfinder.cli.options import Json
from ringfinder.cli.session import Session


def doctor(
    ctx: Context,
    only: Annotated[
        str | None, Option("--only", metavar="NAME", help="One check, such as torch or neo4j.")
    ] = None,
    json: Json = False,
) -> None:
    """Check Python, torch and CUDA, DuckDB, Neo4j, disk and rights, each with its mend."""
    from ringfinder.pipeline.doctor import examine

    session: Session = ctx.obj
    findings = examine(session.options, only=only)
    session.result(findings, told.findings(findings))
    if any(finding.status == "fail" for finding in findings):
        raise Exit(1)


def graph_start(ctx: Context, json: Json = False) -> None:
    """Start this workspace's own Neo4j server on this machine; the first start fetches it."""
    from ringfinder.pipeline.graph_server import start_server

    session: Session = ctx.obj
    if session.options.neo4j_uri is not None:
        session.warn("neo4j_uri is set: commands use that server, not the one started here")
    with session.progress() as progress:
        result = start_server(session.options, progress=progress)
    session.result(result, told.started(result))


def graph_stop(ctx: Context, json: Json = False) -> None:
    """Stop this workspace's own Neo4j server; what its graph holds stays."""
    from ringfinder.pipeline.graph_server import stop_server

    session: Session = ctx.obj
    stopped = stop_server(session.options)
    told_so = "The server has stopped." if stopped else "This workspace's own server did not run."
    session.result({"stopped": stopped}, [told_so])


def graph_status(ctx: Context, json: Json = False) -> None:
    """Tell which Neo4j server is used, and what its graph holds."""
    from ringfinder.pipeline.graph_server import server_status

    session: Session = ctx.obj
    status = server_status(session.options)
    session.result(status, told.server_status(status))
