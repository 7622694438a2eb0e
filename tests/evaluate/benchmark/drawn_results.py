"""Hand-made results: two detectors, two seeds, one knob, one failure."""

from dataclasses import replace

from ringfinder.evaluate.benchmark.cells import Cell, Facts
from ringfinder.evaluate.benchmark.results import Results
from ringfinder.evaluate.benchmark.spend import Spend
from ringfinder.evaluate.benchmark.worlds import Recipe

MACHINE = {"cores": 2, "memory_gib": 8, "architecture": "any", "python": "3"}


def facts(seed, knob=None, value=None, spend=(1.0, 0.5, 4.0, 10.0), mix="mixed", events=300_000):
    recipe = Recipe("tastes", mix, events, seed, knob, value)
    return Facts(recipe.name, recipe.setting, "key", recipe, events + seed, 900, 4, Spend(*spend))


def ring(number, rank, size=12, typology="drip"):
    return {
        "ring_id": f"r{number}",
        "typology": typology,
        "size": size,
        "stealth": None,
        "rank": rank,
        "jaccard": 0.0 if rank is None else 0.9,
    }


def cell(world, detector, ranks, *, ap=0.5, cpu_s=2.0, false=None):
    """A finished cell; the n-th of `ranks` is of a ring with 8 x 2^n users."""
    figures = {
        "rings": {
            "ap": ap,
            "precision_at": {"10": 0.4, "24": 0.2, "50": 0.1},
            "recall_at": {"10": 0.5, "24": 0.5, "50": 0.5},
            "median_jaccard": None,
            "false_by_kind_at_50": {"fan": 2} if false is None else false,
        },
        "alerts": {"alerts": 5, "false": 3},
        "user_level": None,
        "per_ring": [ring(n, rank, 8 * 2**n, "drip|x") for n, rank in enumerate(ranks)],
    }
    return Cell(world.name, detector, "key", None, 3.0, cpu_s, 100.0, figures)


def failed(world, detector, reason="ran past its limit of 9 s"):
    return replace(
        cell(world, detector, []), reason=reason, wall_s=0.0, cpu_s=0.0, peak_mib=0.0, figures=None
    )


def drawn():
    """At rest both seeds are found whole; the peer misses half under twice the cover."""
    rest = [facts(1), facts(2)]
    two = [facts(seed, "camouflage", 2.0, (1.0, 1.5, 4.0, 10.0)) for seed in (1, 2)]
    six = [facts(seed, "camouflage", 6.0, (1.0, 4.5, 4.0, 10.0)) for seed in (1, 2)]
    cells = [
        cell(rest[0], "ringfinder", [1, 2, 3, 4], ap=1.0, cpu_s=10.0),
        cell(rest[0], "peer", [1, 2, 3, 60], ap=0.6, false={"fan": 4, "live": 1}),
        cell(rest[1], "ringfinder", [1, 2, 4, None], ap=0.8, cpu_s=12.0),
        cell(rest[1], "peer", [1, None, 3, 4], ap=0.4),
    ]
    for world in two:
        cells += [cell(world, "ringfinder", [1, 2, 3, None]), cell(world, "peer", [1, 2, None, 51])]
    for world in six:
        cells += [cell(world, "ringfinder", [1, 2, 3, None]), cell(world, "peer", [None] * 4)]
    cells[-1] = failed(six[1], "peer")
    return Results(
        MACHINE,
        "0.0",
        ("ringfinder", "peer"),
        {"absent": "igraph not installed"},
        (*rest, *two, *six),
        tuple(cells),
    )
