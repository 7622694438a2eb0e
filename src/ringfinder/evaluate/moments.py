"""When planted groups act: in a stretch of the log, in common slots of it, or amid a crowd."""

from collections.abc import Callable

import numpy as np

from ringfinder.evaluate.background import Background, Ints
from ringfinder.evaluate.shapes import Takes, pairs

_MINUTE, _HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000


def length_of(log: Background, rng: np.random.Generator) -> int:
    """For how long a group acts, microseconds: uniform or log-uniform from an hour to all."""
    shortest = min(_HOUR, log.span)
    if rng.random() < 0.5:
        return int(rng.uniform(shortest, log.span))
    return int(np.exp(rng.uniform(np.log(shortest), np.log(log.span))))


def times_of(
    log: Background, rng: np.random.Generator, what: Ints, slots: int, length: int
) -> Ints:
    """Real hours of a stretch of that length, or common slots in it, each thing in one."""
    start = log.start + int(rng.random() * (log.span - length))
    if not slots:
        return log.moments(rng, len(what), start, length)
    slot = _stretch(rng, length)
    opens = start + (rng.random(slots) * (length - slot)).astype(np.int64)
    at = opens[rng.integers(0, slots, int(what.max(initial=0)) + 1)[what]]
    return at + (rng.random(len(what)) * slot).astype(np.int64)


def _stretch(rng: np.random.Generator, most: int) -> int:
    """Ten minutes to a day, log-uniform, and not longer than `most`, microseconds."""
    return min(most, int(np.exp(rng.uniform(np.log(10 * _MINUTE), np.log(DAY)))))


def amid_crowd(
    log: Background, rng: np.random.Generator, drawn: Callable[[int], Takes]
) -> tuple[int, Ints, Ints, Ints]:
    """Hide in a crowd: the things that sell in some busy stretch, at the times they sell.

    `drawn` tells who takes what of at most so many things. Returns the one slot, and for each order
    a row to take it after, the member's position and the time.
    """
    rows = log.crowd(rng, _stretch(rng, log.span))
    weight = np.bincount(log.what[rows], minlength=len(log.things))
    selling = np.flatnonzero(weight)
    who, what = pairs(drawn(len(selling)))
    chosen = rng.choice(selling, what.max() + 1, replace=False, p=weight[selling] / len(rows))
    order = rows[np.argsort(log.what[rows], kind="stable")]
    first = np.searchsorted(log.what[order], chosen[what])
    like = order[first + (rng.random(len(what)) * weight[chosen[what]]).astype(np.int64)]
    return 1, like, who, log.ts[like]
