"""All figures of one sweep against one world."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ringfinder.evaluate.matching import Matching, match
from ringfinder.evaluate.metrics import (
    at_budgets,
    completeness,
    counted,
    coverage_of_loss,
    credits_of_rings,
    edge_lift,
    false_kinds,
    found_within,
    fragmentation,
    interval,
    median_jaccard,
    merges,
    precision_at,
    purity,
    recall_at,
    ring_ap,
)
from ringfinder.evaluate.reported import ReportedGroup
from ringfinder.evaluate.truth import Truth
from ringfinder.evaluate.user_metrics import UserFigures, user_figures

_MILLION = 1_000_000
_SEED = 0
_MOST_OPENED = 50


@dataclass(frozen=True)
class RingFigures:
    """Ring-level figures; dictionaries by budget are keyed "10", "24", "50"."""

    planted: int
    reported: int
    hits: int
    tight_hits: int
    ap: float | None
    ap_interval: tuple[float, float] | None
    precision_at: dict[str, float | None]
    recall_at: dict[str, float | None]
    recall_at_50_interval: tuple[float, float] | None
    purity: float | None
    completeness: float | None
    median_jaccard: float | None
    fragmentation: float | None
    merges: int
    coverage_of_loss_at: dict[str, float | None] | None
    edge_lift_at: dict[str, float | None] | None
    by_typology: dict[str, dict[str, int]]
    false_by_kind_at_50: dict[str, int]


@dataclass(frozen=True)
class AlertFigures:
    """What stands above the line, which an investigator is shown unasked."""

    alerts: int
    hits: int
    false: int
    false_per_million_users: float | None
    false_by_kind: dict[str, int]


@dataclass(frozen=True)
class UserLevel:
    """User-level figures, with and without the users that had a training label.

    `unscored` users of the truth count as the least risky; `unknown` scored users are left out.
    """

    all: UserFigures
    without_label: UserFigures
    unscored: int
    unknown: int


@dataclass(frozen=True)
class RingRow:
    """What became of one planted ring.

    `size` counts its users in the log, `rank` is that of the hit, from 1, None for a ring that was
    missed; `jaccard` is the best of any reported group, hit or not, 0 where none touches the ring.
    """

    ring_id: str
    typology: str
    size: int
    stealth: bool | None
    rank: int | None
    jaccard: float


@dataclass(frozen=True)
class EvaluateResult:
    """The figures of one sweep; `user_level` is None where there were no scores.

    `per_ring` has a row for each planted ring, by id. `unseen_users` are in the truth but not in
    the log, `unknown_members` in a reported group but not in the truth.
    """

    rings: RingFigures
    alerts: AlertFigures
    user_level: UserLevel | None
    per_ring: tuple[RingRow, ...]
    unseen_users: int
    unknown_members: int


def report(
    truth: Truth, reported: Sequence[ReportedGroup], scores: pd.Series | None
) -> EvaluateResult:
    """Compare ranked groups and user scores with the truth."""
    groups = [group.members for group in reported]
    matching = match(groups, [ring.members for ring in truth.rings])
    kinds = false_kinds(groups, matching, truth.lookalikes)
    return EvaluateResult(
        rings=_rings(truth, groups, matching, kinds),
        alerts=_alerts(truth, reported, matching, kinds),
        user_level=None if scores is None else _users(truth, scores),
        per_ring=_per_ring(truth, matching),
        unseen_users=truth.unseen,
        unknown_members=len(frozenset().union(*groups) - frozenset(truth.users)),
    )


def _rings(
    truth: Truth,
    groups: Sequence[frozenset[str]],
    matching: Matching,
    kinds: Sequence[str | None],
) -> RingFigures:
    orders = truth.orders
    within = found_within(matching, _MOST_OPENED)
    return RingFigures(
        planted=len(truth.rings),
        reported=len(groups),
        hits=int(matching.hit.sum()),
        tight_hits=int(matching.tight.sum()),
        ap=ring_ap(matching),
        ap_interval=interval(credits_of_rings(matching), seed=_SEED),
        precision_at=at_budgets(lambda k: precision_at(matching, k)),
        recall_at=at_budgets(lambda k: recall_at(matching, k)),
        recall_at_50_interval=interval(within.astype(float), seed=_SEED),
        purity=purity(matching),
        completeness=completeness(matching),
        median_jaccard=median_jaccard(matching),
        fragmentation=fragmentation(matching),
        merges=merges(matching),
        coverage_of_loss_at=None
        if orders is None
        else at_budgets(lambda k: coverage_of_loss(groups[:k], orders)),
        edge_lift_at=None
        if orders is None
        else at_budgets(lambda k: edge_lift(groups[:k], orders)),
        by_typology=_by_typology(truth, matching),
        false_by_kind_at_50=counted(kinds[:_MOST_OPENED]),
    )


def _by_typology(truth: Truth, matching: Matching) -> dict[str, dict[str, int]]:
    found, early = matching.ranks > 0, found_within(matching, _MOST_OPENED)
    figures: dict[str, dict[str, int]] = {}
    for position, ring in sorted(enumerate(truth.rings), key=lambda pair: pair[1].typology):
        figure = figures.setdefault(ring.typology, {"rings": 0, "hits": 0, "hits_at_50": 0})
        figure["rings"] += 1
        figure["hits"] += int(found[position])
        figure["hits_at_50"] += int(early[position])
    return figures


def _per_ring(truth: Truth, matching: Matching) -> tuple[RingRow, ...]:
    union = matching.group_size[:, None] + matching.ring_size[None, :] - matching.shared
    best = (matching.shared / np.maximum(union, 1)).max(axis=0, initial=0.0)
    return tuple(
        RingRow(ring.ring_id, ring.typology, len(ring.members), ring.stealth, rank or None, jaccard)
        for ring, rank, jaccard in zip(
            truth.rings, matching.ranks.tolist(), best.tolist(), strict=True
        )
    )


def _alerts(
    truth: Truth,
    reported: Sequence[ReportedGroup],
    matching: Matching,
    kinds: Sequence[str | None],
) -> AlertFigures:
    above = [position for position, group in enumerate(reported) if group.alert]
    hits = int(matching.hit[above].sum())
    false = len(above) - hits
    return AlertFigures(
        alerts=len(above),
        hits=hits,
        false=false,
        false_per_million_users=false * _MILLION / len(truth.users) if truth.users else None,
        false_by_kind=counted([kinds[position] for position in above]),
    )


def _users(truth: Truth, scores: pd.Series) -> UserLevel:
    users = pd.Index(truth.users, dtype=object)
    known = scores.reindex(users)
    unscored = known.isna().to_numpy()
    lowest = float(scores.min()) - 1 if len(scores) else 0.0
    values = known.fillna(lowest).to_numpy(dtype=np.float64)
    guilty = np.asarray(users.isin(sorted(truth.guilty)))
    free = ~np.asarray(users.isin(sorted(truth.labelled)))
    return UserLevel(
        all=user_figures(guilty, values),
        without_label=user_figures(guilty[free], values[free]),
        unscored=int(unscored.sum()),
        unknown=len(scores) - int((~unscored).sum()),
    )
