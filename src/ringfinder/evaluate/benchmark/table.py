"""The results of a benchmark as a page of tables."""

from collections.abc import Iterable, Iterator, Sequence

from ringfinder.evaluate.benchmark.cells import Cell
from ringfinder.evaluate.benchmark.evasion import Curve, curves
from ringfinder.evaluate.benchmark.results import Results
from ringfinder.evaluate.benchmark.summary import (
    Line,
    lines,
    recall_by,
    size_bucket,
    size_buckets,
)

_HEAD = (
    "detector",
    "ring AP (95 %)",
    "P@10",
    "P@24",
    "recall@50",
    "median J",
    "false in the first 50",
    "alerts (false)",
    "user AP",
    "CPU s",
    "wall s",
    "peak MiB",
)
_KINDS_TOLD = 4


def page(results: Results) -> str:
    """All tables in Markdown, with what the figures mean and where they come from."""
    return "\n".join(_page(results)) + "\n"


def _page(results: Results) -> Iterator[str]:
    machine = results.machine
    yield "# Ring benchmark"
    yield ""
    yield (
        f"ringfinder {results.version} on {machine['cores']} cores of {machine['architecture']}, "
        f"{machine['memory_gib']} GiB, Python {machine['python']}."
    )
    yield (
        "A group hits a ring it is matched with one to one at a Jaccard index of at least 0.5. "
        "Figures are means over seeds; intervals are a bootstrap over all rings of these worlds. "
        "A peer draws no alert line: all it reports counts as an alert."
    )
    yield from (f"Skipped: {name} ({why})." for name, why in results.skipped.items())
    told = lines(results)
    for setting, worlds in results.settings.items():
        count = f"{len(worlds)} world{'s' * (len(worlds) > 1)}"
        rings = [world.rings for world in worlds if world.rings is not None]
        events = [world.events for world in worlds if world.events is not None]
        yield f"\n## {setting}\n"
        if events:
            around = sum(events) // len(events)
            yield f"{count}, {around:,} events in the mean, {sum(rings)} rings in all.\n"
        yield from table(_HEAD, (_row(line) for line in told if line.setting == setting))
    yield from _recalls(results)
    yield from _evasion(curves(results))
    yield from _failures(results.cells)


def _row(line: Line) -> Sequence[str]:
    if not line.worlds:
        return (line.detector, "failed", *[""] * (len(_HEAD) - 2))
    name = line.detector if not line.failed else f"{line.detector} ({line.failed} failed)"
    ap = _figure(line.ap, 3)
    if line.ap_interval is not None:
        low, high = line.ap_interval
        ap += f" ({low:.2f} to {high:.2f})"
    kinds = list(line.false_by_kind.items())
    false = [f"{kind} {count:.3g}" for kind, count in kinds[:_KINDS_TOLD]]
    if rest := sum(count for _, count in kinds[_KINDS_TOLD:]):
        false.append(f"others {rest:.3g}")
    return (
        name,
        ap,
        _figure(line.p10),
        _figure(line.p24),
        _figure(line.recall_50),
        _figure(line.median_jaccard),
        ", ".join(false) or "-",
        f"{line.alerts:.3g} ({line.false_alerts:.3g})",
        _figure(line.user_ap),
        _figure(line.cpu_s, 1),
        _figure(line.wall_s, 1),
        _figure(line.peak_mib, 0),
    )


def _recalls(results: Results) -> Iterator[str]:
    """Share of rings within the first 50, by typology and by size, over all worlds at rest."""
    cells = {name: results.done(name, results.at_rest) for name in results.detectors}
    by_kind = {name: recall_by(row, lambda ring: ring["typology"]) for name, row in cells.items()}
    by_size = {
        name: recall_by(row, lambda ring: size_bucket(ring["size"])) for name, row in cells.items()
    }
    kinds = sorted({kind for row in by_kind.values() for kind in row})
    sizes = [size for size in size_buckets() if any(size in row for row in by_size.values())]
    for title, names, shares in (("typology", kinds, by_kind), ("users", sizes, by_size)):
        if names:
            yield f"\n## Recall@50 by {'typology' if title == 'typology' else 'size'}\n"
            yield "Over all worlds with no knob turned.\n"
            yield from table(
                (title, "rings", *shares),
                ((name, *_shares(name, list(shares.values()))) for name in names),
            )


def _shares(name: str, rows: Sequence[dict[str, tuple[int, int]]]) -> Iterator[str]:
    pairs = [row.get(name, (0, 0)) for row in rows]
    yield str(max(rings for _, rings in pairs))
    yield from (f"{hits / rings:.2f}" if rings else "-" for hits, rings in pairs)


def _evasion(found: Sequence[Curve]) -> Iterator[str]:
    if not found:
        return
    yield "\n## What escape costs a ring\n"
    yield (
        "The least a ring spends beyond the usual, measured in the worlds' files, so that fewer "
        "than half of the rings found at rest are among the first 50 groups; in brackets the "
        "share found at rest.\n"
    )
    detectors = list(dict.fromkeys(curve.detector for curve in found))
    told = {(curve.base, curve.knob, curve.detector): curve for curve in found}
    rows = list(dict.fromkeys((curve.base, curve.knob, curve.unit) for curve in found))
    yield from table(
        ("worlds", "spend", *detectors),
        (
            (base, unit, *(_price(told.get((base, knob, name))) for name in detectors))
            for base, knob, unit in rows
        ),
    )
    for base, knob, unit in rows:
        curves_here = [told.get((base, knob, name)) for name in detectors]
        values = {
            point.value: point.spend for curve in curves_here if curve for point in curve.points
        }
        yield f"\n### {base}: {knob}\n"
        yield f"Share of rings within the first 50, by {unit}.\n"
        yield from table(
            (knob, unit, *detectors),
            (
                (f"{value:g}", _figure(spend), *(_found(curve, value) for curve in curves_here))
                for value, spend in values.items()
            ),
        )


def _price(curve: Curve | None) -> str:
    return "-" if curve is None else f"{curve.told} ({curve.at_rest:.2f})"


def _found(curve: Curve | None, value: float) -> str:
    points = () if curve is None else curve.points
    return next((f"{point.found:.2f}" for point in points if point.value == value), "-")


def _failures(cells: Sequence[Cell]) -> Iterator[str]:
    failed = [cell for cell in cells if cell.reason is not None]
    if failed:
        yield "\n## What failed\n"
        yield from table(
            ("world", "detector", "after s", "why"),
            ((c.world, c.detector, f"{c.wall_s:.1f}", c.reason or "") for c in failed),
        )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table in Markdown."""
    yield _joined(head)
    yield _joined(["---"] * len(head))
    yield from (_joined(row) for row in rows)


def _joined(words: Iterable[str]) -> str:
    return f"| {' | '.join(word.replace('|', chr(92) + '|') for word in words)} |"


def _figure(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"
