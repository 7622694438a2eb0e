"""The table of README.md that sets every figure beside what was aimed at."""

import math
import re
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from measured import OURS, cells
from tables import Result, figure, table

from ringfinder.evaluate.metrics import RING_PART

NO_TRAP = ("live", "flash", "family", "cafe", "cgnat", "office_nat")
"""Crowds that are to be in no list of fifty."""


@dataclass(frozen=True)
class Aim:
    """What was aimed at, the figure that was measured, and whether that is enough."""

    what: str
    bar: str
    found: str
    kept: bool


def at_least(what: str, bar: float, value: float, digits: int = 2, more: str = "") -> Aim:
    """A figure that is to reach its bar; `more` is told behind it."""
    told = figure(value, digits)
    return Aim(what, f"at least {bar:.{digits}f}", told + more, value >= bar)


def at_most(what: str, bar: float, value: float, digits: int = 2) -> Aim:
    """A figure that is to stay within its bar."""
    told = figure(value, digits)
    return Aim(what, f"at most {bar:.{digits}f}", told, value <= bar)


def bars(results: Mapping[str, Result]) -> str:
    """Every aim beside its figure; `results` by the name of the file, without its ending."""
    aims = [
        *_reference(results["reference"]),
        *_elsewhere(results),
        *_grounds(results),
        *_cost(results),
    ]
    rows = ((aim.what, aim.bar, aim.found, "kept" if aim.kept else "missed") for aim in aims)
    kept = sum(aim.kept for aim in aims)
    return f"{table(('what', 'bar', 'measured', ''), rows)}\nKept: {kept} of {len(aims)}.\n"


def _reference(result: Result) -> Iterator[Aim]:
    """How rings are ranked on the reference worlds."""
    told = cells(result, OURS)
    rings = {name: row["rings"] for name, row in told.items() if row["rings"]["planted"]}
    mixed = [row["ap"] for name, row in rings.items() if re.fullmatch(r"mixed-\d+", name)]
    yield at_least("ring AP, mean of the `mixed` logs", 0.85, statistics.mean(mixed))
    for name, bar in (
        ("bursty-11", 0.95),
        ("slow-11", 0.95),
        ("identifier-11", 0.97),
        ("mixed-strong-14", 0.9),
        ("mixed-1m-15", 0.85),
    ):
        yield at_least(f"ring AP, {name}", bar, rings[name]["ap"])
    for what, group, key, bar in (
        ("precision@10", "precision_at", "10", 1.0),
        ("precision@24", "precision_at", "24", 0.9),
        ("recall@50", "recall_at", "50", 0.9),
    ):
        values = [row[group][key] for row in rings.values()]
        yield _mean(what, bar, values)
    yield _mean(
        "Jaccard index of hits, median", 0.92, [r["median_jaccard"] for r in rings.values()]
    )
    quiet = sum(row["alerts"]["alerts"] for row in told.values() if not row["rings"]["planted"])
    yield at_most("alerts on the log without a ring", 1, quiet, digits=0)
    traps = sum(
        row["rings"]["false_by_kind_at_50"].get(kind, 0)
        for row in told.values()
        for kind in NO_TRAP
    )
    yield at_most(
        f"groups in a first 50 that are a crowd of these kinds: {', '.join(NO_TRAP)}",
        0,
        traps,
        digits=0,
    )
    parts = sum(row["rings"]["false_by_kind_at_50"].get(RING_PART, 0) for row in told.values())
    yield at_most("groups in a first 50 that are but a part of a ring", 0, parts, digits=0)


def _mean(what: str, bar: float, values: list[float]) -> Aim:
    between = f" ({figure(min(values))} to {figure(max(values))})"
    return at_least(f"{what}, mean of the logs", bar, statistics.mean(values), more=between)


