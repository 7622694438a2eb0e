"""Rare things of every kind at once: targets, sellers, refunds, reviews and identifiers."""

from collections.abc import Iterator

import numpy as np

from ringfinder.rings.bipartite import communities, core
from ringfinder.rings.channels.protocol import Codes, Log

RARE = 60
"""Users that a rare thing has at most."""

RESOLUTIONS = (0.02, 0.05)
CORE = 2


def everything(log: Log) -> Iterator[Codes]:
    """Users who share a little of everything: no one kind of trace need be dense."""
    deals, idents = log.deals, log.idents
    holder = np.repeat(np.arange(len(idents.ptr) - 1, dtype=np.int32), np.diff(idents.ptr))
    user = np.concatenate([log.deal_user, holder])
    thing = np.concatenate(
        [deals.target, idents.entity.astype(np.int64) + len(deals.target_ptr) - 1]
    )
    degree = np.concatenate([np.diff(deals.target_ptr), np.diff(idents.entity_ptr)])[thing]
    keep = (degree >= 2) & (degree <= RARE)
    user, thing = user[keep], thing[keep]
    if not len(user):
        return
    kept = core(user, thing, CORE, CORE)
    user, thing = user[kept], thing[kept]
    if len(user):
        weight = 1 / np.log2(np.bincount(thing)[thing] + 1.0)
        yield from communities(user, thing, weight, RESOLUTIONS)
