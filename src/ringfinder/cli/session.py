"""One run of the command line: its settings, and how results, warnings and errors are told."""
# ruff: noqa: T201 - printing is what a command line does

import json
import math
import sys
import traceback
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringfinder.cli.progress import shown
from ringfinder.errors import RingfinderError
from ringfinder.events.progress import Progress
from ringfinder.settings import Settings
from ringfinder.store.workspace import Workspace

if TYPE_CHECKING:
    from ringfinder.graph.neo4j.connection import Address

SCHEMA_VERSION = 1


@dataclass
class Session:
    """What the commands of one run share; `settings` stand once the global options are read."""

    json: bool
    debug: bool
    command: str = "ringfinder"
    settings: Settings | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def options(self) -> Settings:
        """The settings, which the global options have filled in before any command runs."""
        if self.settings is None:
            raise RuntimeError
        return self.settings

    @property
    def workspace(self) -> Workspace:
        """The workspace of this run."""
        return Workspace(self.options.workspace)

    def graph_server(self, graph: str | None) -> "Address | None":
        """Say which server to read from; None where `graph`, or the setting, is "snapshot"."""
        if (graph or self.options.graph) != "neo4j":
            return None
        from ringfinder.pipeline.server_address import needed_address  # noqa: PLC0415 - 40 ms

        return needed_address(self.options)

    def progress(self) -> AbstractContextManager[Progress]:
        """Show progress for the length of a block."""
        return shown(quiet=self.options.quiet)

    def warn(self, text: str) -> None:
        """Tell of something odd that did not stop the work."""
        self.warnings.append(text)
        print(f"warning: {_one_line(text)}", file=sys.stderr)

    def result(self, data: object, lines: Iterable[str]) -> None:
        """Print a result: `data` as one JSON object with `--json`, else the lines."""
        if self.json:
            print(self._object(data, ok=True))
        else:
            for line in lines:
                print(_encodable(line))

    def failure(self, error: RingfinderError) -> int:
        """Tell of an error in three lines on stderr, as JSON too with `--json`; give its code."""
        if self.debug:
            traceback.print_exception(error, file=sys.stderr)
        told = {"what": error.what, "why": error.why, "try": error.hint}
        if self.json:
            print(self._object({"error": told, "exit_code": error.exit_code}, ok=False))
        print(
            f"error: {_one_line(error.what)}\n"
            f"  why: {_one_line(error.why)}\n"
            f"  try: {_one_line(error.hint)}",
            file=sys.stderr,
        )
        return error.exit_code

    def _object(self, data: object, *, ok: bool) -> str:
        schema = f"{self.command.replace(' ', '.')}/{SCHEMA_VERSION}"
        answer = {"schema": schema, "ok": ok, "data": plain(data), "warnings": self.warnings}
        return json.dumps(answer, allow_nan=False)


def plain(value: object) -> Any:
    """Turn a result into what JSON holds: numbers that are not finite become null."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value) if isinstance(value, Path) else value


def _one_line(text: str) -> str:
    shown_text = "".join(
        c if c.isprintable() else repr(c)[1:-1] for c in " ".join(text.split("\n"))
    )
    return _encodable(shown_text)


def _encodable(text: str) -> str:
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
