"""Statistics of a group: scale-free numbers that score, hypotheses and community head read."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from numba import njit

from ringfinder.features.groups import Groups
from ringfinder.features.snapshot import Snapshot
from ringfinder.rings.deals import Deals, Identifiers
from ringfinder.rings.sums import (
    birth_nats,
    count_occasions,
    count_people,
    count_sellers,
    holds,
    sum_beside,
    sum_identifiers,
    sum_targets,
    unevenness,
)
from ringfinder.rings.threads import in_parts
from ringfinder.rings.weighing import Scratch, choose, clear, kind_of, weigh
from ringfinder.rings.window import ordinary

Table = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]
Births = tuple[Int64, Int64, float]
"""What `births` tells."""

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
    "focus": "share of the members' deals, of the kinds on the list, that are on it",
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
    "unevenness": "log-ratio of the variance of members' listed deals to that of free choice",
    "spill": "share of the members' deals with the listed sellers that are off the list",
    "channels": "channels that proposed the group",
}
"""Name and meaning of each statistic, in column order."""


@njit(cache=True, nogil=True)
def _left(kept: Codes, gone: Codes) -> Codes:
    """The codes of `kept` that are not `gone`, both ascending."""
    return kept[np.array([not holds(gone, x) for x in kept], np.bool_)] if len(gone) else kept


@njit(cache=True, nogil=True)
def _describe(
    members: Codes,
    gone_t: Codes,
    gone_e: Codes,
    deals: Deals,
    idents: Identifiers,
    cells: Scratch,
    first_seen: Int64,
    everybody: Int64,
    window: float,
    out: Float64,
) -> None:
    """Fill one row of the table but for the last column, as if what is gone had never been."""
    n, n_users = len(members), len(deals.ptr) - 1
    seen_t, seen_e, kept_t, kept_e, mean = choose(members, deals, idents, cells)
    for x in gone_t:
        mean[kind_of(x, deals)] -= cells.target[x] / n
    kept_t, kept_e = _left(kept_t, gone_t), _left(kept_e, gone_e)
    m, base = weigh(n, kept_t, kept_e, mean, deals, idents, cells)
    threshold = np.log(n_users / n)
    cost = len(kept_t) * np.log(len(deals.target_ptr)) + len(kept_e) * np.log(
        len(idents.entity_ptr)
    )
    t = sum_targets(kept_t, n, mean, deals, cells)
    e = sum_identifiers(kept_e, n, idents, cells)
    p = count_people(m, base, threshold, t.hits / n, cells)
    sellers, at_leading = count_sellers(kept_t, deals, cells)
    beside = sum_beside(members, kept_t, gone_t, t.hits, deals)
    listed = max(1, t.hits)
    density = t.hits / max(1, n * len(kept_t))
    row = [
        float(n),
        float(len(kept_t)),
        float(len(kept_e)),
        t.target_nats / n,
        t.time_nats / n,
        e.thing_nats / n,
        e.place_nats / n,
        birth_nats(np.sort(first_seen[members]), everybody) / n,
        t.time_nats / listed,
        (t.target_nats + t.time_nats + e.thing_nats + e.place_nats - cost) / n - threshold,
        density,
        t.hits / n,
        t.hits / max(1, beside.deals),
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
        min(1.0, (t.latest - t.earliest) / window) if t.hits > 0 else 0.0,
        float(count_occasions(t.step_ts)),
        float(sellers),
        at_leading / listed,
        t.undone / listed,
        t.repeats / listed,
        unevenness(beside.variance, density, len(kept_t)),
        beside.off_list / max(1, beside.off_list + t.hits),
    ]
    out[: len(row)] = np.array(row)
    clear(members, seen_t, seen_e, kept_t, m, deals, cells)


@njit(cache=True, nogil=True)
def _describe_all(
    ptr: Int64,
    user: Codes,
    gone: Codes,
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
        _describe(members, gone, gone, deals, idents, cells, first_seen, everybody, window, out[g])


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
    first_seen, everybody, window = births(snapshot)
    table = np.zeros((len(groups), len(STATISTICS)), np.float64)
    nothing = np.empty(0, np.int32)  # an argument, so that one compiled kernel serves both callers

    def work(first: int, last: int, own: Scratch) -> None:
        ptr, out = groups.ptr[first : last + 1], table[first:last]
        _describe_all(
            ptr, groups.user, nothing, deals, idents, own, first_seen, everybody, window, out
        )

    in_parts(groups, cells, work)
    for g, found in enumerate(origins):
        table[g, -1] = len(np.unique(channel[found]))
    return table.astype(np.float32)


def describe_without(
    born: Births,
    members: Codes,
    gone: Sequence[tuple[Codes, Codes]],
    deals: Deals,
    idents: Identifiers,
    cells: Scratch,
) -> Table:
    """Statistics of one group as if things had never been, float32 [gone, len(STATISTICS)].

    `born` is what `births` tells. Each of `gone` is a set of targets and one of identifiers, codes
    ascending. Members stay, and what did not pay for its name before stays out; the number of
    channels is left 0.
    """
    first_seen, everybody, window = born
    table = np.zeros((len(gone), len(STATISTICS)), np.float64)
    for row, (targets, identifiers) in zip(table, gone, strict=True):
        _describe(
            members, targets, identifiers, deals, idents, cells, first_seen, everybody, window, row
        )
    return table.astype(np.float32)


def births(snapshot: Snapshot) -> Births:
    """Each user's first event, the same ascending, and how long the ordinary window is, in us."""
    first_seen = snapshot.events.first_seen
    start, end = ordinary(snapshot.events.ts)
    return first_seen, np.sort(first_seen), float(max(1, end - start))


def column(table: Table, name: str) -> Table:
    """One statistic of every group, float32 [groups]."""
    return table[:, list(STATISTICS).index(name)]
