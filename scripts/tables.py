"""Markdown tables of what benchmarks wrote."""

from collections.abc import Iterable
from typing import Any

Result = dict[str, Any]


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table, numbers to the right from the second column on."""
    names = list(head)
    rule = ["---", *["---:"] * (len(names) - 1)]
    lines = [names, rule, *([str(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def figure(value: float | None, digits: int = 2) -> str:
    """A rounded number, a dash where there is none."""
    return "-" if value is None else f"{value:.{digits}f}"


def machine(result: Result) -> str:
    """What the figures were measured on, in words."""
    known = result["machine"]
    return (
        f"Measured on {known['cores']} cores, {known['memory_gib']} GiB, "
        f"{known['architecture']}, Python {known['python']}."
    )
