"""Evidence that a set of users acts as one, weighed in nats against the rest of the log.

For a group G of n users each target (an item dealt with, see `rings.deals`) and each identifier
is a coin: inside the group it falls with the members' own rate, outside with the rate of
everybody else. A target's background rate counts only people outside the group, so that a popular
item, a flash sale or a carrier's address says little by itself; the time of a deal is compared
with what the same item's other customers did at that time. Rates of a member are taken from the
other members (leave one out), so that a member never vouches for itself. A target or identifier
enters only when it saves more than naming it costs (minimum description length).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ringfinder.rings.deals import WIDTHS, Deals, Identifiers

Codes = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]

MIN_SHARE = 0.08
"""A target belongs to a group's list when at least this share of the members dealt with it."""

PRIOR = 0.5
"""Pseudo-count of outsiders on every target and identifier."""


IN_STEP = 1.0
"""Nats of time above which a deal counts as made in step with other members."""


class Scratch(NamedTuple):
    """Arrays that are zero between calls, but for `touched` and `before`, which are overwritten.

    `touched` lists the users whose cells are in use; `before` counts members along one target.
    """

    target: npt.NDArray[np.int32]
    entity: npt.NDArray[np.int32]
    inside: npt.NDArray[np.bool_]
    hits: npt.NDArray[np.int32]
    llr: npt.NDArray[np.float64]
    seen: npt.NDArray[np.bool_]
    touched: npt.NDArray[np.int32]
    before: npt.NDArray[np.int32]
    sync: npt.NDArray[np.float64]


def scratch(deals: Deals, idents: Identifiers) -> Scratch:
    """Scratch arrays for one log; each thread needs its own."""
    n_users = len(deals.ptr) - 1
    return Scratch(
        np.zeros(len(deals.target_ptr) - 1, np.int32),
        np.zeros(len(idents.entity_ptr) - 1, np.int32),
        np.zeros(n_users, np.bool_),
        np.zeros(n_users, np.int32),
        np.zeros(n_users, np.float64),
        np.zeros(n_users, np.bool_),
        np.zeros(n_users, np.int32),
        np.zeros(int(np.diff(deals.target_ptr).max(initial=0)) + 1, np.int32),
        np.zeros(len(deals.target), np.float64),
    )


def spare(cells: Scratch) -> Scratch:
    """Scratch arrays of the same shapes for one more thread."""
    return Scratch._make(np.zeros_like(array) for array in cells)


@njit(cache=True, nogil=True)
def gain(k: int, n: int, q: float) -> float:
    """Nats saved by coding k of n hits at the group's own rate instead of rate q."""
    rate = (k - 1 + q) / n
    if rate <= q:
        return 0.0
    return float(k * np.log(rate / q) + (n - k) * np.log((1 - rate) / (1 - q)))


@njit(cache=True, nogil=True)
def kind_of(x: int, deals: Deals) -> int:
    """The kind of target x: traded (0) or browsed (1)."""
    return 1 if x >= deals.browsed else 0


@njit(cache=True, nogil=True)
def target_rate(others: int, own: float, kind: int, deals: Deals) -> float:
    """Chance that somebody with `own` deals of a kind meets one target that `others` dealt with."""
    return float(min(0.9, max(own, 1.0) * (others + PRIOR) / deals.totals[kind]))


@njit(cache=True, nogil=True)
def entity_rate(others: int, outsiders: int) -> float:
    """Chance that somebody uses an identifier that `others` of so many `outsiders` use."""
    return (others + PRIOR) / (outsiders + 2 * PRIOR)


@njit(cache=True, nogil=True)
def _count(members: Codes, ptr: Int64, entity: Codes, counter: Codes) -> Codes:
    """Count the members at each entity in `counter` and list the entities met."""
    total = 0
    for v in members:
        total += ptr[v + 1] - ptr[v]
    seen = np.empty(total, np.int32)
    m = 0
    for v in members:
        for j in range(ptr[v], ptr[v + 1]):
            if counter[entity[j]] == 0:
                seen[m] = entity[j]
                m += 1
            counter[entity[j]] += 1
    return seen[:m]


@njit(cache=True, nogil=True)
def choose(
    members: Codes, deals: Deals, idents: Identifiers, cells: Scratch
) -> tuple[Codes, Codes, Codes, Codes, Float64]:
    """Count the group's targets and identifiers and keep those that pay for their name.

    Returns arrays of all counted targets and identifiers (to be cleared), of the kept ones, and the
    members' mean number of deals, traded and browsed. Fills `cells.target`, `cells.entity` and
    `cells.inside`.
    """
    n, n_users = len(members), len(deals.ptr) - 1
    mean = np.zeros(2)
    for v in members:
        cells.inside[v] = True
        mean[0] += deals.own[v, 0] / n
        mean[1] += deals.own[v, 1] / n
    seen_t = _count(members, deals.ptr, deals.target, cells.target)
    seen_e = _count(members, idents.ptr, idents.entity, cells.entity)
    kept_t = np.empty(len(seen_t), np.int32)
    m = 0
    for x in seen_t:
        k = cells.target[x]
        if k >= 2 and k >= MIN_SHARE * n:
            others = deals.target_ptr[x + 1] - deals.target_ptr[x] - k
            kind = kind_of(x, deals)
            rate = target_rate(others, mean[kind], kind, deals)
            if gain(k, n, rate) > np.log(len(deals.target_ptr)):
                kept_t[m] = x
                m += 1
    kept_t = np.sort(kept_t[:m])
    kept_e = np.empty(len(seen_e), np.int32)
    m = 0
    for x in seen_e:
        k = cells.entity[x]
        others = idents.entity_ptr[x + 1] - idents.entity_ptr[x] - k
        if 2 * others > n_users - n:
            continue  # most people outside the group use it as well
        rate = entity_rate(others, n_users - n)
        if k >= 2 and gain(k, n, rate) > np.log(len(idents.entity_ptr)):
            kept_e[m] = x
            m += 1
    return seen_t, seen_e, kept_t, np.sort(kept_e[:m]), mean


