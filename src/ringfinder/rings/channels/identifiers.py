"""Users who share devices, addresses or whatever identifier the log declares."""

from collections.abc import Iterator

import numpy as np

from ringfinder.rings.bipartite import communities, components
from ringfinder.rings.channels.protocol import Codes, Log

RESOLUTIONS = (0.02, 0.08)
HUB_USERS = 60
"""Identifiers with more users (carriers, campuses) prove nothing and are left out."""
MIN_HOLDERS = 5
MAX_CHAIN = 300
RARE = (4, 12)


def communities_of_holders(log: Log) -> Iterator[Codes]:
    """Communities of users joined by identifiers, each weighing less the more users hold it."""
    idents = log.idents
    user = np.repeat(np.arange(len(idents.ptr) - 1, dtype=np.int32), np.diff(idents.ptr))
    degree = np.diff(idents.entity_ptr)[idents.entity]
    keep = (degree >= 2) & (degree <= HUB_USERS)
    weight = 1 / np.log2(degree[keep] + 1.0)
    yield from communities(user[keep], idents.entity[keep].astype(np.int64), weight, RESOLUTIONS)


def holders(log: Log) -> Iterator[Codes]:
    """All users of one identifier."""
    idents = log.idents
    degree = np.diff(idents.entity_ptr)
    for x in np.flatnonzero((degree >= MIN_HOLDERS) & (degree <= HUB_USERS)):
        yield idents.user[idents.entity_ptr[x] : idents.entity_ptr[x + 1]]


def two_hops(log: Log) -> Iterator[Codes]:
    """Users joined by chains of identifiers that few hold, whatever their type.

    A phone that meets an address that meets another phone: each link is weak evidence alone, so
    chains are built of ever less rare identifiers, of things by themselves and of all.
    """
    idents = log.idents
    user = np.repeat(np.arange(len(idents.ptr) - 1, dtype=np.int32), np.diff(idents.ptr))
    degree = np.diff(idents.entity_ptr)[idents.entity]
    thing = ~idents.place[idents.entity]
    for rare in RARE:
        few = (degree >= 2) & (degree <= rare)
        for keep in (few & thing, few):
            yield from components(
                user[keep], idents.entity[keep].astype(np.int64), MIN_HOLDERS, MAX_CHAIN
            )
