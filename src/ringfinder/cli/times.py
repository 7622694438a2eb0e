"""Times and lengths of time as people type them."""

import re
from datetime import UTC, date, datetime, timedelta

from ringfinder.errors import InputError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LENGTHS = {"d": timedelta(days=1), "h": timedelta(hours=1)}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LENGTH = re.compile(r"(\d{1,6})([dh])")


def parse_as_of(text: str | None) -> int | None:
    """Read an ISO-8601 time as microseconds since 1970; naive means UTC, None stays None.

    A date alone means the end of that day: its last microsecond is still inside (start, as_of].
    Raise `InputError` for anything else.
    """
    if text is None:
        return None
    try:
        if _DATE.fullmatch(text):
            day = date.fromisoformat(text)
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
            return _microseconds(midnight + timedelta(days=1)) - 1
        moment = datetime.fromisoformat(text)
        return _microseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as problem:
        raise InputError(
            f"cannot read the time {text!r}",
            str(problem),
            "give a date such as 2026-03-01 or a time such as 2026-03-01T12:00:00Z",
        ) from problem


def parse_window(text: str) -> int | None:
    """Read `28d` or `12h` as microseconds, `all` as None; raise `InputError` for anything else."""
    if text == "all":
        return None
    match = _LENGTH.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise InputError(
            f"cannot read the window {text!r}",
            "it is not a whole number of days or hours",
            "give a length such as 28d or 12h, or `all`",
        )
    return int(match[1]) * (_LENGTHS[match[2]] // timedelta(microseconds=1))


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
