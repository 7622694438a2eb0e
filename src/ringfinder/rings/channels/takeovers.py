"""Take-over switches: old users who turn up at something new to them, together."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ringfinder.rings.bipartite import communities, distinct_pairs
from ringfinder.rings.channels.protocol import Codes, Log
from ringfinder.rings.deals import identifier_links, identifier_types
from ringfinder.rings.window import HOUR

OLD = 72 * HOUR
"""A user is old when it is first seen with an identifier this long after its first event."""

AFTER = 48 * HOUR
"""Deals this soon after a switch belong to it."""

HUB_USERS = 60
RESOLUTIONS = (0.02, 0.08)
MIN_SWITCHES = 3


def switches(log: Log) -> Iterator[Codes]:
    """Users joined by identifiers that several of them first used late, and by what came next.

    An identifier joins where at least `MIN_SWITCHES` users came to it within `OLD` of each other,
    long after their own first event; what those users deal with within `AFTER` joins them too.
    """
    user, entity, ts = _late_links(log)
    if not len(user):
        return
    order = np.lexsort((user, ts, entity))
    user, entity, ts = user[order], entity[order], ts[order]
    fresh = np.ones(len(user), np.bool_)
    fresh[1:] = (entity[1:] != entity[:-1]) | (np.diff(ts) > OLD)
    meeting = np.cumsum(fresh) - 1
    joined = np.bincount(meeting)[meeting] >= MIN_SWITCHES
    user, meeting, ts = user[joined], meeting[joined], ts[joined]
    if not len(user):
        return
    switched = np.full(log.snapshot.n_users, np.iinfo(np.int64).max)
    np.minimum.at(switched, user, ts)
    since = log.deals.ts - switched[log.deal_user]
    next_deal = (since >= 0) & (since <= AFTER)
    target = log.deals.target[next_deal].astype(np.int64) + len(fresh)
    pairs = distinct_pairs(
        np.concatenate([user, log.deal_user[next_deal]]), np.concatenate([meeting, target])
    )
    degree = np.bincount(pairs[1])[pairs[1]]
    keep = (degree >= 2) & (degree <= HUB_USERS)
    who, what, degree = pairs[0][keep], pairs[1][keep], degree[keep]
    yield from communities(who, what, 1 / np.log2(degree + 1.0), RESOLUTIONS)


def _late_links(
    log: Log,
) -> tuple[Codes, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """User, identifier and first use (microseconds) of links that began late in the user's life."""
    events = log.snapshot.events
    if not len(events):
        empty = np.empty(0, np.int64)
        return empty.astype(np.int32), empty, empty
    birth = events.first_seen
    users, entities, times, offset = [], [], [], 0
    for kind in identifier_types(log.snapshot):
        links = identifier_links(log.snapshot, kind.name)
        user = np.repeat(np.arange(len(birth), dtype=np.int32), np.diff(links.user_ptr))
        entity, first = np.asarray(links.entity), np.asarray(links.first_seen)
        degree = np.diff(links.entity_ptr)[entity]
        late = (first - birth[user] >= OLD) & (degree >= MIN_SWITCHES) & (degree <= HUB_USERS)
        users.append(user[late])
        entities.append(entity[late].astype(np.int64) + offset)
        times.append(first[late])
        offset += len(links.entity_ptr) - 1
    return np.concatenate(users), np.concatenate(entities), np.concatenate(times)
