"""What a user did and when."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from ringfinder.cases.names import Names
from ringfinder.features.coded_events import MISSING
from ringfinder.features.snapshot import Snapshot
from ringfinder.vocabulary import ACTIONS, BROWSING

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Happening:
    """One event: its id, time (ISO, UTC), action, and the id of each entity that it names."""

    event_id: str
    ts: str
    action: str
    entities: dict[str, str]


@dataclass(frozen=True)
class Timeline:
    """A user's life in the window: first and last seen (ISO, UTC), counts, and chosen events.

    `events` are the trading events inside the ring's window, or the last ones where there is no
    ring, in time order; `events_left_out` counts those that did not fit.
    """

    first_seen: str
    last_seen: str
    events_total: int
    by_action: dict[str, int]
    events: tuple[Happening, ...]
    events_left_out: int


def iso(us: int) -> str:
    """Microseconds since 1970 as `2026-03-01T12:00:00Z`, fractions of a second cut off."""
    moment = _EPOCH + timedelta(microseconds=int(us))
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def timeline(
    snapshot: Snapshot, names: Names, user: int, window: tuple[int, int] | None, *, limit: int
) -> Timeline:
    """Tell `user`'s story; `window` (microseconds, both ends inside) is the ring's."""
    events = snapshot.events
    rows = np.asarray(events.by_user[events.user_ptr[user] : events.user_ptr[user + 1]])
    actions = Counter(ACTIONS[code] for code in events.action[rows].tolist())
    chosen = _chosen(snapshot, rows, window)
    return Timeline(
        first_seen=iso(events.ts[rows[0]]),
        last_seen=iso(events.ts[rows[-1]]),
        events_total=len(rows),
        by_action={name: actions[name] for name in ACTIONS if actions[name]},
        events=tuple(_happenings(snapshot, names, chosen[-limit:])),
        events_left_out=max(0, len(chosen) - limit),
    )


def _chosen(
    snapshot: Snapshot, rows: npt.NDArray[np.int64], window: tuple[int, int] | None
) -> npt.NDArray[np.int64]:
    events = snapshot.events
    trading = np.array([ACTIONS[code] not in BROWSING for code in events.action[rows].tolist()])
    if trading.any():
        rows = rows[trading]
    if window is not None:
        ts = events.ts[rows]
        inside = (ts >= window[0]) & (ts <= window[1])
        if inside.any():
            rows = rows[inside]
    return rows


def _happenings(snapshot: Snapshot, names: Names, rows: npt.NDArray[np.int64]) -> list[Happening]:
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
