"""Ids and numbers as text that is safe to show and easy to read."""

import math
import unicodedata

LINE = 80
"""Columns of a terminal line."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BILLION = 9
_MANY_ZEROS = 15


def visible(text: str) -> str:
    r"""Spell out the control, direction and other invisible characters of a text.

    A newline becomes `\n`, an escape `\x1b`, a right-to-left override `\u202e`.
    """
    return "".join(char if char.isprintable() else _spelled(char) for char in text)


def _spelled(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def cells_of(text: str) -> int:
    """Count the columns of `text` on a terminal: wide characters take two, combining ones none."""
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def fit(text: str, width: int) -> str:
    """Put `text` on at most `width` columns, its middle cut out with `..` where it is longer."""
    shown = visible(text)
    if cells_of(shown) <= width:
        return shown
    head, tail = "", ""
    while cells_of(head) < (width - 2 + 1) // 2:
        head += shown[len(head)]
    while cells_of(tail) + cells_of(head) + 2 < width:
        tail = shown[-len(tail) - 1] + tail
    cut = f"{head}..{tail}"
    return cut if cells_of(cut) <= width else f"{head}..{tail[1:]}"


def clip(text: str, width: int) -> str:
    """Cut a sentence of visible characters to `width` columns, ending in `..` where it is cut."""
    if cells_of(text) <= width:
        return text
    while cells_of(text) > width - 2:
        text = text[:-1]
    return f"{text.rstrip()}.."


def pad(text: str, width: int) -> str:
    """Cut or fill `text` with spaces to exactly `width` columns."""
    cut = fit(text, width)
    return cut + " " * (width - cells_of(cut))


def count(number: int, singular: str, plural: str | None = None) -> str:
    """Write a number with its noun: `1 user`, `2,000 users`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def small(number: float) -> str:
    """Write a non-negative number with about two figures: `12`, `3.4`, `0.02`, `under 0.001`."""
    if number >= 10:
        return f"{number:,.0f}"
    if number >= 1:
        return f"{number:.1f}"
    if number >= 0.001:
        return f"{number:.2g}"
    return "under 0.001" if number else "0"


def one_in(log10_p: float) -> str:
    """Put a probability in words, from its decimal logarithm: `1 in 4`, `1 in 3 million`."""
    if log10_p > math.log10(0.5):
        return "likely by chance"
    if log10_p < -_MANY_ZEROS:
        return "beyond any chance"
    exponent = -log10_p
    for power, word in ((12, "trillion"), (_BILLION, "billion"), (6, "million")):
        if exponent >= power:
            return f"1 in {10 ** (exponent - power):,.0f} {word}"
    rounded = 10**exponent
    return f"1 in {rounded:,.0f}" if rounded < 1000 else f"1 in {round(rounded, -2):,.0f}"
