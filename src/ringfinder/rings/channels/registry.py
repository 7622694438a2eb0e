"""The table of channels; a new channel is one module and one row."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from itertools import chain

import numpy as np
import numpy.typing as npt

from ringfinder.features.groups import Groups
from ringfinder.rings.channels.protocol import Channel, Log
from ringfinder.rings.threads import THREADS

CHANNELS = {
    "shared purchases": "ringfinder.rings.channels.density:targets",
    "shared sellers": "ringfinder.rings.channels.density:sellers",
    "shared refunds": "ringfinder.rings.channels.density:undone",
    "same item, same hours": "ringfinder.rings.channels.time_cells:item_hours",
    "same item, same days": "ringfinder.rings.channels.time_cells:item_days",
    "same seller, same hours": "ringfinder.rings.channels.time_cells:seller_hours",
    "same seller, same days": "ringfinder.rings.channels.time_cells:seller_days",
    "shared identifiers": "ringfinder.rings.channels.identifiers:communities_of_holders",
    "one identifier": "ringfinder.rings.channels.identifiers:holders",
    "circles of co-action": "ringfinder.rings.channels.coaction:circles",
    "chains of identifiers": "ringfinder.rings.channels.identifiers:two_hops",
    "switches": "ringfinder.rings.channels.takeovers:switches",
    "everything rare": "ringfinder.rings.channels.rare:everything",
    "shared by few who act so": "ringfinder.rings.channels.rare:by_rare_acts",
    "one small item": "ringfinder.rings.channels.customers:of_small_targets",
    "one small seller": "ringfinder.rings.channels.customers:of_small_sellers",
    "related things of a seller": "ringfinder.rings.channels.customers:of_related_targets",
    "newcomers at one item": "ringfinder.rings.channels.customers:newcomers",
    "newcomers at one seller": "ringfinder.rings.channels.customers:newcomers_at_sellers",
    "inside a burst, hours": "ringfinder.rings.channels.promotions:hours",
    "inside a burst, days": "ringfinder.rings.channels.promotions:days",
}


@cache
def channels() -> tuple[Channel, ...]:
    """The channels of the table, their modules read in."""
    named = (reference.split(":") for reference in CHANNELS.values())
    return tuple(getattr(import_module(module), name) for module, name in named)


def propose(log: Log) -> tuple[Groups, npt.NDArray[np.int64]]:
    """Candidates of every channel and, int64 [candidates], the channel's position in the table."""
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda channel: list(channel(log)), channels()))
    origin = np.repeat(np.arange(len(found)), [len(groups) for groups in found])
    return Groups.of(chain.from_iterable(found)), origin
