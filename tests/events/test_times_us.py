from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfinder.events.times import NO_TIME, times_us

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def one(value, time_format="auto", zone="UTC"):
    (read,) = times_us(pa.array([value]), time_format, zone)
    return None if read == NO_TIME else EPOCH + int(read) * MICROSECOND


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01", utc(2026, 3, 1)),
        ("2026-03-01T10:00", utc(2026, 3, 1, 10)),
        ("2026-03-01 10:00:00.5", utc(2026, 3, 1, 10, 0, 0, 500_000)),
        ("2026-03-01T10:00:00.123456789Z", utc(2026, 3, 1, 10, 0, 0, 123_456)),
        ("2026-03-01T10:00:00+08:00", utc(2026, 3, 1, 2)),
        ("2026-03-01T10:00:00-0330", utc(2026, 3, 1, 13, 30)),
        ("2026-03-01T10:00:00+08", utc(2026, 3, 1, 2)),
        (" 2026-03-01T10:00:00Z ", utc(2026, 3, 1, 10)),
        ("1772359200", utc(2026, 3, 1, 10)),
        ("1772359200.25", utc(2026, 3, 1, 10, 0, 0, 250_000)),
        ("1772359200000", utc(2026, 3, 1, 10)),
        ("1772359200000001", utc(2026, 3, 1, 10, 0, 0, 1)),
        ("0", EPOCH),
        ("2026-02-30", None),
        ("2026-13-01T00:00:00Z", None),
        ("yesterday", None),
        ("'; DROP TABLE events; --", None),
        ("99999999999999999999999", None),
    ],
)
def test_a_text_is_read_without_a_format(text, moment):
    assert one(text) == moment


def test_texts_of_all_forms_stand_in_one_column():
    texts = ["2026-03-01T10:00:00Z", "2026-03-01 10:00:00", "1772359200", None, "no", "2026-02-30"]
    read = times_us(pa.array(texts), "auto", "Asia/Singapore")
    ten = 1_772_359_200_000_000
    assert read.tolist() == [ten, ten - 8 * 3_600_000_000, ten, NO_TIME, NO_TIME, NO_TIME]


@pytest.mark.parametrize(
    ("time_format", "text", "moment"),
    [
        ("%m/%d/%Y %H:%M", "2/24/2015 22:55", utc(2015, 2, 24, 22, 55)),
        ("%m/%d/%Y %H:%M", "02/30/2015 22:55", None),
        ("%Y-%m-%d %H:%M:%S.%f", "2026-03-01 10:00:00.5", utc(2026, 3, 1, 10, 0, 0, 500_000)),
        ("%Y-%m-%d %H:%M:%S %z", "2026-03-01 10:00:00 +0800", utc(2026, 3, 1, 2)),
        ("epoch_s", "77880", utc(1970, 1, 1, 21, 38)),
        ("epoch_ms", "77880", utc(1970, 1, 1, 0, 1, 17, 880_000)),
        ("epoch_us", "2026-03-01", None),
        ("iso", "20260301", utc(2026, 3, 1)),
    ],
)
def test_a_format_says_how_a_text_reads(time_format, text, moment):
    assert one(text, time_format) == moment


@pytest.mark.parametrize("time_format", ["auto", "iso", "%Y-%m-%d %H:%M:%S"])
def test_a_zone_holds_for_naive_times(time_format):
    assert one("2026-07-01 10:00:00", time_format, "America/New_York") == utc(2026, 7, 1, 14)
    assert one("2026-01-01 10:00:00", time_format, "America/New_York") == utc(2026, 1, 1, 15)
    assert one("2026-11-01 01:30:00", time_format, "America/New_York") == utc(2026, 11, 1, 5, 30)


@pytest.mark.parametrize(
    "value",
    [
        1_772_359_200,
        1_772_359_200_000,
        1_772_359_200.0,
        Decimal(1_772_359_200),
        utc(2026, 3, 1, 10),
        datetime(2026, 3, 1, 10, tzinfo=timezone(timedelta(hours=0))),
        datetime(2026, 3, 1, 10),  # noqa: DTZ001 - a naive time is the case
    ],
)
def test_columns_that_are_no_texts(value):
    assert one(value) == utc(2026, 3, 1, 10)


def test_a_number_that_is_no_time():
    assert one(float("nan")) is None
    assert one(value=True) is None


MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1))  # noqa: DTZ001 - bounds are naive
ZONES = st.sampled_from(["UTC", "Asia/Singapore", "Europe/Berlin", "America/St_Johns"])
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(MOMENTS, st.none() | OFFSETS), min_size=1, max_size=8), ZONES)
def test_reading_many_is_reading_each_as_python_does(moments, zone):
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - the slow oracle's alone

    aware = [moment.replace(tzinfo=offset) for moment, offset in moments]
    expected = [
        (one if one.tzinfo else one.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC) for one in aware
    ]
    read = times_us(pa.array([moment.isoformat() for moment in aware]), "auto", zone)
    assert read.tolist() == [(moment - EPOCH) // MICROSECOND for moment in expected]
    assert read.dtype == np.int64
