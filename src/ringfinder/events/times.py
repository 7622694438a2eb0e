"""Times of a log, in whatever form, as microseconds UTC."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ringfinder.events.mapping import AUTO_FORMAT, EPOCH_FORMATS

NO_TIME = np.iinfo(np.int64).min
"""Stands for a time that is missing or cannot be read."""

SECOND_US = 1_000_000
_SLOT_US = 15 * 60 * SECOND_US  # no zone has ever changed its offset inside a quarter of an hour
_UNIT_US = {"epoch_s": SECOND_US, "epoch_ms": 1_000, "epoch_us": 1}
_SECONDS_BELOW = 1e11  # the year 5138 in seconds, 1973 in milliseconds
_MILLISECONDS_BELOW = 1e14
_WITHIN = 2.0**62
_NUMBER = r"^[+-]?[0-9]+(\.[0-9]*)?$"
_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?"
_NAIVE = _ISO + "$"
_AWARE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
_AWARE += r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"

Times = npt.NDArray[np.int64]


def times_us(values: pa.Array, time_format: str, zone: str) -> Times:
    """Microseconds UTC of each value, `NO_TIME` where it is null or cannot be read.

    `time_format` is as in `EventMapping`; it says how texts and numbers read, columns that are
    times already stand for themselves. Naive times are of `zone`; where a clock change makes one
    ambiguous or skips it, the offset before the change counts.
    """
    kind = values.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        aware = pa.types.is_timestamp(kind) and kind.tz is not None
        micros = pc.cast(values, pa.timestamp("us", kind.tz if aware else None), safe=False)
        read = _integers(micros)
        return read if aware else _to_utc(read, zone)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _epochs(values, time_format)
    if pa.types.is_string(kind):
        return _texts(values, time_format, zone)
    return np.full(len(values), NO_TIME)


def _texts(values: pa.Array, time_format: str, zone: str) -> Times:
    if time_format in EPOCH_FORMATS:
        return _epoch_texts(values, time_format)
    if time_format not in {AUTO_FORMAT, "iso"}:
        return _formatted_texts(values, time_format, zone)
    number = _mask(pc.match_substring_regex(values, _NUMBER))
    if time_format == "iso" or not number.any():
        return _iso_texts(values, zone)
    others = pc.if_else(pa.array(number), pa.scalar(None, pa.string()), values)
    return np.where(number, _epoch_texts(values, time_format), _iso_texts(others, zone))


def _epochs(values: pa.Array, time_format: str) -> Times:
    number = pc.cast(values, pa.float64(), safe=False)
    found = number.fill_null(np.nan).to_numpy(zero_copy_only=False)
    size = np.abs(found)
    if time_format in _UNIT_US:
        unit = np.full(len(found), float(_UNIT_US[time_format]))
    else:
        unit = np.where(size < _MILLISECONDS_BELOW, 1e3, 1.0)
        unit[size < _SECONDS_BELOW] = 1e6
    micros = np.rint(found * unit)
    usable = np.abs(micros) < _WITHIN  # false for NaN
    return np.where(usable, np.where(usable, micros, 0.0).astype(np.int64), NO_TIME)


def _epoch_texts(values: pa.Array, time_format: str) -> Times:
    number = pc.match_substring_regex(values, _NUMBER)
    texts = pc.if_else(number, values, pa.scalar(None, pa.string()))
    return _epochs(pc.cast(texts, pa.float64()), time_format)


def _iso_texts(values: pa.Array, zone: str) -> Times:
    result = np.full(len(values), NO_TIME)
    left = _mask(values.is_valid())
    for pattern, tz in ((_AWARE, "UTC"), (_NAIVE, None)):
        fits = left & _mask(pc.match_substring_regex(values, pattern))
        if not fits.any():
            continue
        chosen = values if fits.all() else values.filter(pa.array(fits))
        try:
            read = _integers(pc.cast(chosen, pa.timestamp("us", tz)))
        except pa.ArrowInvalid:  # a 30th of February: told apart below, one by one
            continue
        result[fits] = read if tz else _to_utc(read, zone)
        left &= ~fits
    for position in np.flatnonzero(left):
        result[position] = _iso_text(values[int(position)].as_py(), zone)
    return result


def _iso_text(text: str, zone: str) -> int:
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return int(NO_TIME)
    return (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds


def _formatted_texts(values: pa.Array, time_format: str, zone: str) -> Times:
    with duckdb.connect() as connection:
        texts = pa.table({"text": values})
        query = "SELECT epoch_us(try_strptime(text, ?)) AS us FROM texts"
        read = connection.sql(query, params=[time_format]).to_arrow_table()["us"].combine_chunks()
        assert len(texts) == len(read)  # noqa: S101 - DuckDB keeps the order and number of rows
    micros = _integers(read)
    return micros if "%z" in time_format else _to_utc(micros, zone)


def _to_utc(local: Times, zone: str) -> Times:
    if zone == "UTC":
        return local
    known = local != NO_TIME
    slots, slot_of = np.unique(local[known] // _SLOT_US, return_inverse=True)
    info = ZoneInfo(zone)
    offsets = np.array([_offset_us(int(slot), info) for slot in slots], np.int64)
    result = local.copy()
    result[known] -= offsets[slot_of]
    return result


def _offset_us(slot: int, zone: ZoneInfo) -> int:
    try:
        start = datetime.fromtimestamp(slot * _SLOT_US // SECOND_US, UTC)
    except (ValueError, OverflowError, OSError):  # outside the years 1 to 9999
        return 0
    offset = start.replace(tzinfo=zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds() * SECOND_US)


def _integers(values: pa.Array) -> Times:
    numbers: Times = pc.cast(values, pa.int64()).fill_null(NO_TIME).to_numpy(zero_copy_only=False)
    return numbers.copy()


def _mask(values: pa.Array) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = values.fill_null(False).to_numpy(zero_copy_only=False)
    return found.copy()
