"""Hubs: how little a shared entity says once a crowd shares it."""

import numpy as np
import numpy.typing as npt

from ringfinder.graph.entity_graph import Hubs
from ringfinder.vocabulary import EntityType

Int64 = npt.NDArray[np.int64]

KINDS = ("private", "shared", "crowded", "hub")
"""Kinds of entity by the number of its users; a stored kind is its position here."""

_TAIL = 1_000
_CROWD_SHARE = 10
_FEWEST_HUB_USERS = 10


def hub_users(entity: EntityType, users: Int64, n_users: int) -> int:
    """Count the users above which an entity of this type is a hub in this log.

    `users` int64 [entities]. The vocabulary's threshold stands unless the log's own tail (the
    thousandth of its entities with most users) lies above it; an entity that a tenth of all users
    hold is a hub whatever its type, except in logs so small that a tenth is a handful.
    """
    tail = 0
    if len(users):
        position = len(users) - 1 - len(users) // _TAIL
        tail = int(np.partition(users, position)[position])
    return min(max(entity.hub_users, tail), max(_FEWEST_HUB_USERS, n_users // _CROWD_SHARE))


def classify(entity: EntityType, users: Int64, n_users: int) -> Hubs:
    """Sort the entities of a type into `KINDS` and weigh them by how many users hold each.

    `users` int64 [entities] counts distinct users. Private is one user or none; crowded begins
    above the square root of the hub threshold, the middle of the way to it on a log scale. The
    weight is 1 / log2(1 + users), above the hub threshold damped once more in proportion.
    """
    limit = hub_users(entity, users, n_users)
    kind = np.searchsorted(np.array([1, max(2, int(limit**0.5)), limit]), users, side="left")
    held = np.maximum(users, 1).astype(np.float64)
    weight = np.minimum(1.0, limit / held) / np.log2(1.0 + held)
    return Hubs(kind.astype(np.int8), weight.astype(np.float32))
