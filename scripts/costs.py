"""Tables of README.md on time and memory."""

from tables import Result, machine, table

STEPS = ("ingest", "snapshot", "sweep")


def speed(result: Result) -> str:
    """Time and memory of each step, beside its bar."""
    rows = []
    for name, step in result["steps"].items():
        bars = (step["bar_wall_s"], step["bar_peak_mib"])
        kept = all(
            bar is None or step[key] <= bar
            for key, bar in zip(("wall_s", "peak_mib"), bars, strict=True)
        )
        rows.append(
            (
                name,
                f"{step['wall_s']:.1f}",
                "-" if bars[0] is None else f"{bars[0]:g}",
                f"{step['peak_mib']:,}",
                "-" if bars[1] is None else f"{bars[1]:,}",
                "-" if bars == (None, None) else ("kept" if kept else "missed"),
            )
        )
    head = ("step", "seconds", "bar", "peak MiB", "bar", "")
    return f"{result['events']:,} events.\n\n{table(head, rows)}\n{machine(result)}\n"


def sweep_scale(result: Result) -> str:
    """Time and memory of each step by the number of events, a sweep's beside its bars."""
    rows = []
    for row in result.values():
        steps, bars = row["steps"], (row["bar_wall_s"], row["bar_peak_mib"])
        rows.append(
            (
                f"{row['events']:,}",
                f"{row['users']:,}",
                *(f"{steps[name]['wall_s']:.0f} s, {steps[name]['peak_mib']:,}" for name in STEPS),
                f"{steps['sweep']['cpu_s']:.0f}",
                f"{row['load']:.0f}",
                "-" if row["kept"] is None else f"{bars[0]} s, {bars[1]:,}",
                "-" if row["kept"] is None else "kept" if row["kept"] else "missed",
            )
        )
    head = ("events", "users", *STEPS, "its CPU seconds", "load", "its bar", "")
    return (
        f"{table(head, rows)}\nWall seconds and peak MiB of the whole process; the load is that of "
        f"other work on the machine's cores, which stretches wall seconds. "
        f"{machine(next(iter(result.values())))}\n"
    )


def bad_logs(result: Result) -> str:
    """Time and memory of each step on logs as nobody wants them, and what is told of them."""
    rows = [
        (
            name,
            *(
                f"{row['steps'][step]['wall_s']:.0f} s, {row['steps'][step]['peak_mib']:,}"
                for step in STEPS
            ),
            row["rings"],
            row["alerts"],
            "kept" if row["kept"] else "missed",
        )
        for name, row in result["logs"].items()
    ]
    bar = f"{result['bar_wall_s']} s, {result['bar_peak_mib']:,}"
    head = ("log", *STEPS, "groups listed", "alerts", bar)
    return f"{table(head, rows)}\n{machine(result)}\n"


def shared_graph(result: Result) -> str:
    """Speed of loading and reading the shared graph, beside its bars."""
    rows = []
    for name, one in result["steps"].items():
        bar, most = one["bar"], one["most"]
        kept = bar is None or (one["value"] <= bar if most else one["value"] >= bar)
        rows.append(
            (
                name,
                f"{one['value']:,g} {one['unit']}",
                "-" if bar is None else f"{'at most' if most else 'at least'} {bar:,g}",
                "-" if bar is None else ("kept" if kept else "missed"),
            )
        )
    return (
        f"{result['relationships']:,} relationships between {result['nodes']:,} nodes, of "
        f"{result['events']:,} events; {result['carriers']} ips of {result['carrier_users']:,} "
        f"users each.\n\n{table(('what', 'figure', 'bar', ''), rows)}\n{machine(result)}\n"
    )


def simulated(result: Result) -> str:
    """Time, memory and size of simulated worlds."""
    rows = [
        (
            name.split()[0],
            f"{row['events']:,}",
            f"{row['users']:,}",
            f"{row['rings']:,}",
            f"{row['wall_s']:.0f}",
            f"{row['peak_mib']:,}",
            f"{row['files_mib']:,}",
        )
        for name, row in result.items()
    ]
    head = ("engine", "events", "users", "rings", "seconds", "peak MiB", "files MiB")
    return f"{table(head, rows)}\n{machine(next(iter(result.values())))}\n"


def scale(result: Result) -> str:
    """CPU seconds and peak memory of each detector by the number of events."""
    sizes = sorted({cell["events"] for cell in result["cells"]})
    rows: dict[str, dict[int, str]] = {}
    for cell in result["cells"]:
        cost = f"{cell['cpu_s']:,.0f} s, {cell['peak_mib'] / 1024:.1f} GiB"
        rows.setdefault(cell["detector"], {})[cell["events"]] = cell["reason"] or cost
    head = ("detector", *(f"{size:,} events" for size in sizes))
    told = ((name, *(row.get(size, "-") for size in sizes)) for name, row in rows.items())
    return (
        f"{table(head, told)}\nCPU seconds and peak memory of the whole process. "
        f"{machine(result)}\n"
    )


def louvain(result: Result) -> str:
    """CPU seconds of a sweep and of networkx's Louvain and Leiden on graphs of the same log."""
    rows = []
    for events, size in result["sizes"].items():
        for graph, costs in size["graphs"].items():
            slow, fast = costs["networkx louvain"], costs["leiden, modularity"]
            ratios = costs["ratios"]
            rows.append(
                (
                    f"{int(events):,}, {graph}",
                    f"{fast['links']:,}" if "links" in fast else "-",
                    f"{slow['cpu_s']:,.1f}" if "cpu_s" in slow else slow["reason"],
                    _with(fast, ratios["leiden, modularity"]),
                    _with(size["channels"], ratios["channels"]),
                    _with(size["sweep"], ratios["sweep"]),
                )
            )
    head = (
        "events, graph",
        "links",
        "networkx's Louvain",
        "our Leiden, same graph and aim",
        "all channels of a sweep",
        "the whole sweep",
    )
    return (
        f"{table(head, rows)}\nCPU seconds, in brackets how many times faster than networkx's "
        f"Louvain; the bar is {result['bar']:g} times. {machine(result)}\n"
    )


def _with(cost: Result, ratio: float | None) -> str:
    if "cpu_s" not in cost:
        return str(cost["reason"])
    return f"{cost['cpu_s']:,.2f}" + ("" if ratio is None else f" ({ratio:,.1f})")
