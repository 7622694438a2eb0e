"""What would clear a ring: the few shared things without which it would not stand out."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ringfinder.rings.alerts import Judge, Scores, steps_below
from ringfinder.rings.channels.protocol import Log
from ringfinder.rings.deals import BROWSE, Deals
from ringfinder.rings.evidence import Dossier, Shared
from ringfinder.rings.ring import CLEARING, Fact
from ringfinder.rings.statistics import Births, Table, births, column, describe_without
from ringfinder.rings.weighing import Codes, Int64, Scratch, entity_rate, gain, target_rate

MOST = 8
"""Things that are taken away at most."""

_NAMED = 5
Bools = npt.NDArray[np.bool_]
Float64 = npt.NDArray[np.float64]
Thing = tuple[str, int]
"""Kind and code of an item, seller or identifier."""


class Told(NamedTuple):
    """A ring that is told: its members, what is known of it, and how many channels proposed it."""

    members: Codes
    dossier: Dossier
    channels: float


class Clearing(NamedTuple):
    """`things` to take away, the weightiest first; `cleared` whether that is enough.

    `alert` says by what: the ring would be no alert, or no more than chance.
    """

    things: tuple[Thing, ...]
    cleared: bool
    alert: bool = False


def clearings(
    log: Log,
    told: Sequence[Told],
    score: Scores,
    alerts: int,
    judge: Judge | None,
    cells: Scratch,
) -> list[Clearing | None]:
    """What would clear each of the told rings, whose ranked scores are `score`.

    For the first `alerts` it is enough that the `judge` would raise no alert for what is left;
    without a judge, and for the others, nothing may be left but chance. None for a ring without net
    evidence.
    """
    clears = [clearing(log, ring.dossier, len(ring.members)) for ring in told]
    if judge is None:
        return clears
    born = births(log.snapshot)
    raised = [(place, one) for place, one in enumerate(clears[:alerts]) if one is not None]
    steps = [_steps(log, told[place], one.things, born, cells) for place, one in raised]
    below = steps_below(score, [place for place, _ in raised], steps, judge)
    for (place, one), count in zip(raised, below, strict=True):
        if count is not None:
            clears[place] = Clearing(one.things[:count], cleared=True, alert=True)
    return clears


def clearing(log: Log, dossier: Dossier, size: int) -> Clearing | None:
    """Take away what weighs most until the net evidence of the `size` members is nothing.

    After each step all that is left is weighed anew, with the members' activity that is left;
    members stay, and targets that did not pay for their name before stay out. The choice is greedy,
    and a seller overlaps with its items: the number of things is an upper bound of the least.
    Returns None for a group without net evidence.
    """
    there = np.ones(len(dossier.shared), np.bool_)
    holds = _things(dossier)
    taken: list[Thing] = []
    worth = _worth(log, dossier, size, there)
    threshold = size * np.log((len(log.deals.ptr) - 1) / size)
    if worth.sum() <= threshold:
        return None
    while worth.sum() > threshold and len(taken) < MOST:
        best = max(holds, key=lambda one: _rank(float(worth[holds[one]].sum()), one))
        taken.append(best)
        there[holds.pop(best)] = False
        worth = _worth(log, dossier, size, there)
    return Clearing(tuple(taken), bool(worth.sum() <= threshold))


def _steps(log: Log, ring: Told, things: Sequence[Thing], born: Births, cells: Scratch) -> Table:
    """Statistics of a ring with all things there, without the first, without the first two ..."""
    gone = []
    for count in range(len(things) + 1):
        fallen = _fallen(ring.dossier, things[:count])
        targets = sorted(one.joint for one in fallen if one.family >= 0)
        identifiers = sorted(one.joint for one in fallen if one.family < 0)
        gone.append((np.array(targets, np.int32), np.array(identifiers, np.int32)))
    table = describe_without(born, ring.members, gone, log.deals, log.idents, cells)
    column(table, "channels")[:] = ring.channels
    return table


def _fallen(dossier: Dossier, things: Sequence[Thing]) -> list[Shared]:
    """What of the dossier falls with the things."""
    holds = _things(dossier)
    positions = {position for thing in things for position in holds[thing]}
    return [dossier.shared[position] for position in sorted(positions)]


def _rank(nats: float, thing: Thing) -> tuple[float, bool, Thing]:
    """Order things by weight; an item is named rather than its seller that sold nothing else."""
    return round(nats, 9), thing[0] != "seller", thing


def _things(dossier: Dossier) -> dict[Thing, list[int]]:
    """Which positions in the dossier fall with each thing."""
    holds: dict[Thing, list[int]] = {}
    for position, one in enumerate(dossier.shared):
        holds.setdefault((one.kind, one.code), []).append(position)
        if one.kind == "item" and one.seller >= 0:
            holds.setdefault(("seller", one.seller), []).append(position)
    return holds


def _worth(log: Log, dossier: Dossier, size: int, there: Bools) -> Float64:
    """Nats that each shared thing is worth beyond its name, 0 for those that are not `there`."""
    shared = dossier.shared
    return _weigh_left(
        np.array([len(one.members) for one in shared], np.int64),
        np.array([one.others for one in shared], np.int64),
        np.array([one.time_nats for one in shared], np.float64),
        np.array([one.family for one in shared], np.int64),
        there,
        size,
        dossier.deals,
        log.deals,
        len(log.idents.entity_ptr),
    )


@njit(cache=True, nogil=True)
def _weigh_left(
    count: Int64,
    others: Int64,
    time_nats: Float64,
    family: Int64,
    there: Bools,
    n: int,
    total: Int64,
    deals: Deals,
    n_identifiers: int,
) -> Float64:
    """Nats beyond the name of each thing that is `there`; `total` counts the n members' deals."""
    mean = np.empty(2)
    mean[0] = (total[0] - count[(family >= 0) & (family != BROWSE) & ~there].sum()) / n
    mean[1] = (total[1] - count[(family == BROWSE) & ~there].sum()) / n
    worth = np.zeros(len(count))
    for i in range(len(count)):
        if not there[i]:
            continue
        if family[i] >= 0:
            kind = 1 if family[i] == BROWSE else 0
            nats = gain(count[i], n, target_rate(others[i], mean[kind], kind, deals))
            cost = np.log(len(deals.target_ptr))
        else:
            nats = gain(count[i], n, entity_rate(others[i], len(deals.ptr) - 1 - n))
            cost = np.log(n_identifiers)
        if nats > cost:
            worth[i] = nats + time_nats[i] - cost
    return worth


