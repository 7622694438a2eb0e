import io
from datetime import UTC, datetime

import pytest

from ringfinder.cli.progress import PlainLines, progress_words
from ringfinder.cli.times import parse_as_of, parse_window
from ringfinder.errors import InputError

HOUR = 3_600_000_000


def us(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1_000_000


def test_times_as_people_type_them():
    assert parse_as_of(None) is None
    assert parse_as_of("2026-03-01") == us(2026, 3, 2) - 1
    assert parse_as_of("2026-03-01T12:00:00") == us(2026, 3, 1, 12)
    assert parse_as_of("2026-03-01T12:00:00+08:00") == us(2026, 3, 1, 4)
    assert parse_as_of("2026-03-01T12:00:00.000001Z") == us(2026, 3, 1, 12) + 1
    assert parse_window("all") is None
    assert parse_window("28d") == 28 * 24 * HOUR
    assert parse_window("12h") == 12 * HOUR


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "2026-02-30", "9999-12-31x"])
def test_bad_times_are_told(text):
    with pytest.raises(InputError):
        parse_as_of(text)


@pytest.mark.parametrize("text", ["", "0d", "-3d", "28", "2w", "1.5d", "d"])
def test_bad_windows_are_told(text):
    with pytest.raises(InputError):
        parse_window(text)


def test_progress_tells_rate_and_time_left():
    assert progress_words(50, 100, 5.0) == "50 of 100 (50 %), 10/s, 5 s left"
    assert progress_words(1000, None, 2.0) == "1,000, 500/s"
    assert progress_words(0, 0, 0.0) == "0 of 0"


def test_plain_lines_come_now_and_then_and_at_the_end():
    stream, now = io.StringIO(), [0.0]
    tell = PlainLines(stream, lambda: now[0])
    for step in range(101):
        now[0] = step * 0.1
        tell("scoring", step, 100)
    lines = stream.getvalue().splitlines()
    assert 5 <= len(lines) <= 8
    assert lines[-1] == "scoring: 100 of 100 (100 %), 10/s"
