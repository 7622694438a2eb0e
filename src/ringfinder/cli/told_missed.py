"""Which rings would be missed, as lines for people."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ringfinder.cases.plain_text import LINE, count, fit, visible

if TYPE_CHECKING:  # imported by the command that ran, so that --help stays quick
    from ringfinder.evaluate.benchmark.missed import Missed, Share
    from ringfinder.pipeline.benchmark import BenchmarkResult


def missed(result: "BenchmarkResult") -> Iterator[str]:
    """Tell for each detector what it finds, what it misses, and what else stands above."""
    for one in result.missed:
        yield from _one(one)
    yield "A ring is found when one of the first 50 groups matches it at a Jaccard of 0.5."
    yield fit(f"Tables: {visible(str(result.directory / 'missed.md'))}", LINE)


def _one(one: "Missed") -> Iterator[str]:
    if not one.plantings:
        yield fit(f"{one.detector}: failed on every planting", LINE)
        return
    yield fit(f"{one.detector}: found {_figures(one.overall)} planted rings.", LINE)
    if one.weakest:
        yield "  You would miss most of all:"
        for share in one.weakest:
            yield f"    rings with {share.words}:"
            yield f"      found {_figures(share)}"
    else:
        yield "  No kind of ring is found clearly less often than the others."
    yield "  By size:"
    for share in one.by["size"]:
        yield f"    {share.words}: found {_figures(share)}"
    wrong = sum(one.innocents.values())
    kinds = ", ".join(f"{kind} {number}" for kind, number in one.innocents.items())
    yield f"  Among the first 50 groups of each of {count(one.plantings, 'planting')} stood:"
    yield f"    {count(wrong, 'group')} of innocents, wrongly; {one.gatherings:,} were planted"
    if kinds:
        yield f"      {kinds}"
    yield f"    {count(one.own, 'group')} of the log itself"
    if one.own:
        yield "      these may be true rings: look at them with `ringfinder sweep`"


def _figures(share: "Share") -> str:
    low, high = share.interval
    return (
        f"{share.found:,} of {share.rings:,} "
        f"({100 * share.found / max(1, share.rings):.0f} %, likely {100 * low:.0f} to "
        f"{100 * high:.0f} %)"
    )
