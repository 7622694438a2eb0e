"""Tables of README.md from what the benchmarks wrote."""

import re
import statistics
from collections.abc import Callable, Iterable

from costs import bad_logs, louvain, scale, shared_graph, simulated, speed, sweep_scale
from grounds import cited, reach, stability
from learned import across, actions, left_out, verdicts
from tables import Result, figure, machine, table

OURS = "ringfinder"


def cells(result: Result, detector: str) -> dict[str, Result]:
    """The figures of a detector by world, of those that hold any."""
    return {
        cell["world"]: cell["figures"]
        for cell in result["cells"]
        if cell["detector"] == detector and cell["figures"] is not None
    }


def best_peer(result: Result, worlds: Iterable[str]) -> tuple[float, str] | None:
    """The greatest mean ring AP of a peer over these worlds, and its name."""
    named = list(worlds)
    found = []
    for peer in result["detectors"]:
        figures = cells(result, peer)
        aps = [figures[world]["rings"]["ap"] for world in named if world in figures]
        if peer != OURS and len(aps) == len(named) and None not in aps:
            found.append((statistics.mean(aps), peer))
    return max(found, default=None)


def worlds(result: Result) -> str:
    """Ring AP and user AP on each reference world, beside the best peer of the same run."""
    rows, mixed = [], []
    for name, row in cells(result, OURS).items():
        rings, alerts = row["rings"], row["alerts"]
        users = row["user_level"]["without_label"]
        best = best_peer(result, [name])
        interval = rings["ap_interval"]
        between = f" ({figure(interval[0])} to {figure(interval[1])})" if interval else ""
        rows.append(
            (
                name,
                rings["planted"],
                figure(rings["ap"]) + between,
                "-" if best is None else f"{figure(best[0])} ({best[1]})",
                figure(rings["precision_at"]["10"]) if rings["planted"] else "-",
                figure(rings["recall_at"]["50"]) if rings["planted"] else "-",
                f"{alerts['alerts']} ({alerts['false']})",
                figure(users["ap"]),
                figure(users["base_rate"]),
            )
        )
        if re.fullmatch(r"mixed-\d+", name) and rings["ap"] is not None:
            mixed.append(rings["ap"])
    head = (
        "log",
        "rings",
        "ring AP (95 % interval)",
        "best of the peers, ring AP",
        "precision@10",
        "recall@50",
        "alerts (false)",
        "user AP",
        "user base rate",
    )
    mean = (
        f"Mean ring AP of the {len(mixed)} `mixed` logs: {figure(statistics.mean(mixed))}. "
        if mixed
        else ""
    )
    peers = ", ".join(name for name in result["detectors"] if name != OURS)
    return f"{table(head, rows)}\n{mean}Peers: {peers}.\n{machine(result)}\n"


def ours(result: Result) -> str:
    """Ring AP on worlds of both engines, the mean over seeds, beside the two best peers."""
    settings: dict[str, list[str]] = {}
    for world in result["worlds"]:
        if world["rings"]:
            settings.setdefault(world["setting"], []).append(world["name"])
    mine = cells(result, OURS)
    rows = []
    for setting, names in settings.items():
        rings = [mine[name]["rings"] for name in names]
        best = best_peer(result, names)
        rows.append(
            (
                setting,
                sum(row["planted"] for row in rings),
                figure(statistics.mean(row["ap"] for row in rings)),
                "-" if best is None else f"{figure(best[0])} ({best[1]})",
                figure(statistics.mean(row["precision_at"]["10"] for row in rings)),
                figure(statistics.mean(row["recall_at"]["50"] for row in rings)),
            )
        )
    quiet = [world["name"] for world in result["worlds"] if world["rings"] == 0]
    false = sum(mine[name]["alerts"]["alerts"] for name in quiet)
    head = ("worlds", "rings", "ring AP", "best of the peers", "precision@10", "recall@50")
    return (
        f"{table(head, rows)}\nAlerts on the {len(quiet)} worlds without a ring, all of them "
        f"false: {false}.\n{machine(result)}\n"
    )


def hiding(result: Result) -> str:
    """Ring AP where rings pay to be missed, the mean over seeds, beside the best peer."""
    settings: dict[str, list[str]] = {}
    for world in result["worlds"]:
        knob, value = world["recipe"]["knob"], world["recipe"]["value"]
        named = "nothing" if knob is None else f"{knob} {value:g}"
        settings.setdefault(named, []).append(world["name"])
    mine = cells(result, OURS)
    rows = []
    for named, names in settings.items():
        best = best_peer(result, names)
        found = [mine[name]["rings"] for name in names]
        rows.append(
            (
                named,
                figure(statistics.mean(row["ap"] for row in found)),
                figure(statistics.mean(row["recall_at"]["50"] for row in found)),
                "-" if best is None else f"{figure(best[0])} ({best[1]})",
            )
        )
    head = ("what rings pay", "ring AP", "recall@50", "best of the peers, ring AP")
    return f"{table(head, rows)}\n{machine(result)}\n"


