"""Tables of README.md on a list's grounds: what it is chosen from, cites, how firm it is."""

from tables import Result, figure, machine, table

ORDER = ("reference", "tastes", "city")
TELLINGS = (
    "one more day",
    "anywhere, one more day",
    "shuffled",
    "renamed",
    "events renamed",
)
CAUSES = {
    "members": "other members",
    "rank": "further down the list",
    "gone": "no such group any more",
}


def reach(result: Result) -> str:
    """Rings that some candidate group reaches, by typology and by channel."""
    sums = result["summary"]
    kinds = [kind for kind in ORDER if kind in sums]
    typologies = sorted({name for kind in kinds for name in sums[kind]["by_typology"]})
    rows = []
    for name in typologies:
        row: list[object] = [name.replace("_", " ")]
        for kind in kinds:
            one = sums[kind]["by_typology"].get(name)
            row.append("-" if one is None else f"{one['settled']} of {one['planted']}")
        rows.append(row)
    rows.append(["all", *(_of(sums[kind]["settled"], sums[kind]["planted"]) for kind in kinds)])
    bar = result["bar"]
    kept = ""
    if bar["worlds"] in sums:
        share = sums[bar["worlds"]]["settled"] / sums[bar["worlds"]]["planted"]
        word = "kept" if share >= bar["share"] else "missed"
        kept = (
            f"Reached on the reference worlds: {share:.1%}; the bar is {bar['share']:.0%}: {word}. "
        )
    groups = [world["groups"]["settled"] for world in result["worlds"].values()]
    return (
        f"{table(('kind of ring', *kinds), rows)}\n{kept}Groups to choose from: "
        f"{min(groups):,} to {max(groups):,} a world.\n\n{_channels(sums, kinds)}\n"
        f"{machine(result)}\n"
    )


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.1%})" if whole else "-"


def _channels(sums: Result, kinds: list[str]) -> str:
    """Rings that each channel reaches, in brackets those that no other does."""
    rows = [
        (
            name,
            *(
                f"{one['settled']} ({one['settled_alone']})"
                for one in (sums[kind]["by_channel"][name] for kind in kinds)
            ),
        )
        for name in sums[kinds[0]]["by_channel"]
    ]
    return table(("channel: rings it reaches (it alone)", *kinds), rows)


def cited(result: Result) -> str:
    """The share of cited evidence that belongs to the ring."""
    bar = result["bar"]
    rows = []
    for kind in ORDER:
        if kind in result["summary"]:
            one = result["summary"][kind]
            shares = (one["members"], one["events"], one["own_work"], one["things"])
            rows.append((kind, one["hits"], *(_share(share, bar) for share in shares)))
    head = ("worlds", "hits", "members", "their events", "of it no cover", "shared things")
    return f"{table(head, rows)}\nThe bar is {bar:.0%}. {machine(result)}\n"


def _share(share: float, bar: float) -> str:
    return f"{share:.1%}{'' if share >= bar else ', missed'}"


def stability(result: Result) -> str:
    """How far the list stays as it is, by its length; and what one more day changes."""
    sums, top = result["summary"], str(result["top"])
    tops = next(iter(sums.values()))["one more day"]
    rows = [
        (f"{kind}, {name}", *(figure(one[name].get(length)) for length in tops))
        for kind, one in sums.items()
        for name in TELLINGS
    ]
    head = ("worlds", *(f"first {length}" if length.isdigit() else length for length in tops))
    least = min(one["one more day"][top] for one in sums.values())
    told = []
    for kind, one in sums.items():
        lost = one["lost"][top]
        parts = ", ".join(f"{word} {figure(lost[cause])}" for cause, word in CAUSES.items())
        rings = figure(one["planted rings, one more day"])
        told.append(
            f"- {kind}: in the first {top} one more day costs by cause: {parts}. Planted rings "
            f"among them agree to {rings}.\n"
        )
    return (
        f"{table(head, rows)}\nThe bar for the first {top} with one more day is "
        f"{result['bar']:.2f}: {'kept' if least >= result['bar'] else 'missed'}.\n\n"
        f"{''.join(told)}\n{machine(result)}\n"
    )
