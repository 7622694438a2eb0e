"""Figures of a ranked list of groups; every figure that is not defined is None."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ringfinder.evaluate.matching import Matching
from ringfinder.evaluate.truth import LookalikeGroup

BUDGETS = (10, 24, 50)
"""How many rings a team can open in a week."""

RING_PART = "part of a ring"
UNNAMED = "no known crowd"
_DRAWS = 2_000


def credits_of_rings(matching: Matching) -> NDArray[np.float64]:
    """What each ring adds to ring AP: the precision at the rank of its hit, 0 when missed."""
    precision = np.cumsum(matching.hit) / np.arange(1, len(matching.hit) + 1)
    return np.where(matching.ranks > 0, np.append(precision, 0.0)[matching.ranks - 1], 0.0)


def ring_ap(matching: Matching) -> float | None:
    """Average precision over the ranked list; None where there is no ring."""
    return _mean(credits_of_rings(matching))


def precision_at(matching: Matching, k: int) -> float | None:
    """Share of hits among the first `k` groups, or among all where fewer were reported."""
    return _mean(matching.hit[:k].astype(float))


def recall_at(matching: Matching, k: int) -> float | None:
    """Share of the rings hit within the first `k` groups."""
    return _mean(found_within(matching, k).astype(float))


def found_within(matching: Matching, k: int) -> NDArray[np.bool_]:
    """Which rings are hit within the first `k` groups, bool [rings]."""
    return (matching.ranks > 0) & (matching.ranks <= k)


def purity(matching: Matching) -> float | None:
    """Mean share of a hit's members that belong to its ring."""
    shared, group, _ = _hits(matching)
    return _mean(shared / group)


def completeness(matching: Matching) -> float | None:
    """Mean share of a hit ring's members that are in the group."""
    shared, _, ring = _hits(matching)
    return _mean(shared / ring)


def median_jaccard(matching: Matching) -> float | None:
    """Median Jaccard index of the hits."""
    shared, group, ring = _hits(matching)
    return float(np.median(shared / (group + ring - shared))) if len(shared) else None


def fragmentation(matching: Matching) -> float | None:
    """Mean number of groups made mostly of one ring, over rings that have any; 1 is best."""
    pieces = (2 * matching.shared > matching.group_size[:, None]).sum(axis=0)
    return _mean(pieces[pieces > 0].astype(float))


def merges(matching: Matching) -> int:
    """Groups that swallow at least half of each of two or more rings."""
    swallowed = 2 * matching.shared >= matching.ring_size[None, :]
    return int((swallowed.sum(axis=1) > 1).sum())


def false_kinds(
    groups: Sequence[frozenset[str]], matching: Matching, lookalikes: Sequence[LookalikeGroup]
) -> list[str | None]:
    """What each group really is: None for a hit, else the kind that holds most of its members.

    A miss made mostly of one ring's members is `RING_PART`; otherwise the look-alike with more than
    half of the members counts, of several the one with the greatest Jaccard index; else `UNNAMED`.
    """
    of_user: dict[str, list[int]] = {}
    for position, crowd in enumerate(lookalikes):
        for user in crowd.members:
            of_user.setdefault(user, []).append(position)
    fragment = np.any(2 * matching.shared > matching.group_size[:, None], axis=1)
    return [
        None if hit else RING_PART if part else _kind(group, lookalikes, of_user)
        for group, hit, part in zip(groups, matching.hit.tolist(), fragment.tolist(), strict=True)
    ]


def coverage_of_loss(groups: Sequence[frozenset[str]], orders: pd.DataFrame) -> float | None:
    """Share of the fraudulent amount that was ordered by members of the groups."""
    total = int(orders["fraud_amount"].sum())
    inside = int(orders["fraud_amount"][_by(groups, orders)].sum())
    return inside / total if total else None


def edge_lift(groups: Sequence[frozenset[str]], orders: pd.DataFrame) -> float | None:
    """Fraud share among orders by members of the groups, over the fraud share among all orders."""
    inside = orders[_by(groups, orders)]
    placed, fraud = int(inside["orders"].sum()), int(orders["fraud_orders"].sum())
    if not placed or not fraud:
        return None
    base = fraud / int(orders["orders"].sum())
    return float(int(inside["fraud_orders"].sum()) / placed / base)


def interval(values: NDArray[np.float64], *, seed: int) -> tuple[float, float] | None:
    """A 95 % bootstrap interval of the mean over rings, seeded; None where there is no ring."""
    if not len(values):
        return None
    drawn = np.random.default_rng(seed).integers(len(values), size=(_DRAWS, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def at_budgets(figure: Callable[[int], float | None]) -> dict[str, float | None]:
    """A figure at each of `BUDGETS`, by the budget as text."""
    return {str(k): figure(k) for k in BUDGETS}


def counted(kinds: Sequence[str | None]) -> dict[str, int]:
    """How many misses there are of each kind, most frequent first."""
    counts = Counter(kind for kind in kinds if kind is not None)
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _kind(
    group: frozenset[str], lookalikes: Sequence[LookalikeGroup], of_user: dict[str, list[int]]
) -> str:
    shared = Counter(position for user in group for position in of_user.get(user, ()))
    best = max(
        (
            (count / (len(group) + len(lookalikes[position].members) - count), -position)
            for position, count in shared.items()
            if 2 * count > len(group)
        ),
        default=None,
    )
    return UNNAMED if best is None else lookalikes[-best[1]].kind


def _hits(matching: Matching) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Common members, group size and ring size of every hit."""
    hit = np.flatnonzero(matching.hit)
    ring = matching.ring_of[hit]
    return matching.shared[hit, ring], matching.group_size[hit], matching.ring_size[ring]


def _by(groups: Sequence[frozenset[str]], orders: pd.DataFrame) -> NDArray[np.bool_]:
    return np.asarray(orders.index.isin(sorted(frozenset().union(*groups))))


def _mean(values: NDArray[np.float64]) -> float | None:
    return float(values.mean()) if len(values) else None
