"""Sums over one weighed group: the raw numbers behind its statistics."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ringfinder.rings.deals import FAMILIES, Deals, Identifiers
from ringfinder.rings.weighing import IN_STEP, Scratch, entity_rate, gain, kind_of, target_rate
from ringfinder.rings.window import HOUR

Codes = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]

OCCASION_GAP = 12 * HOUR
BIRTH_WIDTH = 24 * HOUR
UNDO, REPEAT = FAMILIES.index("undo"), FAMILIES.index("repeat")
UNSURE = 0.1
"""Variance of a count added to both sides of a ratio of variances."""
THING, PLACE = 1 << 29, 1 << 30
"""Bits of `Scratch.hits` that mark who shares a thing or an address."""


class TargetSums(NamedTuple):
    """Sums over a group's list of targets; `step_ts` are the times of deals made in step."""

    target_nats: float
    time_nats: float
    hits: int
    customers: int
    undone: int
    repeats: int
    earliest: int
    latest: int
    step_ts: Int64


class IdentifierSums(NamedTuple):
    """Sums over a group's shared identifiers."""

    thing_nats: float
    place_nats: float
    held: int
    holders: int
    top_place: int
    top_life: float


class PeopleCounts(NamedTuple):
    """Counts of members and of outsiders who come near them."""

    near60: int
    near40: int
    doubtful: int
    with_thing: int
    with_place: int
    weakest: float


class BesideSums(NamedTuple):
    """How evenly members did the list, and what else they did with its sellers.

    `variance` is that of the members' number of listed deals; `off_list` counts their other deals
    with the listed sellers, `deals` all they have. Who trades the list is told by trade alone, who
    browses it by browsing.
    """

    variance: float
    off_list: int
    deals: int


@njit(cache=True, nogil=True)
def sum_targets(kept: Codes, n: int, mean: Float64, deals: Deals, cells: Scratch) -> TargetSums:
    """Sum over the list `kept` that `weigh` weighed; the n members have `mean` deals of a kind."""
    target_nats = time_nats = 0.0
    hits = customers = undone = repeats = stepped = 0
    for x in kept:
        hits += cells.target[x]
    step_ts = np.empty(hits, np.int64)
    earliest, latest = np.int64(2**62), np.int64(-(2**62))
    for x in kept:
        k = cells.target[x]
        start, end = deals.target_ptr[x], deals.target_ptr[x + 1]
        kind = kind_of(x, deals)
        rate = target_rate(end - start - k, mean[kind], kind, deals)
        target_nats += gain(k, n, rate)
        customers += end - start
        family = x // deals.n_plain
        undone += k if family == UNDO else 0
        repeats += k if family == REPEAT else 0
        for j in range(start, end):
            if cells.inside[deals.target_user[j]]:
                time_nats += cells.sync[j]
                earliest = min(earliest, deals.target_ts[j])
                latest = max(latest, deals.target_ts[j])
                if cells.sync[j] > IN_STEP:
                    step_ts[stepped] = deals.target_ts[j]
                    stepped += 1
    return TargetSums(
        target_nats,
        time_nats,
        hits,
        customers,
        undone,
        repeats,
        int(earliest),
        int(latest),
        np.sort(step_ts[:stepped]),
    )


@njit(cache=True, nogil=True)
def sum_identifiers(kept: Codes, n: int, idents: Identifiers, cells: Scratch) -> IdentifierSums:
    """Sum up, and mark in the high bits of `cells.hits` who shares a thing or a place."""
    thing_nats = place_nats = top_life = 0.0
    held = holders = top_place = 0
    for x in kept:
        k = cells.entity[x]
        start, end = idents.entity_ptr[x], idents.entity_ptr[x + 1]
        nats = gain(k, n, entity_rate(end - start - k, len(idents.ptr) - 1 - n))
        held += k
        holders += end - start
        if idents.place[x]:
            place_nats += nats
            if k > top_place:
                top_place, top_life = k, idents.life[x]
        else:
            thing_nats += nats
        mark = PLACE if idents.place[x] else THING
        for j in range(start, end):
            if cells.inside[idents.user[j]]:
                cells.hits[idents.user[j]] |= mark
    return IdentifierSums(thing_nats, place_nats, held, holders, top_place, top_life)


