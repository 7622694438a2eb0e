"""How long work tells how far it is."""

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]
"""Called as (phase, done, total); `total` is None where it is not known."""


def silent(phase: str, done: int, total: int | None) -> None:
    """Tell nobody."""
