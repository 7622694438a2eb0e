"""Doctor: is everything here that ringfinder needs, and what mends what is not."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

from ringfinder.errors import InputError, RingfinderError
from ringfinder.settings import Settings

_OLDEST_PYTHON = (3, 11)
_TORCH_WAIT_S = 120
_LITTLE_DISK = 2 * 2**30
_NO_DISK = 200 * 2**20


@dataclass(frozen=True)
class Finding:
    """One check: `status` is ok, warn, fail or skipped; `mend` says what to do, empty when ok."""

    name: str
    status: str
    text: str
    mend: str = ""


def examine(settings: Settings, *, only: str | None) -> list[Finding]:
    """Run every check, or the one named `only`; raise `InputError` for a name that is none."""
    if only is not None and only not in CHECKS:
        raise InputError(
            f"there is no check {only!r}",
            "the doctor knows it not",
            f"name one of {', '.join(CHECKS)}",
        )
    return [CHECKS[name](settings) for name in CHECKS if only in (None, name)]


def _python(settings: Settings) -> Finding:
    del settings
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _OLDEST_PYTHON:
        return Finding("python", "fail", f"Python {found}", "install Python 3.11 or newer")
    return Finding("python", "ok", f"Python {found}")


def _torch(settings: Settings) -> Finding:
    program = (
        "import torch; c = torch.cuda; ok = c.is_available(); "
        "print(torch.__version__, '|', c.get_device_name(0) if ok else '')"
    )
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and a fixed program
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            timeout=_TORCH_WAIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Finding("torch", "fail", "importing torch takes too long", "install torch again")
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["torch cannot be imported"])[-1]
        return Finding("torch", "fail", why, "install torch: pip install -c constraints.txt torch")
    release, _, device = (part.strip() for part in done.stdout.strip().partition("|"))
    if device:
        return Finding("torch", "ok", f"torch {release}, CUDA on {device}")
    if settings.device == "cuda":
        return Finding(
            "torch",
            "fail",
            f"torch {release} sees no CUDA device, but the device is set to cuda",
            "set device to auto or cpu, or mend the NVIDIA driver",
        )
    return Finding("torch", "ok", f"torch {release} on CPU (no CUDA device, none is needed)")


def _package(name: str, distribution: str) -> Finding:
    try:
        return Finding(name, "ok", f"{distribution} {version(distribution)}")
    except PackageNotFoundError:
        mend = f"pip install -c constraints.txt {distribution}"
        return Finding(name, "fail", f"{distribution} is not installed", mend)


def _duckdb(settings: Settings) -> Finding:
    del settings
    found = _package("duckdb", "duckdb")
    if found.status == "ok":
        import duckdb  # noqa: PLC0415 - the check must outlive a missing package

        with duckdb.connect() as connection:
            connection.execute("SELECT 1").fetchall()
    return found


def _pyg(settings: Settings) -> Finding:
    del settings
    return _package("pyg", "torch-geometric")


def _neo4j(settings: Settings) -> Finding:
    found = _package("neo4j", "neo4j")
    if found.status != "ok":
        return found
    from ringfinder.pipeline.graph_server import server_status  # noqa: PLC0415 - as for DuckDB
    from ringfinder.pipeline.server_address import address_of  # noqa: PLC0415

    try:
        if address_of(settings) is None:
            return Finding(
                "neo4j",
                "skipped",
                "no server is configured, and none is needed",
                "to use one, run `ringfinder graph start`, or set neo4j_uri in ringfinder.toml",
            )
        status = server_status(settings)
    except RingfinderError as problem:
        return Finding("neo4j", "fail", f"{problem.what}: {problem.why}", problem.hint)
    return Finding("neo4j", "ok", f"Neo4j {status.version} at {status.uri} lets us in")


def _graph(settings: Settings) -> Finding:
    if _neo4j(settings).status != "ok":
        return Finding("graph", "skipped", "no server, no shared graph to look at")
    from ringfinder.pipeline.graph_server import lacking  # noqa: PLC0415 - as for DuckDB

    try:
        names = lacking(settings)
    except RingfinderError as problem:
        return Finding("graph", "fail", f"{problem.what}: {problem.why}", problem.hint)
    if names is None:
        mend = "run `ringfinder graph load`"
        return Finding("graph", "skipped", "no log is loaded into the shared graph yet", mend)
    if names:
        text = f"the server lacks constraints or indexes: {', '.join(names)}"
        mend = "run `ringfinder graph load`, which makes them"
        return Finding("graph", "warn", text, mend)
    return Finding("graph", "ok", "the server has every constraint and index of ours")


def _workspace(settings: Settings) -> Finding:
    root = settings.workspace.absolute()
    standing = _standing(root)
    try:
        tempfile.TemporaryFile(dir=standing).close()
    except OSError as problem:
        why = f"{standing} cannot be written: {os.strerror(problem.errno or 0)}"
    else:
        state = "is there" if standing == root else "will be made"
        return Finding("workspace", "ok", f"{settings.workspace} {state} and can be written")
    return Finding(
        "workspace",
        "fail",
        why,
        "give yourself the right to write there, or choose another --workspace",
    )


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(_standing(settings.workspace.absolute())).free
    text = f"{free / 2**30:.1f} GiB free for the workspace"
    if free >= _LITTLE_DISK:
        return Finding("disk", "ok", text)
    status = "warn" if free >= _NO_DISK else "fail"
    return Finding("disk", status, text, "free space, or choose another --workspace")


def _model(settings: Settings) -> Finding:
    trained = sorted(path.name for path in settings.workspace.glob("models/*/config.json"))
    shipped = files("ringfinder.models").joinpath("base")
    missing = [
        name
        for name in ("weights.safetensors", "config.json")
        if not shipped.joinpath(name).is_file()
    ]
    if not missing:
        count = f"{len(trained) or 'none'} trained in the workspace"
        return Finding("model", "ok", f"the shipped model is there, {count}")
    return Finding(
        "model",
        "warn" if trained else "fail",
        f"the shipped model lacks {' and '.join(missing)}",
        "install ringfinder again, or train a model with `ringfinder train`",
    )


def _standing(path: Path) -> Path:
    """Give the path itself or its nearest parent that exists."""
    return next(part for part in (path, *path.parents) if part.exists())


CHECKS: dict[str, Callable[[Settings], Finding]] = {
    "python": _python,
    "torch": _torch,
    "duckdb": _duckdb,
    "pyg": _pyg,
    "neo4j": _neo4j,
    "graph": _graph,
    "workspace": _workspace,
    "disk": _disk,
    "model": _model,
}