@njit(cache=True, nogil=True)
def count_people(
    m: int, base: float, threshold: float, each: float, cells: Scratch
) -> PeopleCounts:
    """Count among the m users touched; `each` is the mean number of listed deals of a member."""
    near60 = near40 = doubtful = with_thing = with_place = 0
    weakest = np.inf
    for i in range(m):
        v = cells.touched[i]
        margin = cells.llr[v] + base - threshold
        count = cells.hits[v] & (THING - 1)
        if cells.inside[v]:
            with_place += cells.hits[v] & PLACE != 0
            with_thing += cells.hits[v] & THING != 0
            weakest = min(weakest, margin)
        else:
            near60 += count > 0 and count >= 0.6 * each
            near40 += count > 0 and count >= 0.4 * each
            doubtful += margin > -0.7 * threshold
    return PeopleCounts(near60, near40, doubtful, with_thing, with_place, weakest)


@njit(cache=True, nogil=True)
def sum_beside(members: Codes, kept: Codes, gone: Codes, hits: int, deals: Deals) -> BesideSums:
    """Sum over the members' deals on and beside the list `kept` (ascending), `hits` on it.

    What is `gone` (ascending) counts as never dealt with.
    """
    each = hits / len(members)
    sellers = np.unique(deals.seller[kept])
    traded = len(kept) == 0 or kept[0] < deals.browsed
    browsed = len(kept) > 0 and kept[-1] >= deals.browsed
    variance, off_list, total = 0.0, 0, 0
    for v in members:
        listed = 0
        first = deals.ptr[v] + (0 if traded else deals.own[v, 0])
        last = deals.ptr[v + 1] - (0 if browsed else deals.own[v, 1])
        total += last - first
        for j in range(first, last):
            x = deals.target[j]
            if holds(gone, x):
                total -= 1
            elif holds(kept, x):
                listed += 1
            elif deals.seller[x] >= 0 and holds(sellers, deals.seller[x]):
                off_list += 1
        variance += (listed - each) ** 2 / len(members)
    return BesideSums(variance, off_list, total)


@njit(cache=True, nogil=True)
def holds(ascending: Codes, code: int) -> bool:
    """Whether the ascending codes hold one."""
    at = np.searchsorted(ascending, code)
    return bool(at < len(ascending) and ascending[at] == code)


@njit(cache=True, nogil=True)
def unevenness(variance: float, density: float, targets: int) -> float:
    """Log-ratio of the variance of the members' listed deals to that of independent choice.

    A crowd in which everybody takes each target with chance `density` is binomial, one of keen and
    idle people wider; people paid by the job do much the same number each.
    """
    binomial = targets * density * (1 - density)
    return float(np.log((variance + UNSURE) / (binomial + UNSURE))) if targets > 1 else 0.0


@njit(cache=True, nogil=True)
def count_occasions(step_ts: Int64) -> int:
    """Occasions of deals in step: runs of ascending times with no gap above `OCCASION_GAP`."""
    count = 0
    for i in range(len(step_ts)):
        count += i == 0 or step_ts[i] - step_ts[i - 1] > OCCASION_GAP
    return count


@njit(cache=True, nogil=True)
def birth_nats(births: Int64, everybody: Int64) -> float:
    """Nats by which members first appear together rather than like everybody; both ascend."""
    n, nats = len(births), 0.0
    for t in births:
        early, late = t - BIRTH_WIDTH // 2, t + BIRTH_WIDTH // 2
        inside = np.searchsorted(births, late, "right") - np.searchsorted(births, early) - 1
        around = np.searchsorted(everybody, late, "right") - np.searchsorted(everybody, early) - 1
        theirs = (around - inside + 1.0) / (len(everybody) - n + 1.0)
        nats += max(0.0, np.log((inside + theirs) / n / theirs))
    return nats


@njit(cache=True, nogil=True)
def count_sellers(kept: Codes, deals: Deals, cells: Scratch) -> tuple[int, int]:
    """Number of sellers behind the list, and listed deals at the leading one."""
    owners = np.sort(deals.seller[kept])
    count = best = run = 0
    leading = np.int32(-2)
    for i in range(len(owners)):
        run = run + 1 if i > 0 and owners[i] == owners[i - 1] else 1
        count += run == 1
        if run > best:
            best, leading = run, owners[i]
    at_leading = 0
    for x in kept:
        at_leading += cells.target[x] if deals.seller[x] == leading else 0
    return count, at_leading
