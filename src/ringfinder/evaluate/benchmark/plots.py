"""The results of a benchmark as pictures, SVG; the same results give the same bytes."""

from collections import Counter
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING, Any

from ringfinder.evaluate.benchmark.canvas import canvas, count, finish
from ringfinder.evaluate.benchmark.evasion import Curve, curves
from ringfinder.evaluate.benchmark.results import Results
from ringfinder.evaluate.benchmark.summary import (
    line,
    recall_by,
    size_bucket,
    size_buckets,
    smallest_found,
)
from ringfinder.events.simulator.knobs import AT_REST

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OURS = "ringfinder"
_LEFT_OUT = "no ring found"
_KINDS = 19
"""More would share their colour and hatch, and overflow the legend."""
_OTHER_KINDS = "other kinds"


def draw(results: Results, directory: Path) -> list[Path]:
    """Write all pictures that the results have figures for; give their paths.

    Needs matplotlib, and raises `ModuleNotFoundError` where it is not installed.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.svg"):
        old.unlink()
    written = [*_against_knobs(results, directory)]
    written += [_by_size(results, directory), _smallest(results, directory)]
    written += [_false(results, directory), _cost(results, directory)]
    written += [*_evasion(results, directory)]
    return written


def _style(results: Results, detector: str) -> dict[str, Any]:
    """How a detector is drawn: ours black and bold, each peer in a colour of its own."""
    peers = [name for name in results.detectors if name != _OURS]
    if detector == _OURS:
        return {"color": "black", "linewidth": 2.5, "zorder": 3}
    return {"color": f"C{peers.index(detector)}"}


def _against_knobs(results: Results, directory: Path) -> Iterator[Path]:
    """Ring AP against the values of each knob, the mean over all other choices."""
    recipes = [world.recipe for world in results.worlds if world.recipe is not None]
    for knob in dict.fromkeys(recipe.knob for recipe in recipes if recipe.knob is not None):
        bases = {recipe.base for recipe in recipes if recipe.knob == knob}
        settings: dict[float, set[str]] = {}
        for recipe in recipes:
            if recipe.knob in (knob, None) and recipe.base in bases:
                value = getattr(AT_REST, knob) if recipe.value is None else recipe.value
                settings.setdefault(value, set()).add(recipe.setting)
        path = directory / f"ap-{knob}.svg"
        with canvas(path) as (axes,):
            for detector in results.detectors:
                points = [
                    (value, mean(known))
                    for value, names in sorted(settings.items(), key=lambda pair: _order(pair[0]))
                    if (known := _aps(results, names, detector))
                ]
                _line(axes, results, detector, points)
            finish(axes, f"Ring AP against {knob}", knob, "ring AP")
        yield path


def _order(value: float | None) -> float:
    """A knob's value for sorting; None, a mix's own, comes first."""
    return float("-inf") if value is None else value


def _aps(results: Results, settings: set[str], detector: str) -> list[float]:
    found = [line(results, setting, detector).ap for setting in sorted(settings)]
    return [ap for ap in found if ap is not None]


def _line(axes: "Axes", results: Results, detector: str, points: list[tuple[float, float]]) -> None:
    if points:
        xs, ys = zip(*points, strict=True)
        shown = ["mix's own" if x is None else x for x in xs]
        kind = [str(x) for x in shown] if None in xs else shown
        axes.plot(kind, ys, "o-", label=detector, **_style(results, detector))


def _by_size(results: Results, directory: Path) -> Path:
    path = directory / "recall-by-size.svg"
    rows = {
        name: recall_by(results.done(name, results.at_rest), lambda ring: size_bucket(ring["size"]))
        for name in results.detectors
    }
    buckets = [bucket for bucket in size_buckets() if any(bucket in row for row in rows.values())]
    with canvas(path) as (axes,):
        for name, row in rows.items():
            known = [bucket for bucket in buckets if bucket in row]
            shares = [row[bucket][0] / row[bucket][1] for bucket in known]
            axes.plot(known, shares, "o-", label=name, **_style(results, name))
        finish(axes, "Rings within the first 50 groups", "users of a ring", "recall@50")
    return path


def _smallest(results: Results, directory: Path) -> Path:
    """The smallest ring found of each world, one dot a world, and their median as a bar."""
    path = directory / "smallest-ring.svg"
    with canvas(path) as (axes,):
        for place, name in enumerate(results.detectors):
            sizes = [smallest_found(cell) for cell in results.done(name, results.at_rest)]
            known = [size for size in sizes if size is not None]
            if known:
                axes.barh(place, median(known), color="lightgray")
                axes.plot(known, [place] * len(known), "o", **_style(results, name))
            else:
                axes.text(0, place, f" {_LEFT_OUT}", va="center")
        axes.set_yticks(range(len(results.detectors)), list(results.detectors))
        axes.invert_yaxis()
        finish(axes, "The smallest ring found in the first 50 groups", "users", "", share=False)
    return path


def _false(results: Results, directory: Path) -> Path:
    """False groups among the first 50 by kind, the mean over worlds at rest, stacked."""
    path = directory / "false-by-kind.svg"
    counts: dict[str, Counter[str]] = {}
    for name in results.detectors:
        cells = results.done(name, results.at_rest)
        total: Counter[str] = Counter()
        for cell in cells:
            total.update((cell.figures or {})["rings"]["false_by_kind_at_50"])
        counts[name] = Counter({kind: n / len(cells) for kind, n in total.items()})
    kinds = [kind for kind, _ in sum(counts.values(), Counter()).most_common()]
    if len(kinds) > _KINDS:
        for row in counts.values():
            row[_OTHER_KINDS] = sum(row[kind] for kind in kinds[_KINDS:])
        kinds = [*kinds[:_KINDS], _OTHER_KINDS]
    with canvas(path) as (axes,):
        left = dict.fromkeys(counts, 0.0)
        for position, kind in enumerate(kinds):
            widths = [counts[name][kind] for name in counts]
            axes.barh(
                list(counts),
                widths,
                left=list(left.values()),
                label=kind,
                color=f"C{position % 10}",
                hatch="" if position < 10 else "//",
            )
            left = {name: left[name] + counts[name][kind] for name in counts}
        axes.invert_yaxis()
        finish(axes, "False groups among the first 50, by kind", "groups", "", share=False)
    return path


def _cost(results: Results, directory: Path) -> Path:
    """CPU seconds and peak memory against events, worlds at rest; a cross is a cell that failed."""
    path = directory / "cost.svg"
    events = {
        world.name: world.events if world.recipe is None else world.recipe.events
        for world in results.worlds
        if world.name in results.at_rest
    }
    sizes = sorted({n for n in events.values() if n})
    failed = [c for c in results.cells if c.reason and c.cpu_s and events.get(c.world)]
    with canvas(path, columns=2) as panels:
        for axes, name, of in (
            (panels[0], "CPU seconds", attrgetter("cpu_s")),
            (panels[1], "peak MiB", attrgetter("peak_mib")),
        ):
            for detector in results.detectors:
                points: dict[int, list[float]] = {}
                for cell in results.done(detector, results.at_rest):
                    points.setdefault(events[cell.world] or 0, []).append(of(cell))
                known = sorted((float(n), mean(values)) for n, values in points.items())
                _line(axes, results, detector, known)
                for cell in failed:
                    if cell.detector == detector:
                        style = _style(results, detector)
                        axes.plot(events[cell.world] or 0, of(cell), "x", markersize=9, **style)
            count(axes, sizes)
            told = "events (cross: did not finish)" if failed else "events"
            finish(axes, f"{name} against events", told, name, share=False)
    return path


def _evasion(results: Results, directory: Path) -> Iterator[Path]:
    """The share of rings found against what they spend, one panel a base of worlds."""
    found: dict[str, dict[str, list[Curve]]] = {}
    for curve in curves(results):
        found.setdefault(curve.knob, {}).setdefault(curve.base, []).append(curve)
    for knob, bases in found.items():
        path = directory / f"evasion-{knob}.svg"
        with canvas(path, columns=len(bases)) as panels:
            for axes, (base, here) in zip(panels, bases.items(), strict=True):
                for curve in here:
                    points = [(p.spend, p.found) for p in curve.points if p.spend is not None]
                    _line(axes, results, curve.detector, points)
                finish(axes, f"{base}: {knob}", here[0].unit, "rings within the first 50")
        yield path
