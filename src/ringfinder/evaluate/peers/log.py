"""A log as every peer reads it: one Parquet file as arrays of codes."""

from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ringfinder.errors import InputError
from ringfinder.events.columns import texts
from ringfinder.events.mapping import AUTO_FORMAT
from ringfinder.events.times import NO_TIME, times_us
from ringfinder.vocabulary import ACTION_CODE, DEFAULT_ACTION, ENTITY_TYPES, OTHER_ACTION, TRADING

_COLUMN = {"user": "user_id", **{entity.name: entity.column for entity in ENTITY_TYPES}}
_TRADING = np.array([ACTION_CODE[name] for name in TRADING])

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class PeerLog:
    """A log in time order, int64 [events] each.

    `user`, `item`, `seller`, `device` and `ip` are codes from 0 in the order of first appearance,
    -1 where an event names none; where it names a seller but no item, the seller is its item, with
    a code above all items. `ts` is in microseconds UTC; `action` is the position in
    `vocabulary.ACTIONS`. `users` are the ids of the user codes.
    """

    user: Codes
    item: Codes
    seller: Codes
    device: Codes
    ip: Codes
    ts: Codes
    action: Codes
    users: pa.Array

    def trades(self) -> "PeerLog":
        """The events that trade an item, in the house's sense: all but browsing."""
        return self.only(np.isin(self.action, _TRADING) & (self.item >= 0))

    def only(self, keep: NDArray[np.bool_]) -> "PeerLog":
        """The events of a mask, codes unchanged."""
        columns = [column.name for column in fields(self) if column.name != "users"]
        return replace(self, **{name: getattr(self, name)[keep] for name in columns})


def read_log(path: Path) -> PeerLog:
    """Read an events.parquet with the columns of a world; only `user_id` and `ts` are required.

    Rows without a user or a time are left out. Codes depend neither on the order of the rows nor,
    where no two events share a time and an action, on how things are named. Raises `InputError`
    for a file that is no such log.
    """
    table = _in_time_order(_read(path))
    codes, users = {}, pa.array([], pa.string())
    for name in _COLUMN:
        column = table[name].combine_chunks().dictionary_encode()
        codes[name] = column.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        if name == "user":
            users = column.dictionary
    item, seller = codes["item"], codes["seller"]
    n_items = int(item.max(initial=-1)) + 1
    codes["item"] = np.where((item < 0) & (seller >= 0), n_items + seller, item)
    return PeerLog(
        **codes, ts=table["ts"].to_numpy(), action=table["action"].to_numpy(), users=users
    )


def _read(path: Path) -> pa.Table:
    """The log's rows as ts and action int64, user and entities string; absent columns all null."""
    try:
        there = pq.read_schema(path).names
        wanted = [name for name in ("ts", "action", *_COLUMN.values()) if name in there]
        raw = pq.read_table(path, columns=wanted)
    except (pa.ArrowException, OSError) as error:
        why = str(error).splitlines()[0]
        raise InputError(
            f"cannot read {path}", why, "name the events.parquet of a world"
        ) from error
    for name in ("ts", "user_id"):
        if name not in there:
            why = f"it has no column {name}"
            raise InputError(f"cannot read {path}", why, "name the events.parquet of a world")
    columns = {
        "ts": pa.array(times_us(_one(raw, "ts"), AUTO_FORMAT, "UTC")),
        "action": pa.array(_actions(_one(raw, "action"))),
        **{name: texts(_one(raw, column))[0] for name, column in _COLUMN.items()},
    }
    table = pa.table({name: _plain(column) for name, column in columns.items()})
    good = pc.and_(pc.is_valid(table["user"]), pc.not_equal(table["ts"], int(NO_TIME)))
    return table if pc.all(good).as_py() else table.filter(good)


def _one(table: pa.Table, name: str) -> pa.Array:
    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    column = table[name]
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _plain(column: pa.Array) -> pa.Array:
    """Text columns as one type, so that an all-null column is encoded like any other."""
    return column.cast(pa.int64() if pa.types.is_integer(column.type) else pa.large_string())


def _actions(column: pa.Array) -> Codes:
    words = texts(column)[0].cast(pa.string()).dictionary_encode()
    ours = [
        ACTION_CODE.get(word.strip().lower(), ACTION_CODE[OTHER_ACTION])
        for word in words.dictionary.to_pylist()
    ]
    table = np.array([*ours, ACTION_CODE[DEFAULT_ACTION]], np.int64)
    codes: Codes = table[words.indices.fill_null(len(ours)).to_numpy(zero_copy_only=False)]
    return codes


def _in_time_order(table: pa.Table) -> pa.Table:
    ts = table["ts"].to_numpy()
    if (np.diff(ts) > 0).all():
        return table
    return table.sort_by([(name, "ascending") for name in ("ts", "action", *_COLUMN)])
