"""Scores of groups: what the head reads, statistical evidence without a model, chance."""

import numpy as np
import numpy.typing as npt

from ringfinder.features.groups import Groups
from ringfinder.rings.hypotheses.protocol import SUPPORTED
from ringfinder.rings.hypotheses.registry import check_all
from ringfinder.rings.statistics import STATISTICS, Table, column

NATS = tuple(
    position
    for position, name in enumerate(STATISTICS)
    if name.endswith("_nats") or name == "weakest"
)

STRONG = 10.0
"""Net nats a member that are half of certainty for `evidence`."""

EXPLAINED = 0.2
"""Each innocent explanation that holds leaves this part of the statistical evidence."""

TRUST = 0.1
"""Weight of the hybrid's log-odds beside those of groups and bursts."""

UNSEEN = 0.002
"""Score of a user in no group and with no burst, before the hybrid speaks."""


def head_inputs(table: Table, n_users: int) -> Table:
    """Statistics as the community head reads them, float32 [groups, len(STATISTICS)].

    Naming one user among N costs ln N nats; nats are told in tenths of that, so that a head trained
    on logs of one size reads those of another.
    """
    scaled = table.copy()
    scaled[:, list(NATS)] *= 10 / np.log(max(n_users, 3))
    return scaled


def figures(table: Table, group: int) -> dict[str, float]:
    """The statistics of one group by name."""
    return {name: float(table[group, i]) for i, name in enumerate(STATISTICS)}


def evidence(table: Table) -> Table:
    """Statistical suspicion of each group in [0, 1), float32 [groups], with no model at all.

    It rises with the net nats a member and falls with each innocent explanation that holds.
    """
    net = np.maximum(column(table, "net_nats"), 0)
    held = [
        sum(check.verdict == SUPPORTED for check in check_all(figures(table, g)))
        for g in range(len(table))
    ]
    strength = net / (net + STRONG)
    return np.asarray(strength * EXPLAINED ** np.array(held, np.float32), np.float32)


def chance(table: Table, group: int) -> float:
    """A bound on the probability that independent users agree as far as this group does.

    A description that saves B nats exists with probability at most exp(-B) (the no-hypercompression
    inequality, Gruenwald 2007, section 3.3); members, targets and identifiers are named within B.
    Honest crowds are not chance: the bound says that the group is coordinated, not why.
    """
    row = figures(table, group)
    return float(np.exp(-np.clip(row["net_nats"] * row["size"], 0, 700)))


def best_of_user(
    groups: Groups, score: npt.NDArray[np.float32], n_users: int
) -> npt.NDArray[np.float32]:
    """The best score among the groups that hold each user, 0 where none does, float32 [users]."""
    best = np.zeros(n_users, np.float32)
    np.maximum.at(best, groups.user, np.repeat(score, groups.sizes))
    return best


def fuse(
    user: npt.NDArray[np.float32],
    ring: npt.NDArray[np.float32],
    burst: npt.NDArray[np.float32],
) -> npt.NDArray[np.float32]:
    """Join the hybrid's score of each user with that of its best group and its repeat bursts.

    All arrays are float32 [users] in [0, 1]. What a user did with others leads; what
    a model learned elsewhere of single users corrects it by a tenth (docs/decisions).
    """
    together = np.maximum(1 - (1 - ring) * (1 - burst), UNSEEN)
    odds = _log_odds(together) + TRUST * _log_odds(user)
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


def _log_odds(score: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    clipped = np.clip(score.astype(np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))