def missed(result: Result) -> str:
    """What is missed on the reference worlds, by typology, the worst first."""
    total: dict[str, list[int]] = {}
    false: dict[str, int] = {}
    quiet = []
    for row in cells(result, OURS).values():
        for typology, one in row["rings"]["by_typology"].items():
            sums = total.setdefault(typology, [0, 0, 0])
            for position, key in enumerate(("rings", "hits", "hits_at_50")):
                sums[position] += one[key]
        for kind, number in row["alerts"]["false_by_kind"].items():
            false[kind] = false.get(kind, 0) + number
        if not row["rings"]["planted"]:
            quiet.append(row["alerts"]["alerts"])
    planted, hits, early = (sum(sums[i] for sums in total.values()) for i in range(3))
    rows = [
        (name.replace("_", " "), rings, rings - found, rings - at_50)
        for name, (rings, found, at_50) in sorted(
            total.items(), key=lambda one: (one[1][2] / one[1][0], one[0])
        )
    ]
    kinds = ", ".join(f"{kind} {n}" for kind, n in sorted(false.items(), key=lambda k: (-k[1], k)))
    alerts = [row["alerts"] for row in cells(result, OURS).values()]
    text = (
        f"Missed altogether, no reported group of 200 reaching a Jaccard index of one half: "
        f"{planted - hits} of {planted} rings.\nNot among the first 50: "
        f"{planted - early} of {planted}.\n"
        f"False alerts: {sum(one['false'] for one in alerts)} of "
        f"{sum(one['alerts'] for one in alerts)}{f' ({kinds})' if kinds else ''}.\n"
    )
    if quiet:
        text += f"Alerts on the log without any ring, all of them false: {sum(quiet)}.\n"
    head = ("kind of ring", "planted", "missed", "missed in the first 50")
    return f"{text}\n{table(head, rows)}"


def real_labels(result: Result) -> str:
    """Average precision against real labels, a column for each set, the best on the first first."""
    sets = result["average_precision"]
    first = next(iter(sets.values()))
    names = sorted(
        {name for one in sets.values() for name in one},
        key=lambda name: (-_number(first.get(name)), name),
    )
    rows = ((name, *(_told(one.get(name)) for one in sets.values())) for name in names)
    return f"{table(('scored by', *sets), rows)}\n{machine(result)}\n"


def _number(value: object) -> float:
    return value if isinstance(value, float) else -1.0


def _told(value: object) -> str:
    """A figure, a dash where there is none, or why there is none."""
    return "-" if value is None else figure(value, 3) if isinstance(value, float) else str(value)


def planted(result: Result) -> str:
    """Ring AP on real logs with planted rings, each detector's mean over seeds."""
    sets: dict[str, list[str]] = {}
    for world in result["worlds"]:
        sets.setdefault(world["name"].rpartition("-planted-")[0], []).append(world["name"])
    rows = []
    for detector in result["detectors"]:
        aps = {
            name: row["rings"]["ap"]
            for name, row in cells(result, detector).items()
            if row["rings"]["ap"] is not None
        }
        rows.append(
            (
                detector,
                *(
                    figure(statistics.mean([aps[world] for world in worlds if world in aps]))
                    for worlds in sets.values()
                ),
            )
        )
    rings = sum(world["rings"] for world in result["worlds"])
    head = ("detector", *(f"{name}, ring AP" for name in sets))
    return f"{table(head, rows)}\n{rings} rings in {len(result['worlds'])} worlds.\n"


BLOCKS: dict[str, tuple[str, Callable[[Result], str]]] = {
    "worlds": ("reference", worlds),
    "ours": ("ours", ours),
    "hiding": ("evasion", hiding),
    "across": ("across_engines", across),
    "missed": ("reference", missed),
    "real_labels": ("real_labels", real_labels),
    "planted": ("real_backgrounds", planted),
    "left_out": ("leave_typology_out", left_out),
    "actions": ("actions", actions),
    "verdicts": ("verdicts", verdicts),
    "speed": ("speed", speed),
    "sweep_scale": ("sweep_scale", sweep_scale),
    "bad_logs": ("bad_logs", bad_logs),
    "simulated": ("simulate_scale", simulated),
    "scale": ("scale", scale),
    "louvain": ("louvain", louvain),
    "reach": ("reach", reach),
    "stability": ("stability", stability),
    "cited": ("cited", cited),
    "shared_graph": ("shared_graph", shared_graph),
}
"""Block of README.md: the result it comes from, and how that is told."""
