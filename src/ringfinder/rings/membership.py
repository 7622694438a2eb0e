"""Membership: from a rough candidate to the users whose own behaviour says they belong."""

from collections.abc import Collection
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt
from numba import njit

from ringfinder.features.groups import Groups
from ringfinder.rings.deals import Deals, Identifiers
from ringfinder.rings.threads import in_parts
from ringfinder.rings.weighing import (
    PRIOR,
    Codes,
    Int64,
    Scratch,
    choose,
    clear,
    entity_rate,
    synchronise,
    touch,
    vouch,
    weigh,
)

MIN_MEMBERS = 4
MAX_MEMBERS = 2_000
ROUNDS = 3

Origins = dict[bytes, list[int]]
"""Positions of the candidates behind each group, by the bytes of its members' codes."""


@njit(cache=True, nogil=True)
def _touch_all(
    kept_t: Codes, kept_e: Codes, deals: Deals, idents: Identifiers, cells: Scratch
) -> int:
    """Touch whom `weigh` would weigh, with hits and times but no weights; return how many."""
    m = 0
    for x in kept_t:
        synchronise(x, cells.target[x], deals, cells)
        for j in range(deals.target_ptr[x], deals.target_ptr[x + 1]):
            m = touch(deals.target_user[j], m, cells)
            cells.hits[deals.target_user[j]] += 1
    for x in kept_e:
        for j in range(idents.entity_ptr[x], idents.entity_ptr[x + 1]):
            m = touch(idents.user[j], m, cells)
    return m


@njit(cache=True, nogil=True)
def _weigh_in_crowd(
    n: int, kept_t: Codes, kept_e: Codes, deals: Deals, idents: Identifiers, cells: Scratch
) -> tuple[int, float, int]:
    """Weigh against the crowd whom `weigh` weighs against everybody.

    The crowd are the outsiders who dealt with something of the group's list. Fills what `weigh`
    fills; returns the number of touched users, the base and the size of the crowd.
    """
    n_users = len(deals.ptr) - 1
    m = _touch_all(kept_t, kept_e, deals, idents, cells)
    crowd = 0
    for i in range(m):
        v = cells.touched[i]
        crowd += cells.hits[v] > 0 and not cells.inside[v]
    crowd = max(crowd, n)
    base = 0.0
    for x in kept_t:
        k = cells.target[x]
        start, end = deals.target_ptr[x], deals.target_ptr[x + 1]
        q = min(0.9, (end - start - k + PRIOR) / (crowd + 1.0))
        absent = np.log((1 - (k - 1) / n) / (1 - q))
        base += absent
        member, other = vouch(True, k, n, q) - absent, vouch(False, k, n, q) - absent
        for j in range(start, end):
            v = deals.target_user[j]
            cells.llr[v] += (member if cells.inside[v] else other) + cells.sync[j]
    for x in kept_e:
        k = cells.entity[x]
        start, end = idents.entity_ptr[x], idents.entity_ptr[x + 1]
        q = entity_rate(end - start - k, n_users - n)
        absent = np.log((1 - (k - 1) / n) / (1 - q))
        base += absent
        member, other = vouch(True, k, n, q) - absent, vouch(False, k, n, q) - absent
        for j in range(start, end):
            v = idents.user[j]
            cells.llr[v] += member if cells.inside[v] else other
    return m, base, crowd


@njit(cache=True, nogil=True)
def _choose_anew(
    members: Codes, in_crowd: bool, deals: Deals, idents: Identifiers, cells: Scratch
) -> Codes:
    """One group's members after one round of expectation and choice, ascending."""
    n = len(members)
    seen_t, seen_e, kept_t, kept_e, mean = choose(members, deals, idents, cells)
    if in_crowd:
        m, base, crowd = _weigh_in_crowd(n, kept_t, kept_e, deals, idents, cells)
        threshold = np.log((crowd + n) / n)
    else:
        m, base = weigh(n, kept_t, kept_e, mean, deals, idents, cells)
        threshold = np.log((len(deals.ptr) - 1) / n)
    chosen = np.empty(m, np.int32)
    count = 0
    for i in range(m):
        if cells.llr[cells.touched[i]] + base > threshold:
            chosen[count] = cells.touched[i]
            count += 1
    clear(members, seen_t, seen_e, kept_t, m, deals, cells)
    return np.sort(chosen[:count])


