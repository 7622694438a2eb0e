"""What a log's owner would miss, as a page, as JSON and as a picture."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from ringfinder.evaluate.benchmark.cells import rounded
from ringfinder.evaluate.benchmark.missed import SHAPE, TRAITS, Missed, Share
from ringfinder.evaluate.benchmark.table import table

_NAMES = (*(trait.name for trait in TRAITS), SHAPE)
_MEANING = {
    "size": "Accounts of a ring.",
    "density": "The share of all pairs of account and item of the ring's list that occur.",
    "duration": "Time from the first to the last event of the ring's work.",
    "camouflage": "Other trades of its accounts, cover or real past, for each event of its work.",
    "identifiers": "What at least a quarter of its accounts share with another of them, and nobody "
    "else uses. Rings that borrow what others use too count as sharing nothing.",
    SHAPE: "Block: all take much the same share of a list. Chain: neighbours overlap, the ends do "
    "not. Star: a few take all, each other one or two. Jobs: each item has takers of its own out "
    "of one pool. One target: one or two items. Scattered: no list, only devices or ips.",
}


def missed_page(found: Sequence[Missed]) -> str:
    """All tables in Markdown, with what the figures mean."""
    return "\n".join(_page(found)) + "\n"


def missed_json(found: Sequence[Missed]) -> str:
    """All figures as one JSON object, with a line for each detector."""
    rows = ",\n  ".join(json.dumps(rounded(asdict(one)), allow_nan=False) for one in found)
    return f'{{"schema": 1,\n "missed": [\n  {rows}\n ]\n}}\n'


def _page(found: Sequence[Missed]) -> Iterator[str]:
    yield "# Which rings would be missed in this log\n"
    yield (
        "Random rings, and random innocent groups, were planted into copies of the log. A ring is "
        "found when a group among the first 50 is matched with it at a Jaccard index of at least "
        "0.5; it is listed when that group stands at any rank. In brackets the 95 % interval. "
        "Where rings are few, intervals are wide: name more seeds to know better."
    )
    yield "\n## All rings\n"
    yield from table(
        ("detector", "plantings", "rings", "found", "listed"),
        (
            (
                _name(one),
                str(one.plantings),
                str(one.overall.rings),
                told(one.overall),
                f"{one.overall.listed}",
            )
            for one in found
        ),
    )
    for trait in _NAMES:
        words = list(dict.fromkeys(share.words for one in found for share in one.by[trait]))
        if words:
            yield f"\n## By {trait}\n"
            yield f"{_MEANING[trait]}\n"
            yield from _by(trait, _in_order(trait, words), found)
    yield from _weakest(found)
    yield from _others(found)


def _weakest(found: Sequence[Missed]) -> Iterator[str]:
    yield "\n## Found least\n"
    yield (
        "Rings with a trait or two in common that are found less than the others. They were picked "
        "out of many, so they look a little worse than they are.\n"
    )
    if not any(one.weakest for one in found):
        yield "No kind of ring is found clearly less than the others."
        return
    yield from table(
        ("detector", "rings with", "rings", "found"),
        (
            (one.detector, share.words, str(share.rings), told(share))
            for one in found
            for share in one.weakest
        ),
    )


def _others(found: Sequence[Missed]) -> Iterator[str]:
    yield "\n## What else stands among the first 50\n"
    yield (
        "Sums over all plantings. Groups of the log itself were not planted: they may be true "
        "rings that stand above the planted ones, or honest crowds. Look at them before you count "
        "them as errors.\n"
    )
    yield from table(
        (
            "detector",
            "planted innocents",
            "groups of innocents",
            "parts of planted rings",
            "the log's own groups",
        ),
        (
            (one.detector, str(one.gatherings), _kinds(one.innocents), str(one.parts), str(one.own))
            for one in found
        ),
    )
    yield "\n## Alerts\n"
    yield "Sums over all plantings; a peer draws no line, so all it reports counts.\n"
    yield from table(
        ("detector", "alerts", "planted rings", "planted innocents", "the log's own groups"),
        (
            (
                one.detector,
                str(one.alerts),
                str(one.alert_hits),
                str(one.alert_innocents),
                str(one.alert_own),
            )
            for one in found
        ),
    )


def told(share: Share) -> str:
    """A share in figures: "3 of 17 (6 to 41 %)"."""
    low, high = share.interval
    return f"{share.found} of {share.rings} ({100 * low:.0f} to {100 * high:.0f} %)"


def draw_missed(found: Sequence[Missed], path: Path) -> Path:
    """Draw the share found by each trait, with its intervals, as SVG; the same each time.

    Needs matplotlib, and raises `ModuleNotFoundError` where it is not installed.
    """
    import matplotlib as mpl  # noqa: PLC0415 - half a second, and not needed for the tables
    from matplotlib.figure import Figure  # noqa: PLC0415

    path.parent.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context({"svg.hashsalt": "ringfinder", "axes.grid": True, "grid.alpha": 0.3}):
        figure = Figure(figsize=(15, 8), layout="constrained")
        panels = figure.subplots(2, 3)
        for axes, trait in zip(panels.flat, _NAMES, strict=True):
            words = list(dict.fromkeys(share.words for one in found for share in one.by[trait]))
            names = _in_order(trait, words)
            for number, one in enumerate(found):
                shares = {share.words: share for share in one.by[trait]}
                rows = [(y, shares[name]) for y, name in enumerate(names) if name in shares]
                height = [y + 0.6 * ((number + 0.5) / len(found) - 0.5) for y, _ in rows]
                middle = [share.found / share.rings for _, share in rows]
                ends = [share.interval for _, share in rows]
                low = [m - end[0] for m, end in zip(middle, ends, strict=True)]
                high = [end[1] - m for m, end in zip(middle, ends, strict=True)]
                axes.errorbar(middle, height, xerr=(low, high), fmt="o", label=one.detector)
            axes.set_yticks(range(len(names)), names, fontsize=8)
            axes.set_ylim(len(names) - 0.5, -0.5)
            axes.set_xlim(-0.02, 1.02)
            axes.set_title(trait)
            axes.set_xlabel("found among the first 50")
        handles, labels = panels.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=6, fontsize=8)
        figure.savefig(path, format="svg", metadata={"Date": None})
    return path


def _by(trait: str, words: Sequence[str], found: Sequence[Missed]) -> Iterator[str]:
    shares = [{share.words: share for share in one.by[trait]} for one in found]
    yield from table(
        (trait, *(one.detector for one in found)),
        ((name, *(told(row[name]) if name in row else "-" for row in shares)) for name in words),
    )


def _in_order(trait: str, words: Sequence[str]) -> list[str]:
    """Buckets from the lowest to the highest, shapes by name."""
    order = [bucket for one in TRAITS if one.name == trait for bucket in one.buckets]
    return sorted(words, key=order.index) if order else sorted(words)


def _name(one: Missed) -> str:
    return one.detector if not one.failed else f"{one.detector} ({one.failed} failed)"


def _kinds(kinds: dict[str, int]) -> str:
    listed = ", ".join(f"{kind} {count}" for kind, count in kinds.items())
    return f"{sum(kinds.values())} ({listed})" if kinds else "0"
