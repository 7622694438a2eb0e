"""Columns of any type as texts and as amounts."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ringfinder.events.schema import AMOUNT_SCALE

Mask = npt.NDArray[np.bool_]

_NUMBER = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$"
_AMOUNT_BELOW = 9e14
_EXACT_BELOW = 2.0**53


def texts(column: pa.Array) -> tuple[pa.Array, Mask]:
    """Give a column as strings, empty ones as null, and tell which values are not valid UTF-8.

    Whole floating-point numbers, as a table with missing integers holds them, lose their ".0".
    An invalid value comes back with its odd bytes escaped.
    """
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_null(kind):
        return column.cast(pa.string()), np.zeros(len(column), np.bool_)
    if pa.types.is_floating(kind):
        column = _whole(column)
    if is_text(kind):
        binary = column.cast(pa.binary())
        result, invalid = _decoded(binary)
    else:
        result, invalid = column.cast(pa.string()), np.zeros(len(column), np.bool_)
    if pc.min(pc.binary_length(result)).as_py() == 0:
        result = pc.if_else(pc.equal(result, ""), pa.scalar(None, pa.string()), result)
    return result, invalid


def amounts(column: pa.Array) -> tuple[pa.Array, Mask]:
    """Give a column as int64 of 1/`AMOUNT_SCALE` units and tell which values are no finite amount.

    Null and empty stay null. A value is rounded to the nearest unit, half to even.
    """
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if is_text(column.type):
        column, _ = texts(column)
        number = pc.match_substring_regex(column, _NUMBER)
        usable = pc.if_else(number, pc.utf8_trim_whitespace(column), pa.scalar(None, pa.string()))
        values = usable.cast(pa.float64())
    else:
        values = column.cast(pa.float64(), safe=False)
    given = column.is_valid().to_numpy(zero_copy_only=False)
    found = values.fill_null(np.nan).to_numpy(zero_copy_only=False)
    finite = np.abs(found) < _AMOUNT_BELOW  # false for NaN
    units = np.rint(np.where(finite, found, 0.0) * AMOUNT_SCALE).astype(np.int64)
    return pa.array(units, mask=~finite), given & ~finite


def is_plain(kind: pa.DataType) -> bool:
    """Tell whether a column of this type holds one plain value a row, not a list or a structure."""
    return not pa.types.is_nested(kind)


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a column of this type holds texts, as strings or as bytes."""
    return any(
        test(kind)
        for test in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_string_view,
            pa.types.is_binary,
            pa.types.is_large_binary,
            pa.types.is_binary_view,
            pa.types.is_fixed_size_binary,
        )
    )


def _whole(column: pa.Array) -> pa.Array:
    """Cast to int64 where every value is a whole number; NaN is null."""
    values = column.cast(pa.float64())
    column = pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values)
    found = column.fill_null(0.0).to_numpy(zero_copy_only=False)
    if (np.abs(found) < _EXACT_BELOW).all() and (found == np.rint(found)).all():
        return column.cast(pa.int64())
    return column


def _decoded(binary: pa.Array) -> tuple[pa.Array, Mask]:
    try:
        return binary.cast(pa.string()), np.zeros(len(binary), np.bool_)
    except pa.ArrowInvalid:
        pass
    invalid = np.zeros(len(binary), np.bool_)
    decoded: list[str | None] = []
    for position, value in enumerate(binary.to_pylist()):
        try:
            decoded.append(None if value is None else value.decode())
        except UnicodeDecodeError:
            invalid[position] = True
            decoded.append(value.decode(errors="backslashreplace"))
    return pa.array(decoded, pa.string()), invalid
