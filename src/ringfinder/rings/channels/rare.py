"""A little of everything: targets, sellers' things, refunds, reviews and identifiers at once."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ringfinder.rings.bipartite import communities, core
from ringfinder.rings.channels.protocol import Codes, Log
from ringfinder.rings.deals import FAMILIES

RARE = 60
"""Users that a rare thing has at most."""

RESOLUTIONS = (0.02, 0.05)


def everything(log: Log) -> Iterator[Codes]:
    """Users who share rare things, though no one kind of trace is dense."""
    user, thing = _things(log)
    yield from _joined(*_rare(user, thing), least=2)


def by_rare_acts(log: Log) -> Iterator[Codes]:
    """The same among those alone who did what few do: undo, review, or buy again and again.

    Who of many customers sends things back is a choice that rings make together; among those few
    a thing that two share says more than in the whole log.
    """
    user, thing = _things(log)
    for family in ("undo", "review", "repeat"):
        acts = np.zeros(log.snapshot.n_users, np.bool_)
        acts[log.deal_user[log.deal_family == FAMILIES.index(family)]] = True
        if acts.sum() <= FEW * len(acts):
            yield from _joined(*_rare(user[acts[user]], thing[acts[user]]), least=1)


FEW = 0.1
"""What at most this share of the users do is a rare act."""


def _things(log: Log) -> tuple[Codes, npt.NDArray[np.int64]]:
    """Every (user, target) and (user, identifier) pair, in one code space of things."""
    deals, idents = log.deals, log.idents
    holder = np.repeat(np.arange(len(idents.ptr) - 1, dtype=np.int32), np.diff(idents.ptr))
    offset = len(deals.target_ptr) - 1
    return (
        np.concatenate([log.deal_user, holder]),
        np.concatenate([deals.target, idents.entity.astype(np.int64) + offset]),
    )


def _rare(user: Codes, thing: npt.NDArray[np.int64]) -> tuple[Codes, npt.NDArray[np.int64]]:
    degree = np.bincount(thing)[thing]
    keep = (degree >= 2) & (degree <= RARE)
    return user[keep], thing[keep]


def _joined(user: Codes, thing: npt.NDArray[np.int64], least: int) -> Iterator[Codes]:
    """Communities of users with at least `least` things that somebody else has too."""
    kept = core(user, thing, least, 2) if len(user) else np.zeros(0, np.bool_)
    user, thing = user[kept], thing[kept]
    if len(user):
        weight = 1 / np.log2(np.bincount(thing)[thing] + 1.0)
        yield from communities(user, thing, weight, RESOLUTIONS)