@njit(cache=True, nogil=True)
def _choose_all(
    ptr: Int64, user: Codes, in_crowd: bool, deals: Deals, idents: Identifiers, cells: Scratch
) -> tuple[Int64, Codes]:
    """One round for every group; groups that leave the bounds of size come out empty."""
    new_ptr = np.zeros(len(ptr), np.int64)
    out = np.empty(max(1, len(user)), np.int32)
    filled = 0
    for g in range(len(ptr) - 1):
        members = _choose_anew(user[ptr[g] : ptr[g + 1]], in_crowd, deals, idents, cells)
        if not MIN_MEMBERS <= len(members) <= MAX_MEMBERS:
            members = members[:0]
        while filled + len(members) > len(out):
            out = np.concatenate((out, np.empty(len(out), np.int32)))
        out[filled : filled + len(members)] = members
        filled += len(members)
        new_ptr[g + 1] = filled
    return new_ptr, out[:filled]


def _keys(ptr: Int64, user: Codes) -> list[bytes]:
    """The bytes of each group's members, `user[ptr[g]:ptr[g + 1]]`."""
    text, ends = user.tobytes(), (ptr * user.itemsize).tolist()
    return [text[start:end] for start, end in pairwise(ends)]


def _of_keys(keys: Collection[bytes]) -> Groups:
    user = np.frombuffer(b"".join(keys), np.int32)
    ends = np.cumsum([0, *map(len, keys)], dtype=np.int64)
    return Groups(ends // user.itemsize, user)


def _settled(
    rough: Origins, in_crowd: bool, deals: Deals, idents: Identifiers, cells: Scratch
) -> Origins:
    """Groups after at most `ROUNDS` rounds; those that meet on the way go on as one."""

    def work(first: int, last: int, own: Scratch) -> list[bytes]:
        ptr = groups.ptr[first : last + 1]
        return _keys(*_choose_all(ptr, groups.user, in_crowd, deals, idents, own))

    final: Origins = {}
    for last in [False] * (ROUNDS - 1) + [True]:
        groups = _of_keys(rough)
        moving: Origins = {}
        settled = chain.from_iterable(in_parts(groups, cells, work))
        for (before, found), after in zip(rough.items(), settled, strict=True):
            if after:
                rests = last or after == before
                (final if rests else moving).setdefault(after, []).extend(found)
        rough = moving
    return final


def settle(
    candidates: Groups, deals: Deals, idents: Identifiers, cells: Scratch
) -> tuple[Groups, list[npt.NDArray[np.int64]]]:
    """Members of each candidate by likelihood, the same group listed once.

    A user belongs when its log-likelihood ratio exceeds log(users / group size), the prior odds
    against picking it at random. Each candidate settles twice: against everybody, and against the
    crowd that deals with the same things, because inside a promotion or at a busy seller the first
    takes in the whole crowd. Groups that fall below `MIN_MEMBERS` or above `MAX_MEMBERS` are
    dropped. Returns the distinct groups in the order of their first candidates and, for each, the
    positions of the candidates that settled on it, ascending.
    """
    rough: Origins = {}
    for g, key in enumerate(_keys(candidates.ptr, candidates.user)):
        rough.setdefault(key, []).append(g)
    origins: Origins = {}
    for in_crowd in (False, True):
        for key, found in _settled(rough, in_crowd, deals, idents, cells).items():
            origins.setdefault(key, []).extend(found)
    settled = sorted(origins.items(), key=lambda one: (min(one[1]), one[0]))
    return _of_keys([key for key, _ in settled]), [
        np.unique(np.array(found, np.int64)) for _, found in settled
    ]
