"""What users did with whom: deals, identifiers and sellers as flat arrays for the kernels."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ringfinder.features.coded_events import MISSING
from ringfinder.features.repeats import FEWEST, SPAN
from ringfinder.features.snapshot import Snapshot
from ringfinder.graph.entity_graph import Links
from ringfinder.rings.browsing import telling
from ringfinder.rings.window import HOUR, ordinary
from ringfinder.vocabulary import (
    ACTION_CODE,
    TRADING,
    UNDOING,
    EntityType,
    entity_types,
    link_types,
)

FAMILIES = ("deal", "undo", "review", "repeat", "browse")
"""Kinds of deal that are compared among themselves only: a purchase, its reversal, a review,
the third purchase of one target by one user within `features.repeats.SPAN`, and a look at it or its
place in the cart where that is telling (`rings.browsing`)."""

BROWSE = FAMILIES.index("browse")

WIDTHS = (3 * HOUR, 36 * HOUR)
"""Widths, in microseconds, of the windows in which members' deals are held against others'."""


class Deals(NamedTuple):
    """The first event of every (user, target, family), read from both ends.

    Browsing is told apart from trade, by counts of its own; in a log that holds nothing else it
    stands for the deals.

    A target is an item, or a seller where the event names no item; its code is
    family * `n_plain` + item code, or + items + seller code. `ptr` int64 [users + 1], `target`
    int32 and `ts` int64 [deals] are user-major, targets ascending; `target_ptr` int64
    [targets + 1], `target_user` int32 and `target_ts` int64 are target-major in time order;
    `early` and `late` int64 [deals, widths] bound, in the target-major order, the deals at the same
    target within half a width before and after each deal, both included, the end exclusive;
    `around` float64 [deals, widths] is the share of all deals in that time. `seller` int32
    [targets] is the target's seller (-1 none). Targets from code `browsed` on are browsed, the
    others traded; `own` int32 [users, 2] counts each user's deals of these two kinds, traded
    first, and `totals` int64 [2] everybody's.
    """

    ptr: npt.NDArray[np.int64]
    target: npt.NDArray[np.int32]
    ts: npt.NDArray[np.int64]
    target_ptr: npt.NDArray[np.int64]
    target_user: npt.NDArray[np.int32]
    target_ts: npt.NDArray[np.int64]
    early: npt.NDArray[np.int64]
    late: npt.NDArray[np.int64]
    around: npt.NDArray[np.float64]
    seller: npt.NDArray[np.int32]
    n_items: int
    n_plain: int
    browsed: int
    own: npt.NDArray[np.int32]
    totals: npt.NDArray[np.int64]


class Identifiers(NamedTuple):
    """Identifiers of every type in one code space, type by type.

    `ptr`, `entity` are user-major, `entity_ptr`, `user` entity-major; `place` bool [entities] marks
    addresses; `life` float64 [entities] is the share of the ordinary window (`rings.window`)
    between first and last use.
    """

    ptr: npt.NDArray[np.int64]
    entity: npt.NDArray[np.int32]
    entity_ptr: npt.NDArray[np.int64]
    user: npt.NDArray[np.int32]
    place: npt.NDArray[np.bool_]
    life: npt.NDArray[np.float64]


def _families(action: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Position in `FAMILIES` of each event, -1 for browsing."""
    table = np.full(len(ACTION_CODE), -1, np.int8)
    for name in TRADING:
        table[ACTION_CODE[name]] = 0
    for name in UNDOING:
        table[ACTION_CODE[name]] = 1
    table[ACTION_CODE["review"]] = 2
    return table[action]


def _pointers(codes: npt.NDArray[np.int32], n: int) -> npt.NDArray[np.int64]:
    ptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(codes, minlength=n), out=ptr[1:])
    return ptr


def _count(
    user: npt.NDArray[np.int32], browsed: npt.NDArray[np.bool_], n_users: int
) -> npt.NDArray[np.int32]:
    """Deals of each user, traded and browsed, side by side as the kernels ask for them."""
    kinds = [np.bincount(user[of], minlength=n_users) for of in (~browsed, browsed)]
    return np.ascontiguousarray(np.stack(kinds, axis=1), np.int32)


