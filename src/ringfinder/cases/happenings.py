"""The events of a snapshot that a user's timeline shows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ringfinder.cases.names import Names
from ringfinder.cases.source import Happening
from ringfinder.cases.sweep_record import microseconds
from ringfinder.cases.timeline import iso
from ringfinder.features.coded_events import MISSING
from ringfinder.features.snapshot import Snapshot
from ringfinder.vocabulary import ACTIONS, BROWSING

Int64 = npt.NDArray[np.int64]

_BROWSES = np.array([action in BROWSING for action in ACTIONS])


def window_of(ring: Mapping[str, Any]) -> tuple[int, int]:
    """Give the window of a line of rings.jsonl in microseconds UTC, both ends inside."""
    return microseconds(ring["window"][0]), microseconds(ring["window"][1])


def chosen_rows(snapshot: Snapshot, user: int, window: tuple[int, int] | None) -> Int64:
    """Find the rows of the events that a user's timeline shows, in time order, by the user's code.

    They are its trading events inside the `window`, as `window_of` gives it; where one of the two
    leaves nothing, it does not narrow the choice.
    """
    events = snapshot.events
    rows = np.asarray(events.by_user[events.user_ptr[user] : events.user_ptr[user + 1]])
    trading = ~_BROWSES[events.action[rows]]
    if trading.any():
        rows = rows[trading]
    if window is not None:
        ts = events.ts[rows]
        inside = (ts >= window[0]) & (ts <= window[1])
        if inside.any():
            rows = rows[inside]
    return rows


def last_events(snapshot: Snapshot, user: int, *, limit: int) -> tuple[list[Happening], int]:
    """Give the last `limit` events that the timeline of a user in no ring shows, and their number.

    `user` is the user's code.
    """
    rows = chosen_rows(snapshot, user, None)
    with Names(snapshot) as names:
        return happenings(snapshot, names, rows[-limit:]), len(rows)


def happenings(snapshot: Snapshot, names: Names, rows: Int64) -> list[Happening]:
    """Tell the events at `rows`, in their order."""
    events = snapshot.events
    entities: list[dict[str, str]] = [{} for _ in rows]
    for kind, column in events.entity.items():
        codes = column[rows]
        there = np.flatnonzero(codes != MISSING)
        for position, name in zip(there.tolist(), names.ids(kind, codes[there]), strict=True):
            entities[position][kind] = name
    return [
        Happening(event_id, iso(events.ts[row]), ACTIONS[events.action[row]], named)
        for event_id, row, named in zip(names.event_ids(rows), rows, entities, strict=True)
    ]
