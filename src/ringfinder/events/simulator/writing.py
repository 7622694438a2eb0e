"""The events of a world as files: sorted, with ids for numbers, a few days at a time."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ringfinder.events.progress import Progress
from ringfinder.events.simulator.buckets import DayBuckets, Rows
from ringfinder.events.simulator.clock import START_US
from ringfinder.events.simulator.identity import addresses, hashed_ids
from ringfinder.events.simulator.told import ACTIONS
from ringfinder.events.simulator.world import AnyWorld

ROWS_AT_ONCE = 1 << 19
"""Days are written together until they hold as many events."""
MOST_ROWS_AT_ONCE = 1 << 20
"""A day that makes it more is written in parts: as many events as Arrow puts in a row group."""

_TEXT = pa.string()
_EVENTS = pa.schema(
    [
        ("event_id", _TEXT),
        ("ts", pa.timestamp("us", tz="UTC")),
        ("user_id", _TEXT),
        ("action", _TEXT),
        ("item_id", _TEXT),
        ("seller_id", _TEXT),
        ("device_id", _TEXT),
        ("ip", _TEXT),
        ("amount", pa.float64()),
    ]
)
_TRUTH = pa.schema([("event_id", _TEXT), ("ring_id", _TEXT), ("is_camouflage", pa.bool_())])


class _Names:
    """The ids of a world's entities."""

    def __init__(self, world: AnyWorld, user_ids: pa.Array, ring_ids: list[str]) -> None:
        self._salt = world.seed
        self._seller = world.market.seller
        self._users = user_ids
        self._rings = pa.array(ring_ids, _TEXT)
        self._items = self._hashed(np.arange(len(world.market.seller)), "i")
        self._sellers = self._hashed(np.arange(world.market.sellers), "s")

    def tables(self, rows: Rows) -> tuple[pa.Table, pa.Table]:
        """The log and the truth of some days, each sorted by (ts, event_id)."""
        ids, number = hashed_ids(rows["number"], kind="e", digits=11, salt=self._salt)
        order = np.lexsort((number, rows["t"]))
        rows, ids = rows[order], ids.take(pa.array(order))
        item = rows["item"]
        device, device_codes = _seen(rows["device"])
        ip, ip_codes = _seen(rows["ip"])
        amount = rows["amount"]
        columns = [
            ids,
            pa.array(rows["t"] * 1_000 + START_US, _EVENTS.field("ts").type),
            _named(rows["user"], self._users),
            _named(rows["action"], pa.array(ACTIONS)),
            _named(item, self._items),
            _named(np.where(item < 0, -1, self._seller[item]), self._sellers),
            _named(device_codes, self._hashed(device, "d", digits=10)),
            _named(ip_codes, addresses(ip, salt=self._salt)),
            pa.array(amount, pa.float64(), mask=np.isnan(amount)),
        ]
        guilty = np.flatnonzero(rows["ring"] >= 0)
        truth = [
            ids.take(pa.array(guilty)),
            _named(rows["ring"][guilty], self._rings),
            pa.array(rows["camouflage"][guilty]),
        ]
        return pa.table(columns, _EVENTS), pa.table(truth, _TRUTH)

    def _hashed(self, counters: NDArray[np.int64], kind: str, digits: int = 8) -> pa.Array:
        return hashed_ids(counters, kind=kind, digits=digits, salt=self._salt)[0]


def write_events(
    directory: Path,
    world: AnyWorld,
    buckets: DayBuckets,
    user_ids: pa.Array,
    ring_ids: list[str],
    progress: Progress,
) -> None:
    """Write events.parquet and truth_events.parquet, both sorted by (ts, event_id)."""
    names = _Names(world, user_ids, ring_ids)
    written = 0
    with (
        pq.ParquetWriter(directory / "events.parquet", _EVENTS, compression="zstd") as log,
        pq.ParquetWriter(directory / "truth_events.parquet", _TRUTH, compression="zstd") as truth,
    ):
        for rows in buckets.by_day(ROWS_AT_ONCE, MOST_ROWS_AT_ONCE):
            events, guilty = names.tables(rows)
            log.write_table(events)
            truth.write_table(guilty)
            written += len(rows)
            progress("writing events", written, len(buckets))


def _seen(codes: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The counters in use, ascending, and each row's position among them; -1 where absent."""
    used, position = np.unique(codes, return_inverse=True)
    absent = int(np.searchsorted(used, 0))
    return used[absent:].astype(np.int64), np.where(position < absent, -1, position - absent)


def _named(codes: NDArray[Any], ids: pa.Array) -> pa.Array:
    """The id of each code, null where the code is negative."""
    return ids.take(pa.array(codes, mask=codes < 0))
