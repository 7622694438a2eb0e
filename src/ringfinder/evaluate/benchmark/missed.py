"""Which planted rings a detector misses: the share it finds by each trait of the rings."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from ringfinder.evaluate.benchmark.cells import Cell
from ringfinder.evaluate.benchmark.results import Results
from ringfinder.evaluate.benchmark.summary import early
from ringfinder.evaluate.metrics import RING_PART, UNNAMED
from ringfinder.evaluate.planted import RING

SHARING = 0.25
"""From this share of accounts on, a ring counts as one that shares devices or ips."""

_WEAK_RINGS = 6
_WEAK_TOLD = 3
_Z = 1.959964


@dataclass(frozen=True)
class Trait:
    """A trait of rings: buckets begin at each of `edges`; `buckets` name them, in words.

    `of` gives a ring's figure, from a row as `Traits`.
    """

    name: str
    of: Callable[[dict[str, Any]], float]
    edges: tuple[float, ...]
    buckets: tuple[str, ...]

    def bucket(self, ring: dict[str, Any]) -> str:
        """The bucket of a ring."""
        return self.buckets[int(np.searchsorted(self.edges, self.of(ring), side="right"))]


def _identifiers(ring: dict[str, Any]) -> float:
    return _shares(ring, "shared_devices") + 2 * _shares(ring, "shared_ips")


def _shares(ring: dict[str, Any], column: str) -> int:
    return int((ring[column] or 0.0) >= SHARING)


TRAITS = (
    Trait(
        "size",
        lambda ring: float(ring["size"]),
        (12, 30, 80),
        ("under 12 accounts", "12 to 29 accounts", "30 to 79 accounts", "80 accounts and more"),
    ),
    Trait(
        "density",
        lambda ring: float(ring["density"]),
        (0.15, 0.35, 0.6),
        (
            "under 15 % of the list each",
            "15 to 35 % of the list each",
            "35 to 60 % of the list each",
            "over 60 % of the list each",
        ),
    ),
    Trait(
        "duration",
        lambda ring: float(ring["days"]),
        (1, 7, 21),
        (
            "work within a day",
            "work over 1 to 7 days",
            "work over 1 to 3 weeks",
            "work over more than 3 weeks",
        ),
    ),
    Trait(
        "camouflage",
        lambda ring: float(ring["camouflage"]),
        (0.25, 1, 3),
        (
            "hardly any other orders",
            "up to as many other orders",
            "1 to 3 times as many other orders",
            "over 3 times as many other orders",
        ),
    ),
    Trait(
        "identifiers",
        _identifiers,
        (1, 2, 3),
        ("nothing shared", "shared devices", "shared ips", "shared devices and ips"),
    ),
)
"""The traits by which the share found is told."""

SHAPE = "shape"


@dataclass(frozen=True)
class Share:
    """How many of some rings are found: among the first 50 groups, and listed at any rank.

    `words` tell which rings; `interval` is the 95 % Wilson interval of the share found.
    """

    words: str
    rings: int
    found: int
    listed: int
    interval: tuple[float, float]


@dataclass(frozen=True)
class Missed:
    """What a detector finds and misses of what was planted, over all plantings that are done.

    `by` holds the shares of the buckets of each trait and of each shape; buckets without a ring are
    left out. `weakest` are the rings with a trait or two in common that it finds least of; as they
    are picked out of many, they look a little worse than they are.

    Groups among the first 50 that are no ring, as sums over plantings: `innocents` by kind of
    planted gathering, `parts` of planted rings, and `own`, those of the log itself, which may be
    rings or not. `alerts` stand above the line, `alert_hits` of them planted rings,
    `alert_innocents` and `alert_own` likewise.
    """

    detector: str
    plantings: int
    failed: int
    overall: Share
    by: dict[str, tuple[Share, ...]]
    weakest: tuple[Share, ...]
    gatherings: int
    innocents: dict[str, int]
    parts: int
    own: int
    alerts: int
    alert_hits: int
    alert_innocents: int
    alert_own: int


Ring = dict[str, Any]
"""The traits of a planted ring with its `rank`."""


def missed(results: Results) -> tuple[Missed, ...]:
    """A row for each detector; none where nothing was planted into any world."""
    worlds = {world.name: world.planted for world in results.worlds if world.planted}
    if not worlds:
        return ()
    return tuple(_of(name, results, worlds) for name in results.detectors)


def _of(detector: str, results: Results, worlds: dict[str, tuple[Ring, ...]]) -> Missed:
    cells = results.done(detector, frozenset(worlds))
    rings = [ring for cell in cells for ring in _ranked(cell, worlds[cell.world])]
    kinds: Counter[str] = Counter()
    above: Counter[str] = Counter()
    for cell in cells:
        kinds.update((cell.figures or {})["rings"]["false_by_kind_at_50"])
        above.update((cell.figures or {})["alerts"]["false_by_kind"])
    by = {trait.name: _buckets(rings, trait.bucket, trait.buckets) for trait in TRAITS}
    shapes = sorted({str(ring["shape"]) for ring in rings})
    by[SHAPE] = _buckets(rings, lambda ring: str(ring["shape"]), shapes)
    alerts = [(cell.figures or {})["alerts"] for cell in cells]
    return Missed(
        detector=detector,
        plantings=len(cells),
        failed=len(worlds) - len(cells),
        overall=_share("all rings", rings),
        by=by,
        weakest=weakest(rings),
        gatherings=sum(row["kind"] != RING for cell in cells for row in worlds[cell.world]),
        innocents=_innocent(kinds),
        parts=kinds[RING_PART],
        own=kinds[UNNAMED],
        alerts=sum(one["alerts"] for one in alerts),
        alert_hits=sum(one["hits"] for one in alerts),
        alert_innocents=sum(_innocent(above).values()),
        alert_own=above[UNNAMED],
    )


def weakest(rings: Sequence[Ring]) -> tuple[Share, ...]:
    """Up to three sets of rings with a trait or two in common, those surest to be found least.

    A set, and what of it is in none told before, is found less than all rings beyond its interval.
    """
    overall = sum(map(early, rings)) / max(1, len(rings))

    def weak(inside: frozenset[int]) -> bool:
        found = sum(early(rings[position]) for position in inside)
        return len(inside) >= _WEAK_RINGS and wilson(found, len(inside))[1] < overall

    sets = [
        (_share(words, [rings[position] for position in sorted(inside)]), inside)
        for words, inside in _alike(rings).items()
        if weak(inside)
    ]
    sets.sort(key=lambda pair: (pair[0].interval[1], pair[0].words))
    told: list[Share] = []
    seen: frozenset[int] = frozenset()
    for share, inside in sets:
        if len(told) < _WEAK_TOLD and weak(inside - seen):
            told.append(share)
            seen |= inside
    return tuple(told)


def _alike(rings: Sequence[Ring]) -> dict[str, frozenset[int]]:
    """The positions of rings with a trait or two in common, by these in words."""
    names = [{trait.name: trait.bucket(ring) for trait in TRAITS} for ring in rings]
    ways: list[tuple[str, ...]] = [(trait.name,) for trait in TRAITS]
    ways += [(one.name, other.name) for one, other in combinations(TRAITS, 2)]
    found: dict[str, set[int]] = {}
    for way in ways:
        for position, name in enumerate(names):
            found.setdefault(", ".join(name[trait] for trait in way), set()).add(position)
    return {words: frozenset(inside) for words, inside in found.items()}


def wilson(found: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson (1927); (0, 1) of nothing."""
    if not of:
        return 0.0, 1.0
    share, z2 = found / of, _Z * _Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z * np.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return min(share, float(max(0.0, middle - half))), max(share, float(min(1.0, middle + half)))


def _ranked(cell: Cell, planted: Iterable[Ring]) -> list[Ring]:
    """The planted rings with the rank at which the cell has them."""
    rank = {ring["ring_id"]: ring["rank"] for ring in cell.rings}
    return [{**row, "rank": rank[row["group_id"]]} for row in planted if row["kind"] == RING]


def _buckets(
    rings: Sequence[Ring], bucket: Callable[[Ring], str], names: Sequence[str]
) -> tuple[Share, ...]:
    inside: dict[str, list[Ring]] = {name: [] for name in names}
    for ring in rings:
        inside[bucket(ring)].append(ring)
    return tuple(_share(name, row) for name, row in inside.items() if row)


def _share(words: str, rings: Sequence[Ring]) -> Share:
    found = sum(map(early, rings))
    listed = sum(ring["rank"] is not None for ring in rings)
    return Share(words, len(rings), found, listed, wilson(found, len(rings)))


def _innocent(kinds: Counter[str]) -> dict[str, int]:
    return {kind: n for kind, n in kinds.most_common() if kind not in (RING_PART, UNNAMED)}
