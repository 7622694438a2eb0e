"""What it costs a ring to stay below the review budget of a detector.

A knob is turned in simulated worlds; what rings spend by it is measured from the files of these
worlds, and compared with the worlds of the same seeds where all knobs are at rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean

import numpy as np

from ringfinder.evaluate.benchmark.cells import Facts
from ringfinder.evaluate.benchmark.results import Results
from ringfinder.evaluate.benchmark.spend import Spend
from ringfinder.evaluate.benchmark.summary import early
from ringfinder.evaluate.metrics import interval
from ringfinder.events.simulator.knobs import AT_REST

_SEED = 0
ESCAPED = 0.5
"""Rings escape where less than this share of those found at rest is still found."""


@dataclass(frozen=True)
class Price:
    """How spend on a knob is told: a measure of a world, its unit, and how two are compared."""

    of: Callable[[Spend], float | None]
    unit: str
    beyond: Callable[[float, float], float]


def _more(turned: float, rest: float) -> float:
    return turned - rest


def _lost(turned: float, rest: float) -> float:
    return 1 - turned / rest


PRICES = {
    "rotation": Price(lambda spend: spend.devices, "extra devices per account", _more),
    "camouflage": Price(lambda spend: spend.cover, "extra cover orders per ring order", _more),
    "pace": Price(lambda spend: spend.days, "extra days the work takes", _more),
    "strength": Price(lambda spend: spend.orders, "share of ring orders lost", _lost),
}
"""The knobs that a ring could turn itself, and what it pays."""


@dataclass(frozen=True)
class Point:
    """A detector with a knob at one value: `found` is the share of rings within the first 50.

    `spend` is in the unit of the knob's price, beyond what rings spend at rest; None where the
    worlds do not say. `low` and `high` are a 95 % bootstrap interval over rings.
    """

    value: float
    spend: float | None
    rings: int
    found: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """The points of a detector for a knob in the order of spend, the one at rest among them.

    `price` is the least spend at which rings escape, linear between points, None where they do not
    within the range tried, or where none is found at rest; `base` names the worlds at rest.
    """

    base: str
    knob: str
    unit: str
    detector: str
    points: tuple[Point, ...]
    price: float | None

    @property
    def at_rest(self) -> float:
        """The share of rings that is found where the ring spends nothing beyond the usual."""
        return next((point.found for point in self.points if point.spend == 0.0), 0.0)

    @property
    def told(self) -> str:
        """The price in words."""
        if self.price is not None:
            return f"{self.price:.2g}"
        return "not within the range tried" if self.at_rest else "nothing found at rest"


def curves(results: Results) -> list[Curve]:
    """A curve for each base world, each knob of `PRICES` that was turned, and each detector."""
    return [
        curve
        for (base, knob), values in _turned(results.worlds).items()
        for detector in results.detectors
        if (curve := _curve(results, base, knob, values, detector)) is not None
    ]


def price_of_escape(points: Sequence[Point]) -> float | None:
    """The least spend at which fewer than half of the rings found at rest are found.

    `points` are in the order of spend, the one at rest has spend 0. Between two points the share
    found changes linearly. None where it never falls so low, and where none is found at rest.
    """
    there = [point for point in points if point.spend is not None and point.spend >= 0]
    if not there or there[0].spend != 0 or not there[0].found:
        return None
    line = ESCAPED * there[0].found
    for before, after in pairwise(there):
        if after.found < line:
            step = (before.found - line) / (before.found - after.found)
            return (before.spend or 0) + step * ((after.spend or 0) - (before.spend or 0))
    return None


_Pairs = list[tuple[Facts, Facts]]


def _turned(worlds: Sequence[Facts]) -> dict[tuple[str, str], dict[float, _Pairs]]:
    """By base and knob, and value: pairs of a world with that knob turned and its twin at rest."""
    rest = {
        (world.recipe.base, world.recipe.seed): world
        for world in worlds
        if world.recipe is not None and world.recipe.knob is None
    }
    found: dict[tuple[str, str], dict[float, _Pairs]] = {}
    for world in worlds:
        recipe = world.recipe
        if recipe is None or recipe.knob not in PRICES or recipe.value is None:
            continue
        twin = rest.get((recipe.base, recipe.seed))
        if twin is not None:
            values = found.setdefault((recipe.base, recipe.knob), {})
            values.setdefault(recipe.value, []).append((world, twin))
    return found


def _curve(
    results: Results, base: str, knob: str, values: dict[float, _Pairs], detector: str
) -> Curve | None:
    """The curve of a detector; None where it has no finished cell at rest."""
    price = PRICES[knob]
    twins = list({twin.name: twin for pairs in values.values() for _, twin in pairs}.values())
    points = [_point(results, detector, getattr(AT_REST, knob), twins, 0.0)]
    for value, pairs in values.items():
        spend = _spend(price, [t for t, _ in pairs], [r for _, r in pairs])
        points.append(_point(results, detector, value, [t for t, _ in pairs], spend))
    known = [point for point in points if point is not None]
    if points[0] is None:
        return None
    known.sort(key=lambda point: (point.spend is None, point.spend or 0.0))  # rest first of equals
    return Curve(base, knob, price.unit, detector, tuple(known), price_of_escape(known))


def _spend(price: Price, turned: Sequence[Facts], rest: Sequence[Facts]) -> float | None:
    paid = [price.of(world.spend) for world in turned]
    usual = [price.of(world.spend) for world in rest]
    known = [p for p in (*paid, *usual) if p is not None]
    if len(known) < len(paid) + len(usual):
        return None
    return price.beyond(mean(known[: len(paid)]), mean(known[len(paid) :]))


def _point(
    results: Results, detector: str, value: float, worlds: Sequence[Facts], spend: float | None
) -> Point | None:
    """The point of a detector on these worlds; None where no cell is done or there is no ring."""
    cells = results.done(detector, frozenset(world.name for world in worlds))
    found = np.array([early(ring) for cell in cells for ring in cell.rings], dtype=np.float64)
    around = interval(found, seed=_SEED)
    if around is None:
        return None
    return Point(value, spend, len(found), float(found.mean()), *around)
