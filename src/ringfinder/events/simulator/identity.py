"""Random-looking ids: bijections of counters, so that an id's order carries nothing."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_ODD = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
_KINDS = {"u": 1, "i": 2, "s": 3, "d": 4, "e": 5, "r": 6, "g": 7, "ip": 8}
_IP_BITS = 30
_FIRST_OCTET = 60
_SHIFTS = (24, 16, 8, 0)


def scramble(counters: NDArray[np.int64], *, bits: int, salt: int) -> NDArray[np.uint64]:
    """A bijection of the integers below 2**bits, another one for each salt.

    `bits` is even and at most 62; equal counters give equal values, different ones never do.
    """
    mask = np.uint64((1 << bits) - 1)
    half = np.uint64(bits // 2)
    value = counters.astype(np.uint64)
    with np.errstate(over="ignore"):
        for step, odd in enumerate(_ODD):
            shift = (salt * 2 + 1) * odd + step * 0x2545F4914F6CDD1D
            value = (value + np.uint64(shift & 0xFFFFFFFFFFFFFFFF)) & mask
            value ^= value >> half
            value = (value * np.uint64(odd | 1)) & mask
            value ^= value >> half
    return value


def hashed_ids(
    counters: NDArray[np.int64], *, kind: str, digits: int, salt: int
) -> tuple[pa.StringArray, NDArray[np.uint64]]:
    """Ids of the form `kind_hex`, and the numbers behind them (their order is the ids' order).

    `digits` is the number of hexadecimal digits, even or odd; `kind` one of u, i, s, d, e, r, g.
    """
    bits = 4 * digits
    number = scramble(counters, bits=bits, salt=salt * len(_KINDS) * 2 + _KINDS[kind])
    prefix = np.frombuffer(f"{kind}_".encode(), dtype=np.uint8)
    width = len(prefix) + digits
    letters = np.empty((len(number), width), dtype=np.uint8)
    letters[:, : len(prefix)] = prefix
    for place in range(digits):
        nibble = (number >> np.uint64(bits - 4 * (place + 1))) & np.uint64(15)
        letters[:, len(prefix) + place] = _HEX[nibble.astype(np.intp)]
    offsets = np.arange(0, (len(number) + 1) * width, width, dtype=np.int32)
    ids = pa.StringArray.from_buffers(
        len(number), pa.py_buffer(offsets), pa.py_buffer(letters.reshape(-1))
    )
    return ids, number


def addresses(counters: NDArray[np.int64], *, salt: int) -> pa.StringArray:
    """Dotted addresses from 60.0.0.0 to 123.255.255.255, one for each counter below 2**30."""
    number = scramble(counters, bits=_IP_BITS, salt=salt * len(_KINDS) * 2 + _KINDS["ip"])
    number += np.uint64(_FIRST_OCTET << 24)
    octets = pa.array([str(value) for value in range(256)], pa.string())
    parts = [octets.take(pa.array((number >> np.uint64(s)) & np.uint64(255))) for s in _SHIFTS]
    return pc.binary_join_element_wise(*parts, ".")
