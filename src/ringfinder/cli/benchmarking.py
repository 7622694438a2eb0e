"""The command that compares: benchmark."""
# ruff: noqa: PLC0415 - a pipeline is imported when its command runs, so that --help stays quick
# ruff: noqa: ARG001 - `json` stands here for --help; the session has read it before

from pathlib import Path
from typing import Annotated

from typer import Context, Option

from ringfinder.cli import told, told_missed
from ringfinder.cli.options import Json
from ringfinder.cli.session import Session
from ringfinder.errors import InputError


def benchmark(
    ctx: Context,
    out: Annotated[Path, Option("--out", metavar="DIR", help="Where results are kept.")],
    world: Annotated[
        list[Path] | None,
        Option("--world", metavar="DIR", help="A world with its truth files; may be repeated."),
    ] = None,
    mix: Annotated[
        list[str] | None,
        Option("--mix", metavar="NAME", help="Simulate worlds with these rings: mixed, slow ..."),
    ] = None,
    engine: Annotated[
        list[str] | None,
        Option("--engine", metavar="NAME", help="... and this honest life: tastes, city."),
    ] = None,
    seed: Annotated[
        list[int] | None,
        Option("--seed", min=0, help="... of this seed; may be repeated; default: 1."),
    ] = None,
    events: Annotated[
        list[int] | None,
        Option("--events", min=1, help="... of this size; may be repeated; default: 300000."),
    ] = None,
    vary: Annotated[
        list[str] | None,
        Option("--vary", metavar="KNOB=V1,V2", help="... and each also with this knob turned."),
    ] = None,
    inject: Annotated[
        Path | None,
        Option(
            "--inject",
            metavar="LOG",
            help="Plant random rings into this log (or workspace), and tell which would be missed; "
            "--seed names the plantings, default: 1 to 5; ringfinder runs alone by default.",
        ),
    ] = None,
    mapping: Annotated[
        Path | None, Option("--map", metavar="MAP.toml", help="How that log's columns read.")
    ] = None,
    detector: Annotated[
        list[str] | None,
        Option("--detector", metavar="NAME", help="Only these; default: ringfinder, fast peers."),
    ] = None,
    every: Annotated[bool, Option("--all", help="Run the slow peers too.")] = False,
    limit: Annotated[
        float | None,
        Option("--limit", min=0.1, metavar="SECONDS", help="Time for one cell; default: 900."),
    ] = None,
    json: Json = False,
) -> None:
    """Run detectors and peers on the same worlds; what was finished before is not run again."""
    from ringfinder.evaluate.benchmark.worlds import asked
    from ringfinder.pipeline.benchmark import DEFAULT_LIMIT_S, Inject
    from ringfinder.pipeline.benchmark import benchmark as run

    session: Session = ctx.obj
    if mapping is not None and inject is None:
        raise InputError(
            "--map stands alone", "it says how the log of --inject reads", "add --inject LOG"
        )
    planting = None if inject is None else Inject(inject, mapping, seed or ())
    seeds = seed if inject is None else None
    choice = asked(mixes=mix, engines=engine, events=events, seeds=seeds, vary=vary)
    with session.progress() as progress:
        result = run(
            out,
            worlds=world or (),
            choice=choice,
            inject=planting,
            detectors=detector or (),
            every=every,
            limit_s=limit or DEFAULT_LIMIT_S,
            progress=progress,
        )
    for warning in result.warnings:
        session.warn(warning)
    lines = told_missed.missed(result) if result.missed else told.compared(result)
    session.result(result, lines)
