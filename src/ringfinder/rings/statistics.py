"""Statistics of a group: scale-free numbers that score, hypotheses and community head read."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ringfinder.features.groups import Groups
from ringfinder.features.snapshot import Snapshot
from ringfinder.rings.deals import FAMILIES, HOUR, Deals, Identifiers
from ringfinder.rings.weighing import (
    IN_STEP,
    Scratch,
    choose,
    clear,
    entity_rate,
    gain,
    target_rate,
    weigh,
)

Table = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]

STATISTICS = {
    "size": "members",
    "targets": "targets on the group's list",
    "identifiers": "identifiers that members share beyond chance",
    "target_nats": "nats a member from dealing with the same targets",
    "time_nats": "nats a member from dealing at the same times",
    "thing_nats": "nats a member from shared things a person holds (devices, cards)",
    "place_nats": "nats a member from shared addresses",
    "birth_nats": "nats a member from first appearing at the same time",
    "time_per_deal": "nats of time a listed deal",
    "net_nats": "nats a member after naming the members, targets and identifiers",
    "density": "share of member x target pairs that were dealt",
    "deals_each": "listed targets a member dealt with, mean",
    "focus": "share of the members' deals that are on the list",
    "capture": "share of the listed targets' customers who are members",
    "near60": "outsiders with at least 60 % of a member's listed deals, a member",
    "near40": "outsiders with at least 40 % of a member's listed deals, a member",
    "doubtful": "outsiders whose likelihood comes near a member's, a member",
    "weakest": "nats of the least likely member above the threshold",
    "things_cover": "share of members who share a thing",
    "places_cover": "share of members who share an address",
    "top_place_cover": "share of members at the most shared address",
    "top_place_life": "share of the window in which that address was in use",
    "exclusivity": "share of the shared identifiers' users who are members",
    "span": "share of the window between first and last listed deal",
    "occasions": "separate occasions on which members dealt in step",
    "sellers": "sellers on the list",
    "top_seller": "share of listed deals at the leading seller",
    "undone": "share of listed deals that are refunds or cancellations",
    "repeats": "share of listed deals that are a third purchase within hours",
    "channels": "channels that proposed the group",
}
"""Name and meaning of each statistic, in column order."""

OCCASION_GAP = 12 * HOUR
BIRTH_WIDTH = 24 * HOUR
UNDO, REPEAT = FAMILIES.index("undo"), FAMILIES.index("repeat")
THING, PLACE = 1 << 29, 1 << 30
"""Bits of `Scratch.hits` that mark who shares a thing or an address."""


class _Targets(NamedTuple):
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


class _Identifiers(NamedTuple):
    """Sums over a group's shared identifiers."""

    thing_nats: float
    place_nats: float
    held: int
    holders: int
    top_place: int
    top_life: float


class _People(NamedTuple):
    """Counts of members and of outsiders who come near them."""

    near60: int
    near40: int
    doubtful: int
    with_thing: int
    with_place: int
    weakest: float