def clearing_fact(
    found: Clearing, dossier: Dossier, names: Mapping[str, Sequence[str]], size: int
) -> Fact:
    """What would clear the ring as a fact about no entity in particular.

    `observed` counts the members who hold any of the things, `expected` those who would by chance.
    """
    gone = _fallen(dossier, found.things)
    users = sorted({names["user"][v] for one in gone for v in one.members.tolist()})
    missed = np.prod([1 - min(1.0, one.expected / size) for one in gone])
    return Fact(
        CLEARING,
        _sentence(found, names),
        None,
        None,
        tuple(users),
        float(len(users)),
        round(float(size * (1 - missed)), 4),
        (),
    )


def _sentence(found: Clearing, names: Mapping[str, Sequence[str]]) -> str:
    kinds = list(dict.fromkeys(kind for kind, _ in found.things))
    parts = []
    for kind in kinds:
        ids = [names[kind][code] for one, code in found.things if one == kind]
        shown = ", ".join(ids[:_NAMED]) + (", ..." if len(ids) > _NAMED else "")
        parts.append(f"{kind} {shown}" if len(ids) == 1 else f"the {len(ids)} {kind}s {shown}")
    told = ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]
    if not found.cleared:
        return f"Even without {told} the group would still stand out from chance."
    return f"Without {told} it would be no {'alert' if found.alert else 'more than chance'}."
