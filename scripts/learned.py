"""Tables of README.md on what heads and verdicts learn, and on what they were never shown."""

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
    """Ring AP of heads that learned from one engine alone, on worlds of the other."""
    rows = []
    for engine, worlds in result["heads"].items():
        for world, row in worlds.items():
            alone = result["alone"][world]
            if row["planted"]:
                recalls = (figure(one["recall_at"]["50"]) for one in (row, alone))
                aps = (figure(one["ap"]) for one in (row, alone))
                rows.append((engine, world, row["planted"], *aps, *recalls))
    head = (
        "learned from",
        "tried on (mix, seed)",
        "rings",
        "ring AP",
        f"ring AP, {ALONE}",
        "recall@50",
        f"recall@50, {ALONE}",
    )
    return f"{table(head, rows)}\n{machine(result)}\n"


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
