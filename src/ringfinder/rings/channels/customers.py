"""Whole circles of customers: of a small target, and of newcomers at one target."""

from collections.abc import Iterator

import numpy as np

from ringfinder.rings.channels.protocol import Codes, Log
from ringfinder.rings.deals import HOUR

MIN_CUSTOMERS = 5
MAX_CUSTOMERS = 80
DAY = 24 * HOUR


def of_small_targets(log: Log) -> Iterator[Codes]:
    """All customers of a target that has few."""
    ptr, user = log.deals.target_ptr, log.deals.target_user
    degree = np.diff(ptr)
    for x in np.flatnonzero((degree >= MIN_CUSTOMERS) & (degree <= MAX_CUSTOMERS)):
        yield user[ptr[x] : ptr[x + 1]]


def newcomers(log: Log) -> Iterator[Codes]:
    """Customers of one target who first appeared within the same day.

    Users seen in the window's first day are not known to be new and are left out.
    """
    events = log.snapshot.events
    if not len(events):
        return
    ts = np.asarray(events.ts)
    first = ts[np.asarray(events.by_user)[np.asarray(events.user_ptr)[:-1]]] - ts[0]
    user = log.deals.target_user
    target = np.repeat(np.arange(len(log.deals.target_ptr) - 1), np.diff(log.deals.target_ptr))
    new = first[user] > DAY
    user, target = user[new], target[new]
    days = int(ts[-1] - ts[0]) // DAY + 3
    for shift in (0, DAY // 2):
        key = target * days + (first[user] + shift) // DAY
        order = np.lexsort((user, key))
        cuts = np.flatnonzero(np.diff(key[order])) + 1
        for group in np.split(user[order], cuts):
            if MIN_CUSTOMERS <= len(group) <= MAX_CUSTOMERS:
                yield group
