"""Work on many groups in a few threads; what comes out is the same for any number of them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

import numpy as np

from ringfinder.features.groups import Groups
from ringfinder.rings.weighing import Scratch, spare

THREADS = 2
"""Threads of a sweep; each needs scratch arrays of its own."""

PARTS = 16
"""Parts of the groups, more than threads, since groups of as many members differ in work."""

Result = TypeVar("Result")


def in_parts(
    groups: Groups, cells: Scratch, work: Callable[[int, int, Scratch], Result]
) -> list[Result]:
    """What `work(first, last, cells)` gives for runs [first, last) of the groups, in order.

    Runs have about as many members each and join up to all groups. `work` must let go of the
    interpreter's lock to gain by threads, and leave the scratch arrays as it found them.
    """
    ends = np.searchsorted(groups.ptr, np.linspace(0, groups.ptr[-1], PARTS + 1)[1:-1])
    bounds = np.r_[0, ends, len(groups)].tolist()
    free: SimpleQueue[Scratch] = SimpleQueue()
    for one in (cells, *(spare(cells) for _ in range(THREADS - 1))):
        free.put(one)

    def part(first: int, last: int) -> Result:
        own = free.get()
        try:
            return work(first, last, own)
        finally:
            free.put(own)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(part, bounds[:-1], bounds[1:]))
