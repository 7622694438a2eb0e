"""Co-action over the whole window: overlapping circles of people who keep meeting at targets."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from numba import njit

from ringfinder.rings.channels.protocol import Codes, Log
from ringfinder.rings.deals import FAMILIES

HUB_CUSTOMERS = 40
"""Targets with more customers make pairs of strangers, and too many pairs."""

MIN_CIRCLE = 5
MAX_CIRCLE = 300

OVERLAP = 0.5
"""A circle is new while no circle before holds more than this part of it."""


def circles(log: Log) -> Iterator[Codes]:
    """Each user with those it shares more targets with than chance allows, small circles first.

    Users paid by the task meet in ever other company, so that one user stands in several circles
    and no partition holds them (ego networks, Freeman 1982). Who belongs to one circle shows it
    alone; who belongs to two shows both as one, and then both are told already. A shared target
    weighs ln(users / customers), and a pair must save what naming it costs, 2 ln(users).
    """
    deals, n = log.deals, log.snapshot.n_users
    plain = FAMILIES.index("deal")
    first, last = plain * deals.n_plain, (plain + 1) * deals.n_plain
    ptr, partner = _partners(
        deals.ptr, deals.target, deals.target_ptr, deals.target_user, first, last, 2 * np.log(n)
    )
    degree = np.diff(ptr)
    fits = np.flatnonzero((degree + 1 >= MIN_CIRCLE) & (degree < MAX_CIRCLE))
    holds: list[list[int]] = [[] for _ in range(n)]
    told = 0
    for v in fits[np.argsort(degree[fits], kind="stable")].tolist():
        circle = np.append(partner[ptr[v] : ptr[v + 1]], np.int32(v))
        seen = [one for u in circle.tolist() for one in holds[u]]
        if seen and np.bincount(seen).max() > OVERLAP * len(circle):
            continue
        for u in circle.tolist():
            holds[u].append(told)
        told += 1
        yield np.sort(circle)


@njit(cache=True, nogil=True)
def _partners(
    ptr: npt.NDArray[np.int64],
    target: Codes,
    target_ptr: npt.NDArray[np.int64],
    target_user: Codes,
    first: int,
    last: int,
    price: float,
) -> tuple[npt.NDArray[np.int64], Codes]:
    """Partners of each user, whose common targets in [first, last) weigh more than `price`.

    Returns CSR pointers int64 [users + 1] and the partners' codes.
    """
    n = len(ptr) - 1
    weight = np.zeros(n)
    touched = np.empty(n, np.int32)
    out = np.empty(max(1, n), np.int32)
    new_ptr = np.zeros(n + 1, np.int64)
    filled = 0
    for v in range(n):
        m = 0
        for i in range(ptr[v], ptr[v + 1]):
            x = target[i]
            size = target_ptr[x + 1] - target_ptr[x]
            if x < first or x >= last or size > HUB_CUSTOMERS or size == n:
                continue
            for j in range(target_ptr[x], target_ptr[x + 1]):
                u = target_user[j]
                if weight[u] == 0.0:
                    touched[m] = u
                    m += 1
                weight[u] += np.log(n / size)
        for i in range(m):
            u = touched[i]
            if u != v and weight[u] > price:
                if filled == len(out):
                    out = np.concatenate((out, np.empty(len(out), np.int32)))
                out[filled] = u
                filled += 1
            weight[u] = 0.0
        new_ptr[v + 1] = filled
    return new_ptr, out[:filled]
