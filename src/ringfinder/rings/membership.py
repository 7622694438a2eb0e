"""Membership: from a rough candidate to the users whose own behaviour says they belong."""

import numpy as np
import numpy.typing as npt
from numba import njit

from ringfinder.features.groups import Groups
from ringfinder.rings.deals import Deals, Identifiers
from ringfinder.rings.weighing import Codes, Int64, Scratch, choose, clear, weigh

MIN_MEMBERS = 4
MAX_MEMBERS = 2_000
ROUNDS = 3


@njit(cache=True)
def _settle(members: Codes, deals: Deals, idents: Identifiers, cells: Scratch) -> Codes:
    """One group's members after at most `ROUNDS` rounds of expectation and choice."""
    n_users = len(deals.ptr) - 1
    for _ in range(ROUNDS):
        n = len(members)
        seen_t, seen_e, kept_t, kept_e, mean = choose(members, deals, idents, cells)
        m, base = weigh(n, kept_t, kept_e, mean, deals, idents, cells)
        threshold = np.log(n_users / n)
        chosen = np.empty(m, np.int32)
        count = 0
        for i in range(m):
            if cells.llr[cells.touched[i]] + base > threshold:
                chosen[count] = cells.touched[i]
                count += 1
        clear(members, seen_t, seen_e, kept_t, m, deals, cells)
        chosen = np.sort(chosen[:count])
        same = np.array_equal(chosen, members)
        members = chosen
        if same or not MIN_MEMBERS <= count <= MAX_MEMBERS:
            break
    return members


@njit(cache=True)
def _settle_all(
    ptr: Int64, user: Codes, deals: Deals, idents: Identifiers, cells: Scratch
) -> tuple[Int64, Codes]:
    new_ptr = np.zeros(len(ptr), np.int64)
    out = np.empty(max(1, len(user)), np.int32)
    filled = 0
    for g in range(len(ptr) - 1):
        members = _settle(user[ptr[g] : ptr[g + 1]].copy(), deals, idents, cells)
        if not MIN_MEMBERS <= len(members) <= MAX_MEMBERS:
            members = members[:0]
        while filled + len(members) > len(out):
            out = np.concatenate((out, np.empty(len(out), np.int32)))
        out[filled : filled + len(members)] = members
        filled += len(members)
        new_ptr[g + 1] = filled
    return new_ptr, out[:filled]


def settle(
    candidates: Groups, deals: Deals, idents: Identifiers, cells: Scratch
) -> tuple[Groups, list[npt.NDArray[np.int64]]]:
    """Members of each candidate by likelihood, the same group listed once.

    A user belongs when its log-likelihood ratio exceeds log(users / group size), the prior odds
    against picking it at random; candidates that fall below `MIN_MEMBERS` or above
    `MAX_MEMBERS` are dropped. Returns the distinct groups in order of first appearance and, for
    each, the positions of the candidates that settled on it.
    """
    ptr, user = _settle_all(candidates.ptr, candidates.user, deals, idents, cells)
    origins: dict[bytes, list[int]] = {}
    for g in range(len(candidates)):
        members = user[ptr[g] : ptr[g + 1]]
        if len(members):
            origins.setdefault(members.tobytes(), []).append(g)
    groups = Groups.of(np.frombuffer(key, np.int32) for key in origins)
    return groups, [np.array(found, np.int64) for found in origins.values()]