@njit(cache=True)
def _targets(kept: Codes, n: int, mean: float, deals: Deals, cells: Scratch) -> _Targets:
    target_nats = time_nats = 0.0
    hits = customers = undone = repeats = stepped = 0
    for x in kept:
        hits += cells.target[x]
    step_ts = np.empty(hits, np.int64)
    earliest, latest = np.int64(2**62), np.int64(-(2**62))
    for x in kept:
        k = cells.target[x]
        start, end = deals.target_ptr[x], deals.target_ptr[x + 1]
        target_nats += gain(k, n, target_rate(end - start - k, mean, deals))
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
    return _Targets(
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


@njit(cache=True)
def _identifiers(kept: Codes, n: int, idents: Identifiers, cells: Scratch) -> _Identifiers:
    """Sum up, and mark in the high bits of `cells.hits` who shares a thing or a place."""
    thing_nats = place_nats = top_life = 0.0
    held = holders = top_place = 0
    for x in kept:
        k = cells.entity[x]
        start, end = idents.entity_ptr[x], idents.entity_ptr[x + 1]
        nats = gain(k, n, entity_rate(end - start - k, len(idents.ptr) - 1))
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
    return _Identifiers(thing_nats, place_nats, held, holders, top_place, top_life)


@njit(cache=True)
def _people(m: int, base: float, threshold: float, each: float, cells: Scratch) -> _People:
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
    return _People(near60, near40, doubtful, with_thing, with_place, weakest)


@njit(cache=True)
def _occasions(step_ts: Int64) -> int:
    count = 0
    for i in range(len(step_ts)):
        count += i == 0 or step_ts[i] - step_ts[i - 1] > OCCASION_GAP
    return count


@njit(cache=True)
def _birth_nats(births: Int64, everybody: Int64) -> float:
    """Nats by which members first appear together rather than like everybody; both ascend."""
    n, nats = len(births), 0.0
    for t in births:
        early, late = t - BIRTH_WIDTH // 2, t + BIRTH_WIDTH // 2
        inside = np.searchsorted(births, late, "right") - np.searchsorted(births, early) - 1
        around = np.searchsorted(everybody, late, "right") - np.searchsorted(everybody, early) - 1
        theirs = (around - inside + 1.0) / (len(everybody) - n + 1.0)
        nats += max(0.0, np.log((inside + theirs) / n / theirs))
    return nats


@njit(cache=True)
def _sellers(kept: Codes, deals: Deals, cells: Scratch) -> tuple[int, int]:
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


@njit(cache=True)
def _describe(
    members: Codes,
    deals: Deals,
    idents: Identifiers,
    cells: Scratch,
    first_seen: Int64,
    everybody: Int64,
    window: float,
    out: Float64,
) -> None:
    """Fill one row of the table but for the last column."""
    n, n_users = len(members), len(deals.ptr) - 1
    seen_t, seen_e, kept_t, kept_e, mean = choose(members, deals, idents, cells)
    m, base = weigh(n, kept_t, kept_e, mean, deals, idents, cells)
    threshold = np.log(n_users / n)
    cost = len(kept_t) * np.log(len(deals.target_ptr)) + len(kept_e) * np.log(
        len(idents.entity_ptr)
    )
    t = _targets(kept_t, n, mean, deals, cells)
    e = _identifiers(kept_e, n, idents, cells)
    p = _people(m, base, threshold, t.hits / n, cells)
    sellers, at_leading = _sellers(kept_t, deals, cells)
    listed = max(1, t.hits)
    row = [
        float(n),
        float(len(kept_t)),
        float(len(kept_e)),
        t.target_nats / n,
        t.time_nats / n,
        e.thing_nats / n,
        e.place_nats / n,
        _birth_nats(np.sort(first_seen[members]), everybody) / n,
        t.time_nats / listed,
        (t.target_nats + t.time_nats + e.thing_nats + e.place_nats - cost) / n - threshold,
        t.hits / max(1, n * len(kept_t)),
        t.hits / n,
        t.hits / max(1.0, mean * n),
        t.hits / max(1, t.customers),
        p.near60 / n,
        p.near40 / n,
        p.doubtful / n,
        p.weakest if m > 0 else 0.0,
        p.with_thing / n,
        p.with_place / n,
        e.top_place / n,
        e.top_life,
        e.held / max(1, e.holders),
        (t.latest - t.earliest) / window if t.hits > 0 else 0.0,
        float(_occasions(t.step_ts)),
        float(sellers),
        at_leading / listed,
        t.undone / listed,
        t.repeats / listed,
    ]
    out[: len(row)] = np.array(row)
    clear(members, seen_t, seen_e, kept_t, m, deals, cells)


@njit(cache=True)
def _describe_all(
    ptr: Int64,
    user: Codes,
    deals: Deals,
    idents: Identifiers,
    cells: Scratch,
    first_seen: Int64,
    everybody: Int64,
    window: float,
    out: Float64,
) -> None:
    for g in range(len(ptr) - 1):
        members = user[ptr[g] : ptr[g + 1]]
        _describe(members, deals, idents, cells, first_seen, everybody, window, out[g])


def describe(
    snapshot: Snapshot,
    groups: Groups,
    origins: list[npt.NDArray[np.int64]],
    channel: npt.NDArray[np.int64],
    deals: Deals,
    idents: Identifiers,
    cells: Scratch,
) -> Table:
    """Statistics of every group, float32 [groups, len(STATISTICS)].

    `origins` lists each group's candidates, `channel` int64 [candidates] the channel of each.
    """
    events = snapshot.events
    first_seen = np.asarray(events.ts)[np.asarray(events.by_user)[np.asarray(events.user_ptr)[:-1]]]
    window = float(max(1, events.ts[-1] - events.ts[0]))
    table = np.zeros((len(groups), len(STATISTICS)), np.float64)
    _describe_all(
        groups.ptr,
        groups.user,
        deals,
        idents,
        cells,
        first_seen,
        np.sort(first_seen),
        window,
        table,
    )
    for g, found in enumerate(origins):
        table[g, -1] = len(np.unique(channel[found]))
    return table.astype(np.float32)


def column(table: Table, name: str) -> Table:
    """One statistic of every group, float32 [groups]."""
    return table[:, list(STATISTICS).index(name)]