def _elsewhere(results: Mapping[str, Result]) -> Iterator[Aim]:
    """How rings are ranked where they hide, or were never seen."""
    hiding = results["evasion"]
    told, aps = cells(hiding, OURS), dict[tuple[str | None, float | None], list[float]]()
    for world in hiding["worlds"]:
        paid = (world["recipe"]["knob"], world["recipe"]["value"])
        aps.setdefault(paid, []).append(told[world["name"]]["rings"]["ap"])
    rest = statistics.mean(aps[None, None])
    for what, knob, value, bar in (
        ("ring AP that fourfold camouflage costs", "camouflage", 4.0, 0.05),
        ("ring AP that half strength costs", "strength", 0.5, 0.1),
    ):
        yield at_most(what, bar, rest - statistics.mean(aps[knob, value]))
    across = [
        row["ap"]
        for row in results["across_engines"]["heads"]["away"].values()
        if row["ap"] is not None
    ]
    yield at_least("ring AP of heads of one engine on the other", 0.5, statistics.mean(across))
    planted = results["real_backgrounds"]
    real: dict[str, list[float]] = {}
    for name, row in cells(planted, OURS).items():
        real.setdefault(name.rpartition("-planted-")[0], []).append(row["rings"]["ap"])
    for name, aps in real.items():
        yield at_least(f"ring AP of rings planted into {name}", 0.5, statistics.mean(aps))
    after = results["verdicts"]["summary"]["reference"]
    before = (
        f" ({figure(after['0']['ap']['mean'])} with none,"
        f" {figure(after['20']['ap']['without'])} where they only sort)"
    )
    yield at_least("ring AP after 20 verdicts", 0.65, after["20"]["ap"]["mean"], more=before)
    left_out = results["leave_typology_out"]["summary"].values()
    shares = [row["left out"] / row["rings"] for row in left_out]
    yield at_least(
        "part of a typology left out that is in the first 50, mean",
        0.75,
        statistics.mean(shares),
        more=f" (from {figure(min(shares))})",
    )
    labels = results["real_labels"]["average_precision"]["shopee, pairs of buyer and shop"]
    yield at_least("AP of pairs that Shopee flagged", 0.6, labels[OURS])


def _grounds(results: Mapping[str, Result]) -> Iterator[Aim]:
    """What the list is chosen from, cites, and how firm it is."""
    reach = results["reach"]
    sums = reach["summary"][reach["bar"]["worlds"]]
    share = sums["settled"] / sums["planted"]
    yield at_least("part of the rings that some candidate reaches", reach["bar"]["share"], share, 3)
    cited = results["cited"]
    for what, key in (
        ("part of the accounts cited that are members", "members"),
        ("part of the events cited that members did", "events"),
        ("part of the events cited that are no cover", "own_work"),
        ("part of the things cited that the ring's work touched", "things"),
    ):
        yield at_least(what, cited["bar"], cited["summary"]["reference"][key], 3)
    firm = results["stability"]
    least = min(one["one more day"][str(firm["top"])] for one in firm["summary"].values())
    yield at_least(f"first {firm['top']} that stay with one more day, least", firm["bar"], least)


def _growth(result: Result) -> Aim:
    """CPU seconds of a sweep over n log n, the largest log beside that of 1 M events."""
    largest = max(result.values(), key=lambda row: row["events"])
    dear, cheap = (
        row["steps"]["sweep"]["cpu_s"] / (row["events"] * math.log(row["events"]))
        for row in (largest, result["1000000"])
    )
    what = f"CPU of a sweep over n log n, {largest['events']:,} events beside 1 M"
    return at_most(what, 1, dear / cheap)


def _cost(results: Mapping[str, Result]) -> Iterator[Aim]:
    """What a sweep costs."""
    for row in results["sweep_scale"].values():
        if row["kept"] is not None:
            sweep, snapshot = row["steps"]["sweep"], row["steps"]["snapshot"]
            wall_s, peak_mib = sweep["wall_s"], sweep["peak_mib"]
            bar = f"{row['bar_wall_s']} s, {row['bar_peak_mib']:,} MiB"
            told = f"{wall_s:.0f} s, {peak_mib:,.0f} MiB"
            yield Aim(f"sweep of {row['events']:,} events", bar, told, row["kept"])
            wall_s += snapshot["wall_s"]
            peak_mib = max(peak_mib, snapshot["peak_mib"])
            yield Aim(
                "the same, its snapshot built first",
                bar,
                f"{wall_s:.0f} s, {peak_mib:,.0f} MiB",
                wall_s <= row["bar_wall_s"] and peak_mib <= row["bar_peak_mib"],
            )
    yield _growth(results["sweep_scale"])
    control = results["bad_logs"]["control"]
    bad = [row for name, row in results["bad_logs"]["logs"].items() if name != control]
    within = sum(row["kept"] for row in bad)
    yield at_least("bad logs that a sweep bears within its bars", len(bad), within, digits=0)
    yield at_most("alerts on them", 0, sum(row["alerts"] for row in bad), digits=0)
    louvain = results["louvain"]
    ratios = louvain["sizes"]["1000000"]["graphs"]["channels"]["ratios"]
    for what, name in (
        ("our Leiden", "leiden, modularity"),
        ("all channels", "channels"),
        ("a whole sweep", "sweep"),
    ):
        yield at_least(
            f"times that {what} is faster than networkx's Louvain, 1 M events",
            louvain["bar"],
            ratios[name],
            1,
        )
