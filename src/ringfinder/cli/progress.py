"""Progress on stderr: a bar on a terminal, plain lines elsewhere, nothing when quiet."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from ringfinder.events.progress import Progress, silent

_EVERY_S = 2.0


@contextmanager
def shown(*, quiet: bool) -> Iterator[Progress]:
    """Yield the `Progress` to hand to a pipeline; the display ends with the block."""
    if quiet:
        yield silent
    elif sys.stderr.isatty():
        with _bars() as progress:
            yield progress
    else:
        yield PlainLines(sys.stderr, time.monotonic)


class PlainLines:
    """One line every two seconds and one at the end of each phase, with rate and time left."""

    def __init__(self, stream: TextIO, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._clock = clock
        self._phase = ""
        self._began = 0.0
        self._told = 0.0

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        """Tell of `done` of `total` steps of a phase."""
        now = self._clock()
        if phase != self._phase:
            self._phase, self._began, self._told = phase, now, now
        elif now - self._told < _EVERY_S and done != total:
            return
        self._told = now
        self._stream.write(f"{phase}: {progress_words(done, total, now - self._began)}\n")
        self._stream.flush()


def progress_words(done: int, total: int | None, seconds: float) -> str:
    """Say how far, how fast and how long still: `50 of 100 (50 %), 10/s, 5 s left`."""
    words = f"{done:,}" if total is None else f"{done:,} of {total:,}"
    if total:
        words += f" ({100 * done // total} %)"
    if done and seconds > 0:
        rate = done / seconds
        words += f", {rate:,.0f}/s" if rate >= 1 else f", {rate:.2g}/s"
        if total is not None and total > done:
            words += f", {(total - done) / rate:,.0f} s left"
    return words


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs rich
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars  # noqa: PLC0415

    columns = (
        TextColumn("{task.description:<22}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[words]}"),
        TimeRemainingColumn(compact=True),
    )
    tasks: dict[str, tuple[TaskID, float]] = {}
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:

        def progress(phase: str, done: int, total: int | None) -> None:
            now = time.monotonic()
            if phase not in tasks:
                tasks[phase] = (bars.add_task(phase, total=total, words=""), now)
            task, began = tasks[phase]
            rate = f"{done / (now - began):,.0f}/s" if now > began else ""
            bars.update(task, completed=done, total=total, words=f"{done:,} {rate}")

        yield progress