@njit(cache=True, nogil=True)
def synchronise(x: int, k: int, deals: Deals, cells: Scratch) -> None:
    """Fill `cells.sync` for the deals at target x, which k members have.

    Each holds the nats by which the deal keeps the other members' time rather than the outsiders',
    in the width that shows it best; choosing among widths and none is paid for.
    """
    start, end = deals.target_ptr[x], deals.target_ptr[x + 1]
    members = 0
    for j in range(start, end):
        cells.before[j - start] = members
        members += cells.inside[deals.target_user[j]]
    cells.before[end - start] = members
    cost = np.log(len(WIDTHS) + 1.0)
    for j in range(start, end):
        own = 1 if cells.inside[deals.target_user[j]] else 0
        best = 0.0
        for w in range(len(WIDTHS)):
            low, high = deals.early[j, w], deals.late[j, w]
            inside = cells.before[high - start] - cells.before[low - start]
            if inside == own:
                continue  # no other member is near
            outside = high - low - inside - (1 - own)
            theirs = (outside + deals.around[j, w]) / (end - start - k + 1.0)
            ours = (inside - own + theirs) / (k - own + 1.0)
            best = max(best, np.log(ours / theirs) - cost)
        cells.sync[j] = best


@njit(cache=True, nogil=True)
def weigh(
    n: int,
    kept_t: Codes,
    kept_e: Codes,
    mean: Float64,
    deals: Deals,
    idents: Identifiers,
    cells: Scratch,
) -> tuple[int, float]:
    """Weigh every user who touches what the group kept.

    Fills `cells.llr` (nats for membership but for the returned base), `cells.hits` (kept targets),
    `cells.sync` (nats of time of each target-major deal) and `cells.touched`; returns the number
    of touched users and the base that every user's absence from all kept things adds.
    """
    base, m = 0.0, 0
    for x in kept_t:
        k = cells.target[x]
        start, end = deals.target_ptr[x], deals.target_ptr[x + 1]
        kind = kind_of(x, deals)
        usual = target_rate(end - start - k, mean[kind], kind, deals)
        absent = np.log((1 - (k - 1) / n) / (1 - usual))
        base += absent
        synchronise(x, k, deals, cells)
        for j in range(start, end):
            v = deals.target_user[j]
            m = touch(v, m, cells)
            q = target_rate(end - start - k, float(deals.own[v, kind]), kind, deals)
            cells.llr[v] += vouch(cells.inside[v], k, n, q) - absent + cells.sync[j]
            cells.hits[v] += 1
    for x in kept_e:
        k = cells.entity[x]
        start, end = idents.entity_ptr[x], idents.entity_ptr[x + 1]
        q = entity_rate(end - start - k, len(deals.ptr) - 1 - n)
        absent = np.log((1 - (k - 1) / n) / (1 - q))
        base += absent
        member, other = vouch(True, k, n, q) - absent, vouch(False, k, n, q) - absent
        for j in range(start, end):
            v = idents.user[j]
            m = touch(v, m, cells)
            cells.llr[v] += member if cells.inside[v] else other
    return m, base


@njit(cache=True, nogil=True)
def touch(v: int, m: int, cells: Scratch) -> int:
    """Note that user v is touched, and return the number of users touched so far."""
    if cells.seen[v]:
        return m
    cells.seen[v] = True
    cells.touched[m] = v
    return m + 1


@njit(cache=True, nogil=True)
def vouch(member: bool, k: int, n: int, q: float) -> float:
    """Nats for membership by something that k of n members have and rate q of the others.

    The rate inside is that of the other members, where who is vouched for is a `member`.
    """
    others, size = (k - 1, n - 1) if member else (k, n)
    return float(np.log((others + PRIOR * q) / (size + PRIOR) / q))


@njit(cache=True, nogil=True)
def clear(
    members: Codes,
    seen_t: Codes,
    seen_e: Codes,
    kept_t: Codes,
    n_touched: int,
    deals: Deals,
    cells: Scratch,
) -> None:
    """Zero the scratch cells that one group used."""
    for v in members:
        cells.inside[v] = False
    for x in seen_t:
        cells.target[x] = 0
    for x in seen_e:
        cells.entity[x] = 0
    for x in kept_t:
        cells.sync[deals.target_ptr[x] : deals.target_ptr[x + 1]] = 0.0
    for j in range(n_touched):
        v = cells.touched[j]
        cells.seen[v] = False
        cells.hits[v] = 0
        cells.llr[v] = 0.0
