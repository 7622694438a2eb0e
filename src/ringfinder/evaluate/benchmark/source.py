"""Digests of code, so that figures made by code that has changed since are made again."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import ringfinder

_ROOT = Path(ringfinder.__file__).parent
_PACKAGE = "ringfinder"


@cache
def code_digest(*modules: str) -> str:
    """SHA-256 of the source of these modules and all of the house that they import, in hex.

    Imports inside functions count; a module named in a table only as text does not.
    """
    found: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        path = _file(module)
        if module in found or path is None:
            continue
        found[module] = path
        waiting += _imported(path)
    return _of({name: path.read_bytes() for name, path in found.items()})


@cache
def package_digest(without: tuple[str, ...]) -> str:
    """SHA-256 of every source file of the package but those below the rooms `without`, in hex."""
    kept = {
        str(path.relative_to(_ROOT)): path.read_bytes()
        for path in _ROOT.rglob("*.py")
        if not any(path.is_relative_to(_ROOT / room) for room in without)
    }
    return _of(kept)


def files_digest(directory: Path) -> str:
    """SHA-256 of the names and contents of the files right in a directory, in hex."""
    names = sorted(path for path in directory.iterdir() if path.is_file())
    return _of({path.name: path.read_bytes() for path in names})


def _of(files: dict[str, bytes]) -> str:
    told = [(name, hashlib.sha256(data).hexdigest()) for name, data in sorted(files.items())]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _file(module: str) -> Path | None:
    """The file of a module of the house; None for any other name."""
    first, *rest = module.split(".")
    if first != _PACKAGE:
        return None
    path = _ROOT.joinpath(*rest)
    for candidate in (path / "__init__.py", path.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return None
