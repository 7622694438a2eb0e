"""From ranked overlapping groups to a list in which every ring stands once."""

import numpy as np
import numpy.typing as npt

from ringfinder.features.groups import Groups

Int64 = npt.NDArray[np.int64]

MAX_OVERLAP = 0.5
"""A group is a repeat of a better one when it shares more than this part of the smaller of both."""

WITHIN = 0.8
"""Part of a group's members that must be in another for that to be called its whole."""

ALIKE = 0.5
"""Difference of log-odds up to which a whole is as suspicious as its part."""

APART = 0.2
"""Parts are of different rings when they share at most this part of the smaller of both."""

FIRST = 16
"""Groups inside another that the choice of its parts begins with in turn.

The heaviest is often all of the whole but for a few members, and leaves no room for a second.
"""

BETTER = 1.05
"""Times as much as a group saves that its parts must save together to stand for it."""

CROWD = 0.4
"""Part of what a core saves a member below which the others of a group are a crowd around it."""

SLACK = 10.0
"""Difference of log-odds up to which a part may be less suspicious than what it was taken from.

Two rings joined look stronger than either; what a part saves, not how it looks, tells them apart.
"""


def select(
    groups: Groups, score: npt.NDArray[np.float32], nats: npt.NDArray[np.float32], limit: int
) -> list[int]:
    """Positions of at most `limit` groups, best first, none a repeat of a better one.

    `score` float32 [groups] in [0, 1] ranks; `nats` float32 [groups] is what each group's
    description saves in all. A part of a ring often looks a little worse than the whole and
    sometimes a little better: where a larger group is about as suspicious and saves more than the
    part and the best of its rest do apart, it stands for both (minimum description length). Where
    disjoint parts of a group save more than it does, it is several rings and they stand for it;
    where a core saves far more a member than the others do, they are a crowd around a ring, such
    as the buyers of a promotion, and the core stands for the group. A group that saves nothing is
    not weighed against its parts.
    Equal scores are ordered by size, larger first, and then by position.
    """
    index = _Overlaps(groups)
    odds = _log_odds(score)
    order = np.lexsort((np.arange(len(groups)), -groups.sizes, -score))
    taken: list[int] = []
    for g in order.tolist():
        if len(taken) >= limit:
            break
        if index.repeats_taken(g):
            continue
        best = _whole(g, groups, odds, nats, index)
        for part in _parts(best, groups, odds, nats, index):
            if not index.repeats_taken(part):
                index.take(part)
                taken.append(part)
    return sorted(taken, key=lambda g: (-float(score[g]), -int(groups.sizes[g]), g))[:limit]


def _whole(
    part: int,
    groups: Groups,
    odds: npt.NDArray[np.float64],
    nats: npt.NDArray[np.float32],
    index: "_Overlaps",
) -> int:
    """The group that best stands for `part`, often itself."""
    near, shared = index.shared_with(part)
    wholes: list[int] = near[
        (shared >= WITHIN * groups.sizes[part])
        & (odds[near] >= odds[part] - ALIKE)
        & (nats[near] > nats[part])
    ].tolist()
    members = set(groups.members(part).tolist())
    for whole in sorted(wholes, key=lambda g: (-float(nats[g]), g)):
        if index.repeats_taken(whole):
            continue
        rest = [
            float(nats[g])
            for g in index.inside(whole).tolist()
            if len(members.intersection(groups.members(g).tolist()))
            <= (1 - WITHIN) * groups.sizes[g]
        ]
        if nats[whole] >= nats[part] + max(rest, default=0.0):
            return whole
    return part


def _parts(
    whole: int,
    groups: Groups,
    odds: npt.NDArray[np.float64],
    nats: npt.NDArray[np.float32],
    index: "_Overlaps",
) -> list[int]:
    """The disjoint groups that best stand for `whole`, mostly itself alone."""
    if nats[whole] <= 0:  # what saves nothing cannot be weighed against its parts
        return [whole]
    near = index.inside(whole)
    fits = (groups.sizes[near] < groups.sizes[whole]) & (odds[near] >= odds[whole] - SLACK)
    inside = [g for g in near[fits].tolist() if not index.repeats_taken(g)]
    inside.sort(key=lambda g: (-float(nats[g]), g))
    members = {g: set(groups.members(g).tolist()) for g in inside}
    best, saved = [whole], BETTER * float(nats[whole])
    for first in inside[:FIRST]:
        chosen = [first]
        for g in inside:
            if g != first and all(_apart(members[g], members[other]) for other in chosen):
                chosen.append(g)
        together = sum(float(nats[g]) for g in chosen)
        if len(chosen) > 1 and together > saved:
            best, saved = chosen, together
    return best if len(best) > 1 else [_core(whole, inside, members, groups, nats)]


def _core(
    whole: int,
    inside: list[int],
    members: dict[int, set[int]],
    groups: Groups,
    nats: npt.NDArray[np.float32],
) -> int:
    """The group within `whole` around which the others are a crowd, and so on; often itself."""
    around = set(groups.members(whole).tolist())
    for g in inside:
        outside = len(around) - len(members[g])
        if len(members[g]) > WITHIN * len(around) or not _within(members[g], around):
            continue
        rest = (float(nats[whole]) - float(nats[g])) / outside
        if rest < CROWD * float(nats[g]) / len(members[g]):
            whole, around = g, members[g]
    return whole


def _within(one: set[int], other: set[int]) -> bool:
    return len(one & other) >= WITHIN * len(one)


def _apart(one: set[int], other: set[int]) -> bool:
    return len(one & other) <= APART * min(len(one), len(other))


class _Overlaps:
    """Which groups share how many members, and which were taken."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        order = np.argsort(groups.user, kind="stable")
        self._group = np.repeat(np.arange(len(groups)), groups.sizes)[order]
        self._ptr = np.r_[0, np.cumsum(np.bincount(groups.user))]
        self._taken_of_user: dict[int, list[int]] = {}

    def shared_with(self, g: int) -> tuple[Int64, Int64]:
        """Every other group that has members in common, ascending, and how many."""
        users = self._groups.members(g)
        ends = zip(self._ptr[users].tolist(), self._ptr[users + 1].tolist(), strict=True)
        met = np.concatenate([self._group[start:end] for start, end in ends])
        near, shared = np.unique(met, return_counts=True)
        return near[near != g], shared[near != g]

    def inside(self, g: int) -> Int64:
        """Other groups that have at least `WITHIN` of their members in this one."""
        near, shared = self.shared_with(g)
        return near[shared >= WITHIN * self._groups.sizes[near]]

    def repeats_taken(self, g: int) -> bool:
        """Tell whether the group repeats one that was taken."""
        sizes = self._groups.sizes
        counts: dict[int, int] = {}
        for user in self._groups.members(g).tolist():
            for other in self._taken_of_user.get(user, ()):
                counts[other] = counts.get(other, 0) + 1
        return any(n > MAX_OVERLAP * min(sizes[g], sizes[other]) for other, n in counts.items())

    def take(self, g: int) -> None:
        """Put the group on the list."""
        for user in self._groups.members(g).tolist():
            self._taken_of_user.setdefault(user, []).append(g)


def _log_odds(score: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    clipped = np.clip(score.astype(np.float64), 1e-9, 1 - 1e-9)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))
