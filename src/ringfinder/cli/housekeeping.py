"""Commands about the installation: doctor, and the state of the Neo4j graph."""
# ruff: noqa: PLC0415 - a pipeline is imported when its command runs, so that --help stays quick
# ruff: noqa: ARG001 - `json` stands here for --help; the session has read it before

from typing import Annotated

from typer import Context, Exit, Option

from ringfinder.cli import told
from ringfinder.cli.options import Json
from ringfinder.cli.session import Session
from ringfinder.errors import StoreError


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


def graph_status(ctx: Context, json: Json = False) -> None:
    """Tell whether the Neo4j server for the shared graph answers."""
    from ringfinder.pipeline.doctor import examine

    session: Session = ctx.obj
    (finding,) = examine(session.options, only="neo4j")
    if finding.status != "ok":
        raise StoreError("the Neo4j graph cannot be reached", finding.text, finding.mend)
    session.result(finding, told.findings([finding]))
