"""Turns the rows of a log into events, and tells why a row cannot be one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ringfinder.events.batch import RawBatch, Rejected, shown
from ringfinder.events.columns import amounts, is_text, texts
from ringfinder.events.mapping import COLUMNS, EventMapping
from ringfinder.events.schema import ENTITY_COLUMNS
from ringfinder.events.times import NO_TIME, SECOND_US, times_us
from ringfinder.vocabulary import ACTIONS, DEFAULT_ACTION, OTHER_ACTION

MAX_ID_CHARACTERS = 1_000
FUTURE_AFTER_US = 86_400 * SECOND_US
"""A clock may run ahead of ours by this much before its times count as wrong."""

_WORDS_KEPT = 1_000
_WORD_CHARACTERS = 60
_FILE_NAME = {ours: default for default, ours in COLUMNS.items()}

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Checked:
    """What a batch came to.

    `events` has the columns line int64, event_id (null where the log has none), ts int64
    microseconds UTC, user, action, the entity columns, the declared ones in name order and amount
    int64; `rejected` the rows that are none.
    """

    events: pa.Table
    rejected: tuple[Rejected, ...]


def check(
    batch: RawBatch, mapping: EventMapping, *, now: int, other_actions: Counter[str]
) -> Checked:
    """Check every row and convert it; `other_actions` counts the action words that are not ours.

    Times later than `now` (microseconds UTC) by more than a day are rejected.
    """
    reasons = _Reasons(batch.table.num_rows)
    ids = {}
    for name in ("event_id", "user", *ENTITY_COLUMNS, *mapping.declared):
        column = _given(batch, name, mapping)
        ids[name], invalid = texts(column)
        label = _FILE_NAME.get(name, name)
        reasons.add(invalid, f"{label} is not valid UTF-8")
        reasons.add(
            _too_long(ids[name]), f"{label} is longer than {MAX_ID_CHARACTERS:,} characters"
        )
    reasons.add(_nulls(ids["user"]), "user_id is missing")
    entities = [ids[name] for name in (*ENTITY_COLUMNS, *mapping.declared)]
    named = np.logical_or.reduce([~_nulls(column) for column in entities])
    reasons.add(~named, "names no item, seller, device, ip or declared identifier")
    ts = _times(batch, mapping, reasons, now)
    amount, unusable = amounts(_given(batch, "amount", mapping))
    reasons.add(unusable, "amount is not a finite number")
    good = reasons.none()
    action = _actions(_given(batch, "action", mapping), mapping, good, other_actions)
    events = pa.table(
        {
            "line": pa.array(batch.line),
            "event_id": ids["event_id"],
            "ts": pa.array(ts),
            "user": ids["user"],
            "action": action,
            **{name: ids[name] for name in (*ENTITY_COLUMNS, *mapping.declared)},
            "amount": amount,
        }
    )
    if good.all():
        return Checked(events, ())
    return Checked(events.filter(pa.array(good)), _rejected(batch, reasons))


class _Reasons:
    """The first reason against each row."""

    def __init__(self, rows: int) -> None:
        self.texts: list[str] = []
        self.code = np.zeros(rows, np.int16)

    def add(self, bad: Mask, reason: str) -> None:
        if bad.any():
            self.texts.append(reason)
            self.code[bad & (self.code == 0)] = len(self.texts)

    def none(self) -> Mask:
        clean: Mask = self.code == 0
        return clean


def _given(batch: RawBatch, name: str, mapping: EventMapping) -> pa.Array:
    if name in batch.table.column_names:
        column = batch.table[name]
        return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    value = mapping.constants.get(_FILE_NAME.get(name, name))
    return pa.repeat(pa.scalar(value, pa.string()), batch.table.num_rows)


def _times(
    batch: RawBatch, mapping: EventMapping, reasons: _Reasons, now: int
) -> npt.NDArray[np.int64]:
    column = _given(batch, "ts", mapping)
    if is_text(column.type) or pa.types.is_dictionary(column.type):
        column, invalid = texts(column)
        reasons.add(invalid, "ts is not valid UTF-8")
    ts = times_us(column, mapping.time_format, mapping.zone)
    reasons.add(_nulls(column), "ts is missing")
    reasons.add(ts == NO_TIME, "ts cannot be read as a time")
    reasons.add(ts < 0, "ts is before 1970")
    reasons.add(ts > now + FUTURE_AFTER_US, "ts is in the future")
    return ts


def _actions(
    column: pa.Array, mapping: EventMapping, good: Mask, other_actions: Counter[str]
) -> pa.Array:
    words, _ = texts(column)
    coded = words.dictionary_encode()
    dictionary = coded.dictionary.to_pylist()
    ours = [_action(word, mapping.actions) for word in dictionary]
    default = mapping.constants.get("action", DEFAULT_ACTION)
    codes = coded.indices.fill_null(len(ours)).to_numpy(zero_copy_only=False)
    unknown = [code for code, action in enumerate(ours) if action is None]
    if unknown:
        counts = np.bincount(codes[good], minlength=len(ours) + 1)
        for code in unknown:
            word = dictionary[code][:_WORD_CHARACTERS]
            if word not in other_actions and len(other_actions) >= _WORDS_KEPT:
                word = "(further words)"
            if counts[code]:
                other_actions[word] += int(counts[code])
    names = pa.array([*(action or OTHER_ACTION for action in ours), default])
    return names.take(pa.array(codes))


def _action(word: str, actions: Mapping[str, str]) -> str | None:
    if word in actions:
        return actions[word]
    return word.strip().lower() if word.strip().lower() in ACTIONS else None


def _rejected(batch: RawBatch, reasons: _Reasons) -> tuple[Rejected, ...]:
    bad = np.flatnonzero(reasons.code)
    columns = {}
    for name in batch.table.column_names:
        column = batch.table[name].take(pa.array(bad))
        if is_text(column.type):
            column = column.cast(pa.binary())  # its bytes may not be UTF-8
        columns[batch.sources[name]] = column.to_pylist()
    return tuple(
        Rejected(
            int(batch.line[position]),
            reasons.texts[reasons.code[position] - 1],
            {name: shown(values[place]) for name, values in columns.items()},
        )
        for place, position in enumerate(bad)
    )


def _too_long(column: pa.Array) -> Mask:
    longest = pc.max(pc.binary_length(column)).as_py()
    if longest is None or longest <= MAX_ID_CHARACTERS:
        return np.zeros(len(column), np.bool_)
    long = pc.greater(pc.utf8_length(column), MAX_ID_CHARACTERS).fill_null(False)
    mask: Mask = long.to_numpy(zero_copy_only=False)
    return mask


def _nulls(column: pa.Array) -> Mask:
    mask: Mask = column.is_null().to_numpy(zero_copy_only=False)
    return mask
