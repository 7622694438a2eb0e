"""The last events of users as padded arrays: what a sequence model reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ringfinder.events.schema import AMOUNT_SCALE
from ringfinder.features.coded_events import NO_AMOUNT
from ringfinder.features.snapshot import Snapshot
from ringfinder.vocabulary import ENTITY_TYPES, LINK_TYPES

LENGTH = 32
"""Events a user, unless the caller asks otherwise."""

CROWDS = 16
"""Number of crowd buckets, see `Sequences.crowd`."""

_SECOND = 1_000_000
_HOUR = 3_600 * _SECOND
_HOURS_A_DAY = 24
D = TypeVar("D", bound=np.generic)


@dataclass(frozen=True)
class Sequences:
    """The last K events of n users, oldest first, padding (zeros) after the last one.

    `mask` bool [n, K] marks events. `action` int8 is a position in `vocabulary.ACTIONS`; `hour`
    int8 the UTC hour of the day; `gap` float32 ln(1 + seconds since the user's event before), 0 for
    a first event; `amount` float32 ln(1 + currency units), negative for negative amounts, 0 where
    absent. `same` int8 [n, K, 4] is 1 where an event names the same item, seller, device or ip (the
    order of `vocabulary.ENTITY_TYPES`) as the user's event before. `crowd` int8 [n, K, 4] is 0
    where the event names none and else 1 + log2 of the number of users linked to that entity,
    rounded up, at most `CROWDS` - 1.
    """

    mask: npt.NDArray[np.bool_]
    action: npt.NDArray[np.int8]
    hour: npt.NDArray[np.int8]
    gap: npt.NDArray[np.float32]
    amount: npt.NDArray[np.float32]
    same: npt.NDArray[np.int8]
    crowd: npt.NDArray[np.int8]


def sequences(
    snapshot: Snapshot,
    users: npt.NDArray[np.int32],
    length: int = LENGTH,
    crowd_of: Mapping[str, npt.NDArray[np.int8]] | None = None,
) -> Sequences:
    """Gather the last `length` events of each of `users`, int32 codes [n].

    `crowd_of` is what `crowds` gives, for a caller that asks again and again.
    """
    events = snapshot.events
    crowd_of = crowds(snapshot) if crowd_of is None else crowd_of
    begin, end = events.user_ptr[users], events.user_ptr[users.astype(np.int64) + 1]
    place = np.maximum(begin, end - length)[:, None] + np.arange(length)
    mask = place < end[:, None]
    row = events.by_user[place[mask]]
    has_earlier = (place > begin[:, None])[mask]
    earlier = events.by_user[np.maximum(place[mask] - 1, 0)]

    ts = events.ts[row]
    seconds = np.where(has_earlier, ts - events.ts[earlier], 0) / _SECOND
    raw = events.amount[row]
    amount = np.where(raw == NO_AMOUNT, 0, raw) / AMOUNT_SCALE
    same = np.zeros((len(row), len(ENTITY_TYPES)), np.int8)
    crowd = np.zeros((len(row), len(ENTITY_TYPES)), np.int8)
    for column, kind in enumerate(ENTITY_TYPES):
        code = events.entity[kind.name][row]
        named = code >= 0
        same[:, column] = has_earlier & named & (code == events.entity[kind.name][earlier])
        crowd[named, column] = crowd_of[kind.name][code[named]]
    return Sequences(
        mask=mask,
        action=_padded(mask, events.action[row]),
        hour=_padded(mask, (ts // _HOUR % _HOURS_A_DAY).astype(np.int8)),
        gap=_padded(mask, np.log1p(seconds).astype(np.float32)),
        amount=_padded(mask, (np.sign(amount) * np.log1p(np.abs(amount))).astype(np.float32)),
        same=_padded(mask, same),
        crowd=_padded(mask, crowd),
    )


def crowds(snapshot: Snapshot) -> dict[str, npt.NDArray[np.int8]]:
    """Bucket every entity by the users of its widest link type, int8 [entities] by entity type."""
    found = {}
    for kind in ENTITY_TYPES:
        degrees = [snapshot.graph.links[k.name].degree for k in LINK_TYPES if k.entity == kind.name]
        doublings = np.ceil(np.log2(np.maximum(np.max(degrees, axis=0), 1)))
        found[kind.name] = np.minimum(doublings + 1, CROWDS - 1).astype(np.int8)
    return found


def _padded(mask: npt.NDArray[np.bool_], values: npt.NDArray[D]) -> npt.NDArray[D]:
    out = np.zeros((*mask.shape, *values.shape[1:]), values.dtype)
    out[mask] = values
    return out
