"""Dense parts of the graph of users and what they deal with, whatever the time."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ringfinder.rings.bipartite import communities, core, distinct_pairs
from ringfinder.rings.channels.protocol import Codes, Log
from ringfinder.rings.deals import FAMILIES

FINE = (0.01, 0.02, 0.04, 0.08, 0.15)
COARSE = (0.02, 0.08)
HUB_CUSTOMERS = 2_000
"""Targets with more customers join everybody with everybody and are left out."""


def _dense(
    user: Codes, entity: npt.NDArray[np.int64], least: int, resolutions: tuple[float, ...]
) -> Iterator[Codes]:
    """Communities of users with at least `least` entities that somebody else has too."""
    user, entity = distinct_pairs(user, entity)
    if not len(user):
        return
    degree = np.bincount(entity)[entity]
    user, entity = user[degree <= HUB_CUSTOMERS], entity[degree <= HUB_CUSTOMERS]
    degree = degree[degree <= HUB_CUSTOMERS]
    keep = core(user, entity, least, 2)
    weight = 1 / np.log(degree[keep] + 5.0)
    yield from communities(user[keep], entity[keep], weight, resolutions)


def targets(log: Log) -> Iterator[Codes]:
    """Users who buy, review, buy again and again, or merely browse the same items.

    Links weigh as in FRAUDAR (Hooi et al. 2016): less, the more customers the item has.
    """
    for family, least in (("deal", 2), ("review", 1), ("repeat", 1), ("browse", 2)):
        keep = log.deal_family == FAMILIES.index(family)
        yield from _dense(log.deal_user[keep], log.deals.target[keep].astype(np.int64), least, FINE)


def sellers(log: Log) -> Iterator[Codes]:
    """Users who buy from the same sellers."""
    keep = (log.deal_seller >= 0) & (log.deal_family == FAMILIES.index("deal"))
    yield from _dense(log.deal_user[keep], log.deal_seller[keep], 2, COARSE)


def undone(log: Log) -> Iterator[Codes]:
    """Users who refund or cancel at the same items or sellers."""
    keep = log.deal_family == FAMILIES.index("undo")
    yield from _dense(log.deal_user[keep], log.deals.target[keep].astype(np.int64), 1, COARSE)
    keep &= log.deal_seller >= 0
    yield from _dense(log.deal_user[keep], log.deal_seller[keep], 1, COARSE)
