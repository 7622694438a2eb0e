"""Where users ordered again and again within hours, in words."""

import numpy as np
import numpy.typing as npt

from ringfinder.cases.names import Names
from ringfinder.cases.plain_text import fit
from ringfinder.features.coded_events import MISSING, CodedEvents
from ringfinder.features.repeats import FEWEST, SPAN, UserBurst, bursts_of_user
from ringfinder.features.snapshot import Snapshot
from ringfinder.vocabulary import ACTION_CODE

_SHOWN = 5
_NAME = 14


def bursts_in_words(snapshot: Snapshot, names: Names, user: int) -> tuple[str, ...]:
    """Tell the largest bursts of the user with that code, five at most."""
    bursts = bursts_of_user(snapshot.events, user)[:_SHOWN]
    return tuple(_in_words(one, names.ids(one.kind, [one.code])[0]) for one in bursts)


def _in_words(one: UserBurst, name: str) -> str:
    return (
        f"Ordered {one.count} times at {one.kind} {fit(name, _NAME)} in 3 hours, "
        f"{one.count} of {one.traffic} orders there."
    )


def users_with_bursts(events: CodedEvents) -> npt.NDArray[np.int32]:
    """List the codes of the users that have any, ascending, from one pass over the log.

    To the microsecond, as `bursts_of_user` tells them; `repeat_bursts` counts in milliseconds.
    """
    item, seller = np.asarray(events.entity["item"]), np.asarray(events.entity["seller"])
    named = (item != MISSING) | (seller != MISSING)
    rows = np.flatnonzero((np.asarray(events.action) == ACTION_CODE["order"]) & named)
    # An order counts for its item, or for its seller where it names no item.
    target = np.where(item[rows] == MISSING, -1 - seller[rows].astype(np.int64), item[rows])
    user, ts = np.asarray(events.user)[rows], np.asarray(events.ts)[rows]
    order = np.lexsort((ts, target, user))
    user, target, ts = user[order], target[order], ts[order]
    ahead = FEWEST - 1
    here, later = slice(None, -ahead), slice(ahead, None)
    burst = (user[here] == user[later]) & (target[here] == target[later])
    burst &= ts[later] - ts[here] < SPAN
    return np.unique(user[here][burst])
