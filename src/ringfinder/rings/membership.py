"""Membership: from a rough candidate to the users whose own behaviour says they belong."""

import numpy as np
import numpy.typing as npt
from numba import njit

from ringfinder.features.groups import Groups
from ringfinder.rings.deals import Deals, Identifiers
from ringfinder.rings.weighing import (
    PRIOR,
    Codes,
    Int64,
    Scratch,
    choose,
    clear,
    entity_rate,
    vouch,
    weigh,
)

MIN_MEMBERS = 4
MAX_MEMBERS = 2_000
ROUNDS = 3


@njit(cache=True)
def _weigh_in_crowd(
    n: int, m: int, kept_t: Codes, kept_e: Codes, deals: Deals, idents: Identifiers, cells: Scratch
) -> tuple[float, int]:
    """Weigh anew, against the crowd, the m users that `weigh` weighed against everybody.

    The crowd are the outsiders who dealt with something of the group's list. Fills `cells.llr`;
    returns the base and the size of the crowd.
    """
    n_users = len(deals.ptr) - 1
    crowd = 0
    for i in range(m):
        v = cells.touched[i]
        crowd += cells.hits[v] > 0 and not cells.inside[v]
        cells.llr[v] = 0.0
    crowd = max(crowd, n)
    base = 0.0
    for x in kept_t:
        k = cells.target[x]
        start, end = deals.target_ptr[x], deals.target_ptr[x + 1]
        q = min(0.9, (end - start - k + PRIOR) / (crowd + 1.0))
        absent = np.log((1 - (k - 1) / n) / (1 - q))
        base += absent
        for j in range(start, end):
            v = deals.target_user[j]
            cells.llr[v] += vouch(v, k, n, q, cells) - absent + cells.sync[j]
    for x in kept_e:
        k = cells.entity[x]
        start, end = idents.entity_ptr[x], idents.entity_ptr[x + 1]
        q = entity_rate(end - start - k, n_users)
        absent = np.log((1 - (k - 1) / n) / (1 - q))
        base += absent
        for j in range(start, end):
            v = idents.user[j]
            cells.llr[v] += vouch(v, k, n, q, cells) - absent
    return base, crowd


@njit(cache=True)
def _settle(
    members: Codes, in_crowd: bool, deals: Deals, idents: Identifiers, cells: Scratch
) -> Codes:
    """One group's members after at most `ROUNDS` rounds of expectation and choice."""
    n_users = len(deals.ptr) - 1
    for _ in range(ROUNDS):
        n = len(members)
        seen_t, seen_e, kept_t, kept_e, mean = choose(members, deals, idents, cells)
        m, base = weigh(n, kept_t, kept_e, mean, deals, idents, cells)
        threshold = np.log(n_users / n)
        if in_crowd:
            base, crowd = _weigh_in_crowd(n, m, kept_t, kept_e, deals, idents, cells)
            threshold = np.log((crowd + n) / n)
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
    ptr: Int64, user: Codes, in_crowd: bool, deals: Deals, idents: Identifiers, cells: Scratch
) -> tuple[Int64, Codes]:
    new_ptr = np.zeros(len(ptr), np.int64)
    out = np.empty(max(1, len(user)), np.int32)
    filled = 0
    for g in range(len(ptr) - 1):
        members = _settle(user[ptr[g] : ptr[g + 1]].copy(), in_crowd, deals, idents, cells)
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
    against picking it at random. Each candidate settles twice: against everybody, and against the
    crowd that deals with the same things, because inside a promotion or at a busy seller the first
    takes in the whole crowd. Groups that fall below `MIN_MEMBERS` or above `MAX_MEMBERS` are
    dropped. Returns the distinct groups in order of first appearance and, for each, the positions
    of the candidates that settled on it, ascending.
    """
    alike: dict[bytes, list[int]] = {}
    for g in range(len(candidates)):
        alike.setdefault(candidates.members(g).tobytes(), []).append(g)
    rough = Groups.of(np.frombuffer(key, np.int32) for key in alike)
    origins: dict[bytes, list[int]] = {}
    for in_crowd in (False, True):
        ptr, user = _settle_all(rough.ptr, rough.user, in_crowd, deals, idents, cells)
        for g, found in enumerate(alike.values()):
            members = user[ptr[g] : ptr[g + 1]]
            if len(members):
                origins.setdefault(members.tobytes(), []).extend(found)
    groups = Groups.of(np.frombuffer(key, np.int32) for key in origins)
    return groups, [np.unique(np.array(found, np.int64)) for found in origins.values()]
