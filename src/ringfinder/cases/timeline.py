"""What a user did and when."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ringfinder.cases.source import CaseSource, Happening, HeldRing, Standing
from ringfinder.vocabulary import ACTIONS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


def timeline(source: CaseSource, user: Standing, ring: HeldRing | None, *, limit: int) -> Timeline:
    """Tell the user's story, with `limit` events at most."""
    events, chosen = source.happenings(user, ring, limit=limit)
    return Timeline(
        first_seen=iso(user.first_seen),
        last_seen=iso(user.last_seen),
        events_total=sum(user.actions),
        by_action={name: n for name, n in zip(ACTIONS, user.actions, strict=True) if n},
        events=tuple(events),
        events_left_out=chosen - len(events),
    )