def deals(snapshot: Snapshot) -> Deals:
    """Deals of a snapshot."""
    events, counts = snapshot.events, snapshot.graph.n_entities
    n_items, n_sellers = counts["item"], counts["seller"]
    n_plain = n_items + n_sellers
    family = _families(np.asarray(events.action))
    item, seller = np.asarray(events.entity["item"]), np.asarray(events.entity["seller"])
    plain = np.where(item != MISSING, item, np.where(seller != MISSING, seller + n_items, MISSING))
    if not ((family >= 0) & (plain != MISSING)).any():
        family = np.zeros_like(family)  # where nobody trades, what people look at is all there is
    n_users, user, ts = snapshot.n_users, np.asarray(events.user), np.asarray(events.ts)
    family[telling(user, plain, ts, family >= 0, n_users, n_plain)] = BROWSE
    rows = np.flatnonzero((family >= 0) & (plain != MISSING))
    user, ts = user[rows], ts[rows]
    target = (family[rows].astype(np.int64) * n_plain + plain[rows]).astype(np.int32)
    n_targets = n_plain * len(FAMILIES)
    owner = np.full(n_targets, MISSING, np.int32)
    owner[target] = seller[rows]
    pays = np.asarray(events.action)[rows] == ACTION_CODE["pay"]
    pays |= target >= n_plain
    order = np.lexsort((ts, target, user))
    again = order[_third_in_a_row(user[order], target[order], ts[order], pays[order])]
    user = np.concatenate([user, user[again]])
    ts = np.concatenate([ts, ts[again]])
    shift = np.int32(FAMILIES.index("repeat") * n_plain)
    owner[target[again] + shift] = owner[target[again]]
    target = np.concatenate([target, target[again] + shift])
    order = np.lexsort((ts, target, user))
    user, target, ts = user[order], target[order], ts[order]
    first = np.ones(len(user), np.bool_)
    first[1:] = (user[1:] != user[:-1]) | (target[1:] != target[:-1])
    user, target, ts = user[first], target[first], ts[first]
    order = np.lexsort((user, ts, target))
    target_ptr = _pointers(target, n_targets)
    early, late = _windows(target_ptr, ts[order])
    ptr, browsed = _pointers(user, n_users), BROWSE * n_plain
    traded = int(target_ptr[browsed])
    return Deals(
        ptr,
        target,
        ts,
        target_ptr,
        user[order],
        ts[order],
        early,
        late,
        np.concatenate([_around(ts[order[:traded]]), _around(ts[order[traded:]])]),
        owner,
        n_items,
        n_plain,
        browsed,
        _count(user, target >= browsed, n_users),
        np.array([traded, len(ts) - traded]),
    )


@njit(cache=True, nogil=True)
def _windows(
    target_ptr: npt.NDArray[np.int64], ts: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """`early` and `late` of `Deals`, by two pointers a width over each target."""
    early = np.empty((len(ts), len(WIDTHS)), np.int64)
    late = np.empty((len(ts), len(WIDTHS)), np.int64)
    for x in range(len(target_ptr) - 1):
        for w in range(len(WIDTHS)):
            half = WIDTHS[w] // 2
            low = high = target_ptr[x]
            for j in range(target_ptr[x], target_ptr[x + 1]):
                while ts[low] < ts[j] - half:
                    low += 1
                while high < target_ptr[x + 1] and ts[high] <= ts[j] + half:
                    high += 1
                early[j, w], late[j, w] = low, high
    return early, late


def _around(ts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    ordered = np.sort(ts)
    columns = [
        np.searchsorted(ordered, ts + width // 2, "right")
        - np.searchsorted(ordered, ts - width // 2)
        for width in WIDTHS
    ]
    return np.stack(columns, axis=1) / max(1, len(ts))


def _third_in_a_row(
    user: npt.NDArray[np.int32],
    target: npt.NDArray[np.int32],
    ts: npt.NDArray[np.int64],
    skip: npt.NDArray[np.bool_],
) -> npt.NDArray[np.int64]:
    """Positions of purchases that are the third or later at a target within `SPAN`.

    The arrays are sorted by user, target and time; payments and what is no purchase are skipped.
    """
    at = np.flatnonzero(~skip)
    user, target, ts = user[at], target[at], ts[at]
    back = FEWEST - 1
    same = (user[back:] == user[:-back]) & (target[back:] == target[:-back])
    third: npt.NDArray[np.int64] = at[back:][same & (ts[back:] - ts[:-back] <= SPAN)]
    return third


def identifier_types(snapshot: Snapshot) -> tuple[EntityType, ...]:
    """Identifier types of a snapshot in vocabulary order."""
    return tuple(row for row in entity_types(_declared(snapshot)) if row.identifier)


def identifier_links(snapshot: Snapshot, kind: str) -> Links:
    """Links from users to one identifier type."""
    name = next(row.name for row in link_types(_declared(snapshot)) if row.entity == kind)
    return snapshot.graph.links[name]


def _declared(snapshot: Snapshot) -> set[str]:
    return set(snapshot.graph.n_entities) - {row.name for row in entity_types()}


def identifiers(snapshot: Snapshot) -> Identifiers:
    """Identifiers of a snapshot."""
    n_users = snapshot.n_users
    users, entities, place, life, offset = [], [], [], [], 0
    start, end = ordinary(snapshot.events.ts)
    for kind in identifier_types(snapshot):
        links = identifier_links(snapshot, kind.name)
        count = len(links.entity_ptr) - 1
        users.append(np.repeat(np.arange(n_users, dtype=np.int32), np.diff(links.user_ptr)))
        entities.append(np.asarray(links.entity).astype(np.int32) + np.int32(offset))
        place.append(np.full(count, kind.place))
        first = np.full(count, np.iinfo(np.int64).max)
        last = np.full(count, np.iinfo(np.int64).min)
        np.minimum.at(first, links.entity, links.first_seen)
        np.maximum.at(last, links.entity, links.last_seen)
        life.append(np.minimum(1, (last - first) / max(1, end - start)))
        offset += count
    user, entity = np.concatenate(users), np.concatenate(entities)
    order = np.lexsort((entity, user))
    user, entity = user[order], entity[order]
    back = np.lexsort((user, entity))
    return Identifiers(
        _pointers(user, n_users),
        entity,
        _pointers(entity, offset),
        user[back],
        np.concatenate(place),
        np.concatenate(life),
    )
