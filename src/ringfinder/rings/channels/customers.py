"""Whole circles of customers: of a small target or seller, and of newcomers at one of them."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ringfinder.rings.bipartite import distinct_pairs, split
from ringfinder.rings.channels.protocol import Codes, Log
from ringfinder.rings.window import HOUR

DAY = 24 * HOUR
MIN_CUSTOMERS = 5
MAX_CUSTOMERS = 80
MAX_OF_SELLER = 150
MAX_NEWCOMERS = 400

IN_COMMON = 2
"""Customers in common that relate two things of one seller."""

BIRTHS = 2.0
"""Newcomers of one day are remarkable from this many times what all newcomers lead to expect."""


def of_small_targets(log: Log) -> Iterator[Codes]:
    """All customers of a target that has few."""
    ptr, user = log.deals.target_ptr, log.deals.target_user
    degree = np.diff(ptr)
    for x in np.flatnonzero((degree >= MIN_CUSTOMERS) & (degree <= MAX_CUSTOMERS)):
        yield user[ptr[x] : ptr[x + 1]]


def of_small_sellers(log: Log) -> Iterator[Codes]:
    """All customers of a seller that has few, and those who came for more than one thing."""
    user, seller = _at_sellers(log)
    kept = seller >= 0
    user, seller = user[kept], seller[kept]
    if not len(user):
        return
    again = np.zeros(len(user), np.bool_)
    again[1:] = (user[1:] == user[:-1]) & (seller[1:] == seller[:-1])
    yield from split(*distinct_pairs(user, seller), MIN_CUSTOMERS, MAX_OF_SELLER)
    yield from split(*distinct_pairs(user[again], seller[again]), MIN_CUSTOMERS, MAX_OF_SELLER)


def of_related_targets(log: Log) -> Iterator[Codes]:
    """All customers of those things of one seller that have customers in common.

    Where many accounts order once or twice from one seller, few of them took the same two things;
    such pairs of things lead to all of their customers.
    """
    deals, user, seller = log.deals, log.deal_user, log.deal_seller
    order = np.lexsort((deals.target, user, seller))
    user, seller, target = user[order], seller[order], deals.target[order]
    next_too = (user[1:] == user[:-1]) & (seller[1:] == seller[:-1]) & (seller[1:] >= 0)
    n = len(deals.target_ptr) - 1
    pairs = sp.coo_matrix(
        (np.ones(next_too.sum()), (target[:-1][next_too], target[1:][next_too])), shape=(n, n)
    ).tocsr()
    pairs.data[pairs.data < IN_COMMON] = 0
    pairs.eliminate_zeros()
    _, part = sp.csgraph.connected_components(pairs, directed=False)
    joined = np.bincount(part)[part[target]] > 1
    yield from split(
        *distinct_pairs(user[joined], part[target[joined]].astype(np.int64)),
        MIN_CUSTOMERS,
        MAX_OF_SELLER,
    )


def newcomers(log: Log) -> Iterator[Codes]:
    """Customers of one target who first appeared within the same day."""
    user = log.deals.target_user
    yield from _born_in_step(
        log,
        user,
        np.repeat(np.arange(len(log.deals.target_ptr) - 1), np.diff(log.deals.target_ptr)),
    )


def newcomers_at_sellers(log: Log) -> Iterator[Codes]:
    """Customers of one seller who first appeared within the same day."""
    user, seller = _at_sellers(log)
    yield from _born_in_step(log, user[seller >= 0], seller[seller >= 0])


def _born_in_step(log: Log, user: Codes, place: npt.NDArray[np.int64]) -> Iterator[Codes]:
    """Users of each place by day of their first event, on two grids half a day apart.

    Users seen in the window's first day are not known to be new and are left out; so are days that
    brought a place no larger part of its newcomers than they brought to all.
    """
    events = log.snapshot.events
    if not len(events):
        return
    start, end = log.window
    first = np.clip(events.first_seen, start, end) - start
    user, place = distinct_pairs(user, place)
    new = first[user] > DAY
    user, place = user[new], place[new]
    days = (end - start) // DAY + 3
    for shift in (0, DAY // 2):
        slots = (first + shift) // DAY
        born = np.bincount(slots, weights=first > DAY, minlength=days) / max(1, (first > DAY).sum())
        key = place * days + slots[user]
        _, cell, count = np.unique(key, return_inverse=True, return_counts=True)
        expected = np.bincount(place)[place] * born[slots[user]]
        crowded = count[cell] >= BIRTHS * expected
        yield from split(user[crowded], key[crowded], MIN_CUSTOMERS, MAX_NEWCOMERS)


def _at_sellers(log: Log) -> tuple[Codes, npt.NDArray[np.int64]]:
    """User and seller of each user-major deal, sorted by user and seller."""
    user, seller = log.deal_user, log.deal_seller
    order = np.lexsort((seller, user))
    return user[order], seller[order]
