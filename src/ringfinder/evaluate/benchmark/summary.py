"""Figures over several worlds: what tables and plots show of the cells of a benchmark."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

import numpy as np

from ringfinder.evaluate.benchmark.cells import Cell
from ringfinder.evaluate.benchmark.results import Results
from ringfinder.evaluate.metrics import interval

BUDGET = 50
SIZES = (10, 20, 40, 80, 160)
"""Where the buckets of ring sizes begin, after the first."""

_SEED = 0


@dataclass(frozen=True)
class Line:
    """A detector over the worlds of one setting, means over those where its cell is done.

    `ap_interval` is a 95 % bootstrap interval over all rings of these worlds. `false_by_kind`
    counts false groups among the first 50, `alerts` and `false_alerts` groups above the line; they
    are means too. Figures are None where none of the worlds defines them.
    """

    setting: str
    detector: str
    worlds: int
    failed: int
    ap: float | None
    ap_interval: tuple[float, float] | None
    p10: float | None
    p24: float | None
    recall_50: float | None
    median_jaccard: float | None
    false_by_kind: dict[str, float]
    alerts: float | None
    false_alerts: float | None
    user_ap: float | None
    wall_s: float | None
    cpu_s: float | None
    peak_mib: float | None


def lines(results: Results) -> list[Line]:
    """One line for each setting and detector, in their order."""
    return [
        line(results, setting, detector)
        for setting in results.settings
        for detector in results.detectors
    ]


def line(results: Results, setting: str, detector: str) -> Line:
    """The line of a detector over the worlds of a setting."""
    names = frozenset(world.name for world in results.settings[setting])
    cells = results.done(detector, names)
    figures = [cell.figures for cell in cells if cell.figures is not None]
    counts: Counter[str] = Counter()
    for figure in figures:
        counts.update(figure["rings"]["false_by_kind_at_50"])

    def average(of: Callable[[dict[str, Any]], float | None]) -> float | None:
        return _mean(of(figure) for figure in figures)

    return Line(
        setting=setting,
        detector=detector,
        worlds=len(cells),
        failed=len(names) - len(cells),
        ap=average(lambda f: f["rings"]["ap"]),
        ap_interval=interval(np.array([c for cell in cells for c in credit(cell)]), seed=_SEED),
        p10=average(lambda f: f["rings"]["precision_at"]["10"]),
        p24=average(lambda f: f["rings"]["precision_at"]["24"]),
        recall_50=average(lambda f: f["rings"]["recall_at"]["50"]),
        median_jaccard=average(lambda f: f["rings"]["median_jaccard"]),
        false_by_kind={kind: count / len(cells) for kind, count in counts.most_common()},
        alerts=average(lambda f: f["alerts"]["alerts"]),
        false_alerts=average(lambda f: f["alerts"]["false"]),
        user_ap=average(lambda f: f["user_level"] and f["user_level"]["without_label"]["ap"]),
        wall_s=_mean(cell.wall_s for cell in cells),
        cpu_s=_mean(cell.cpu_s for cell in cells),
        peak_mib=_mean(cell.peak_mib for cell in cells),
    )


def credit(cell: Cell) -> list[float]:
    """What each ring adds to ring AP: the precision at the rank of its hit, 0 when missed."""
    ranks = sorted(ring["rank"] for ring in cell.rings if ring["rank"] is not None)
    precision = {rank: place / rank for place, rank in enumerate(ranks, 1)}
    return [precision.get(ring["rank"], 0.0) for ring in cell.rings]


def early(ring: dict[str, Any]) -> bool:
    """Whether a ring is hit within the first 50 groups."""
    return ring["rank"] is not None and ring["rank"] <= BUDGET


def recall_by(
    cells: Sequence[Cell], key: Callable[[dict[str, Any]], str]
) -> dict[str, tuple[int, int]]:
    """(rings hit within the first 50, rings) of each group of rings that `key` makes, by name."""
    found: dict[str, tuple[int, int]] = {}
    for cell in cells:
        for ring in cell.rings:
            hits, rings = found.get(key(ring), (0, 0))
            found[key(ring)] = (hits + early(ring), rings + 1)
    return found


def size_bucket(size: int) -> str:
    """The bucket of a ring of `size` users, as "20-39"; both ends belong to it."""
    above = [edge for edge in SIZES if edge > size]
    below = [edge for edge in SIZES if edge <= size]
    if not above:
        return f"{below[-1]}+"
    return f"{below[-1]}-{above[0] - 1}" if below else f"under {above[0]}"


def size_buckets() -> list[str]:
    """All buckets of ring sizes, the smallest first."""
    return [size_bucket(edge) for edge in (1, *SIZES)]


def smallest_found(cell: Cell) -> int | None:
    """The users of the smallest ring hit within the first 50 groups; None where none was."""
    return min((ring["size"] for ring in cell.rings if early(ring)), default=None)


def _mean(values: Iterable[float | None]) -> float | None:
    defined = [value for value in values if value is not None]
    return mean(defined) if defined else None
