"""Commands that work on the log: simulate, ingest, train, sweep, evaluate."""
# ruff: noqa: PLC0415 - a pipeline is imported when its command runs, so that --help stays quick
# ruff: noqa: ARG001 - `json` stands here for --help; the session has read it before

from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, Context, Exit, Option

from ringfinder.cli import told
from ringfinder.cli.options import AsOf, GraphFrom, Json, Window
from ringfinder.cli.session import Session
from ringfinder.cli.times import parse_as_of, parse_window
from ringfinder.events.simulator.knobs import FACTORS, SHARES


def ingest(
    ctx: Context,
    files: Annotated[list[Path], Argument(metavar="FILE...", help="Logs, or folders of logs.")],
    mapping: Annotated[
        Path | None, Option("--map", metavar="MAP.toml", help="How the log's columns read.")
    ] = None,
    labels: Annotated[
        Path | None, Option("--labels", metavar="FILE", help="Known verdicts to take in as well.")
    ] = None,
    on_error: Annotated[
        Literal["fail", "quarantine"],
        Option("--on-error", help="What to do with a bad row: stop, or set it aside and count it."),
    ] = "quarantine",
    json: Json = False,
) -> None:
    """Read CSV, CSV.gz, JSONL or Parquet logs into the workspace; a file is taken in only once."""
    from ringfinder.pipeline.ingest import ingest as run
    from ringfinder.pipeline.server_address import address_of

    session: Session = ctx.obj
    server = address_of(session.options)
    with session.progress() as progress:
        result = run(
            session.workspace,
            files,
            mapping=mapping,
            labels=labels,
            on_error=on_error,
            load_at=server,
            progress=progress,
        )
    session.result(result, told.ingested(result))


def train(
    ctx: Context,
    labels: Annotated[
        Path | None, Option("--labels", metavar="FILE", help="Labels beside the ingested ones.")
    ] = None,
    as_of: AsOf = None,
    window: Window = None,
    device: Annotated[
        Literal["auto", "cpu", "cuda"] | None, Option("--device", help="Where to compute.")
    ] = None,
    epochs: Annotated[
        int | None, Option("--epochs", min=1, help="Passes over the data; default: 5.")
    ] = None,
    model: Annotated[
        str | None, Option("--model", metavar="NAME", help="Name of the bundle; default: model.")
    ] = None,
    graph: GraphFrom = None,
    json: Json = False,
) -> None:
    """Train the hybrid and write a bundle; without labels it trains self-supervised."""
    session: Session = ctx.obj
    until, length = parse_as_of(as_of), parse_window(window or session.options.window)
    from ringfinder.pipeline.models import DEFAULT
    from ringfinder.pipeline.train import train as run

    server = session.graph_server(graph)
    with session.progress() as progress:
        result = run(
            session.workspace,
            labels=labels,
            as_of=until,
            window=length,
            device=device or session.options.device,
            epochs=epochs,
            model=model or session.options.model or DEFAULT,
            graph_at=server,
            progress=progress,
        )
    if (unused := told.unused_labels(result)) is not None:
        session.warn(unused)
    session.result(result, told.trained(result))


def sweep(
    ctx: Context,
    as_of: AsOf = None,
    window: Window = None,
    model: Annotated[
        str | None, Option("--model", metavar="NAME", help="Default: the trained, or the shipped.")
    ] = None,
    max_rings: Annotated[
        int | None, Option("--max-rings", min=1, help="Rings to keep at most.")
    ] = None,
    rings_out: Annotated[
        Path | None, Option("--rings-out", metavar="FILE", help="Write the rings as JSON lines.")
    ] = None,
    scores_out: Annotated[
        Path | None, Option("--scores-out", metavar="FILE", help="Write every user's score, CSV.")
    ] = None,
    report: Annotated[
        Path | None,
        Option("--report", metavar="DIR_OR_HTML", help="Write a page that needs nothing else."),
    ] = None,
    exit_code: Annotated[
        bool, Option("--exit-code", help="Exit with 1 when a ring stands above the alert line.")
    ] = False,
    graph: GraphFrom = None,
    json: Json = False,
) -> None:
    """Score every user, find and rank rings, and compare them with the last sweep."""
    session: Session = ctx.obj
    until, length = parse_as_of(as_of), parse_window(window or session.options.window)
    from ringfinder.pipeline.server_address import address_of
    from ringfinder.pipeline.sweep import sweep as run

    server = session.graph_server(graph)
    with session.progress() as progress:
        result = run(
            session.workspace,
            as_of=until,
            window=length,
            model=model or session.options.model,
            max_rings=max_rings or session.options.max_rings,
            rings_out=rings_out,
            scores_out=scores_out,
            report=report,
            graph_at=server,
            publish_at=address_of(session.options),
            progress=progress,
        )
    session.result(result.summary, told.swept(result.summary, result.rings))
    if exit_code and result.summary["alerts"]:
        raise Exit(1)


def graph_load(
    ctx: Context,
    replace: Annotated[
        bool, Option("--replace", help="Delete all that the database holds, and load it anew.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring the shared graph in Neo4j up to the workspace's log, and give it the last sweep."""
    from ringfinder.pipeline.server_address import needed_address
    from ringfinder.pipeline.shared_graph import bring_up_to_date

    session: Session = ctx.obj
    with session.progress() as progress:
        result = bring_up_to_date(
            session.workspace, needed_address(session.options), replace=replace, progress=progress
        )
    session.result(result, told.loaded(result))


def evaluate(
    ctx: Context,
    truth: Annotated[Path, Option("--truth", metavar="DIR", help="A world with its truth files.")],
    json: Json = False,
) -> None:
    """Measure the last sweep against a world's truth: ring AP, user AP, false rings and more."""
    from ringfinder.pipeline.evaluate import evaluate as run

    session: Session = ctx.obj
    result = run(session.workspace, truth=truth)
    session.result(result, told.evaluated(result))


def simulate(
    ctx: Context,
    out: Annotated[Path, Option("--out", metavar="DIR", help="Where the world is written.")],
    events: Annotated[int, Option("--events", min=1, help="Events, about.")] = 300_000,
    seed: Annotated[int, Option("--seed", min=0, help="Same seed, same world.")] = 1,
    mix: Annotated[str, Option("--mix", metavar="NAME", help="Which rings are planted.")] = "mixed",
    engine: Annotated[
        str, Option("--engine", metavar="NAME", help="How honest life comes about: tastes or city.")
    ] = "tastes",
    knob: Annotated[
        list[str] | None,
        Option(
            "--knob",
            metavar="NAME=VALUE",
            help="Harder or easier rings, as camouflage=4; again for another knob. "
            f"Factors, 1 at rest: {', '.join(FACTORS)}. Shares from 0 to 1: {', '.join(SHARES)}. "
            "organic: honest orders on a ring's items for each of its own.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Write a marketplace with planted rings, innocent look-alikes, and the truth about both."""
    from ringfinder.events.simulator.knobs import parse_knobs
    from ringfinder.pipeline.simulate import simulate as run

    session: Session = ctx.obj
    knobs = parse_knobs(knob or ())
    with session.progress() as progress:
        result = run(
            out, events=events, seed=seed, mix=mix, engine=engine, knobs=knobs, progress=progress
        )
    session.result(result, told.simulated(result))
