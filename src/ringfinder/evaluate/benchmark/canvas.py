"""Axes that all pictures of benchmarks share; the same drawing gives the same bytes of SVG."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ringfinder.evaluate.benchmark.worlds import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_APART = 1.4
"""Ticks of events that are nearer to each other would touch."""
_FEW = 30
"""A span of less shows too few whole powers of ten."""


@contextmanager
def canvas(path: Path, columns: int = 1) -> Iterator[list["Axes"]]:
    """Axes in one row, written to `path` when the block has drawn on them."""
    import matplotlib as mpl  # noqa: PLC0415 - half a second, and not needed for the tables
    from matplotlib.figure import Figure  # noqa: PLC0415

    with mpl.rc_context({"svg.hashsalt": "ringfinder", "axes.grid": True, "grid.alpha": 0.3}):
        figure = Figure(figsize=(6.5 * columns + 1.5, 4.5), layout="constrained")
        axes = list(figure.subplots(1, columns, squeeze=False)[0])
        yield axes
        handles, labels = axes[0].get_legend_handles_labels()
        if handles:
            figure.legend(handles, labels, loc="outside right center", fontsize=8)
        figure.savefig(path, format="svg", metadata={"Date": None})


def finish(axes: "Axes", title: str, x: str, y: str, *, share: bool = True) -> None:
    """Name the axes; `share` is for a y axis from 0 to 1."""
    axes.set_title(title)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if share:
        axes.set_ylim(-0.02, 1.02)


def count(axes: "Axes", sizes: Sequence[int]) -> None:
    """Logarithmic axes with ticks at these events, as far as they stand apart, and plain words."""
    from matplotlib.ticker import FuncFormatter, NullFormatter  # noqa: PLC0415 - as above

    axes.set_xscale("log")
    axes.set_yscale("log")
    apart: list[int] = []
    for size in sizes:
        if not apart or size > _APART * apart[-1]:
            apart.append(size)
    axes.set_xticks(apart, [short(size) for size in apart])
    axes.xaxis.set_minor_formatter(NullFormatter())
    plain = FuncFormatter(lambda value, _: f"{value:,.6g}")
    axes.yaxis.set_major_formatter(plain)
    low, high = axes.get_ylim()
    axes.yaxis.set_minor_formatter(plain if high < _FEW * low else NullFormatter())
