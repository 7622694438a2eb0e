"""Tables of README.md on what heads and verdicts learn, and on what they were never shown."""

import statistics

from tables import Result, figure, machine, table

ALONE = "no head"
"""The statistical evidence ranks, and nothing learned."""


def left_out(result: Result) -> str:
    """Rings found in the first 50 by heads that knew their typology and heads that did not."""
    heads = [key for key in next(iter(result["summary"].values())) if key != "rings"]
    rows = [
        (name.replace("_", " "), row["rings"], *(row[head] for head in heads))
        for name, row in result["summary"].items()
    ]
    total = ("all", *(sum(int(row[i]) for row in rows) for i in range(1, len(heads) + 2)))
    return f"{table(('kind of ring', 'rings', *heads), [*rows, total])}\n{machine(result)}\n"


def across(result: Result) -> str:
    """Ring AP on worlds of one engine: of a head of the other alone, of its own, and of none."""
    ranked = {"head of the other engine": "away", "head of this engine": "home"}
    by = {told: result["heads"][where] for told, where in ranked.items()} | {ALONE: result["alone"]}
    rows = [
        (
            world,
            row["planted"],
            *(figure(some[world]["ap"]) for some in by.values()),
            *(figure(some[world]["recall_at"]["50"]) for some in by.values()),
        )
        for world, row in result["alone"].items()
        if row["planted"]
    ]
    aps = (f"ring AP, {name}" for name in by)
    head = ("tried on (mix, seed)", "rings", *aps, *(f"recall@50, {name}" for name in by))
    away, home = (
        statistics.mean(row["ap"] for row in result["heads"][where].values() if row["planted"])
        for where in ("away", "home")
    )
    loss = f"A head costs {figure(home - away)} of ring AP abroad, in the mean."
    return f"{table(head, rows)}\n{loss}\n{machine(result)}\n"


def actions(result: Result) -> str:
    """Ring AP and rings among the first by what the rings' work is told as."""
    top = result["top"]
    rows = [
        (name, row["rings"], figure(row["ring_ap"]), row["found"])
        for name, row in result["summary"].items()
    ]
    head = ("what the ring does", "rings", "ring AP", f"in the first {top}")
    return f"{table(head, rows)}\n{machine(result)}\n"


def verdicts(result: Result) -> str:
    """Ring AP after so many verdicts, beside the same where they only sort what was judged."""
    rows = []
    for kind, after in result["summary"].items():
        for said, row in after.items():
            pairs = ((row[name]["mean"], row[name]["without"]) for name in ("ap", "rest_ap"))
            told = (f"{figure(mean)} ({figure(without)})" for mean, without in pairs)
            rows.append((kind, said, *told, figure(row["found"]["mean"])))
    head = ("worlds", "verdicts", "ring AP", "of what is not opened yet", "rings among the opened")
    return f"{table(head, rows)}\n{machine(result)}\n"
