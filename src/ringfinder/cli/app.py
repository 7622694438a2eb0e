"""The command line: global options, the table of commands, and how a run ends."""
# ruff: noqa: T201 - printing is what a command line does

import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, cast

import typer

import ringfinder
from ringfinder.cli import benchmarking, drilling, housekeeping, looking, working
from ringfinder.cli.session import Session
from ringfinder.errors import InputError, RingfinderError, WorkError
from ringfinder.settings import load_settings

_USAGE_ERROR = cast("type[Exception]", typer.BadParameter.__bases__[0])
_INTERRUPTED = 130

app = typer.Typer(
    name="ringfinder",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: ringfinder ingest orders.csv && ringfinder sweep --report report.html",
)
rings = typer.Typer(help="The last sweep's rings: list, show, export.", rich_markup_mode=None)
graph = typer.Typer(help="The shared graph in Neo4j.", rich_markup_mode=None)

COMMANDS: tuple[tuple[typer.Typer, str, Callable[..., None], str], ...] = (
    (app, "ingest", working.ingest, "ingest orders.csv.gz --map shop.toml --labels known.csv"),
    (app, "train", working.train, "train --as-of 2026-03-21 --device auto"),
    (app, "sweep", working.sweep, "sweep --window 28d --report report.html"),
    (app, "investigate", looking.investigate, "investigate u_1842 --html case.html"),
    (rings, "list", looking.rings_list, "rings list --alerts"),
    (rings, "show", looking.rings_show, "rings show r_3f2a9c01d7be"),
    (rings, "export", looking.rings_export, "rings export --out rings.jsonl"),
    (
        app,
        "decide",
        looking.decide,
        'decide r_3f2a9c01d7be --verdict confirmed --reason "one parcel address for all"',
    ),
    (app, "evaluate", working.evaluate, "evaluate --truth world/"),
    (
        app,
        "benchmark",
        benchmarking.benchmark,
        (
            "benchmark --out runs/ --mix mixed --seed 1 --seed 2 --vary camouflage=0,2,4\n\n"
            "Example: ringfinder benchmark --out missed/ --inject orders.csv.gz --map shop.toml"
        ),
    ),
    (app, "simulate", working.simulate, "simulate --events 300000 --seed 7 --out world/"),
    (app, "doctor", housekeeping.doctor, "doctor --only torch"),
    (graph, "start", housekeeping.graph_start, "graph start"),
    (graph, "stop", housekeeping.graph_stop, "graph stop"),
    (graph, "load", working.graph_load, "graph load"),
    (graph, "status", housekeeping.graph_status, "graph status"),
    (graph, "open", drilling.graph_open, "graph open u_1842"),
    (graph, "kit", drilling.graph_kit, "graph kit"),
)
"""Where each command hangs, its name, what it runs, and the example its help ends with."""

for _parent, _name, _run, _example in COMMANDS:
    _parent.command(_name, epilog=f"Example: ringfinder {_example}")(_run)
app.add_typer(rings, name="rings", epilog="Example: ringfinder rings list --alerts")
app.add_typer(graph, name="graph", epilog="Example: ringfinder graph status")


def _version(asked: bool) -> None:
    if asked:
        print(f"ringfinder {ringfinder.__version__}")
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    workspace: Annotated[
        str | None,
        typer.Option(
            "--workspace",
            metavar="DIR",
            help="Where everything is kept; also RINGFINDER_WORKSPACE. Default: .ringfinder",
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="Settings; default: ./ringfinder.toml"),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error arose.")] = False,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Show the version.")
    ] = False,
) -> None:
    """Find fraud rings in the event log of a marketplace, with evidence a person can check."""
    session: Session = ctx.obj
    flags = {"workspace": workspace, "quiet": quiet or None, "debug": debug or None}
    session.settings = load_settings(flags=flags, config=config, environ=os.environ)
    session.debug = session.settings.debug


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code: 0, 1, 2 or 3 of the contract."""
    session = Session(json="--json" in arguments, debug="--debug" in arguments)
    session.command = _command_name(arguments)
    try:
        code = app(args=list(arguments), prog_name="ringfinder", standalone_mode=False, obj=session)
    except RingfinderError as error:
        return session.failure(error)
    except _USAGE_ERROR as error:
        told = str(getattr(error, "format_message", error.__str__)()).rstrip(".")
        hint = f"run `{session.command} --help`"
        return session.failure(InputError("the command is not understood", told, hint))
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - no traceback meets a user who did not ask for one
        why = f"{type(error).__name__}: {error}"
        failed = WorkError("something went wrong that should not", why, "run again with --debug")
        failed.__cause__ = error
        return session.failure(failed)
    if code == _INTERRUPTED:
        print("interrupted; the last good state stands", file=sys.stderr)
    return code if isinstance(code, int) else 0


def main() -> None:
    """Run the command line of this process."""
    if "--debug" not in sys.argv:
        warnings.simplefilter("ignore")  # libraries warn their callers, not the people who run us
    sys.exit(run(sys.argv[1:]))


def _command_name(arguments: Sequence[str]) -> str:
    known = {name for _, name, _, _ in COMMANDS} | {"rings", "graph"}
    words = [word for word in arguments if word in known]
    nested = words[:2] if words[:1] in (["rings"], ["graph"]) else words[:1]
    return " ".join(["ringfinder", *nested])
