from collections.abc import Callable
from pathlib import Path

import pytest

from ringfinder.events.mapping import EventMapping
from ringfinder.events.progress import silent
from ringfinder.store.lake import FileResult, Lake

NOW = 1_780_000_000_000_000  # 2026-05-28, fixed so that no test grows old

Append = Callable[..., FileResult]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "ws" / "lake")


@pytest.fixture
def append(lake: Lake, tmp_path: Path) -> Append:
    """Append a file, given by its path or by its name and content."""

    def run(
        name: str | Path,
        content: str | bytes | None = None,
        *,
        mapping: EventMapping | None = None,
        on_error: str = "quarantine",
        into: Lake | None = None,
    ) -> FileResult:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return (into or lake).append(
            path, mapping or EventMapping(), on_error=on_error, progress=silent, now=NOW
        )

    return run
