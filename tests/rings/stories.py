"""Small drawn marketplaces: an honest crowd, and rings or innocent groups put into it."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ringfinder.features.snapshot import Snapshot
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.store.workspace import Workspace

HOUR = 3_600_000_000
DAY = 24 * HOUR
START = 1_772_000_000_000_000
DAYS = 28

Row = dict[str, str | int | float | None]


def order(user: str, ts: int, item: str, **more: str | float | None) -> Row:
    """One order; device and address are the user's own unless told."""
    row: Row = {
        "ts": START + ts,
        "user_id": user,
        "action": "order",
        "item_id": item,
        "seller_id": f"s{item}",
        "device_id": f"d_{user}",
        "ip": f"ip_{user}",
        "amount": 10.0,
    }
    return row | more


def honest(seed: int, users: int = 1_500, items: int = 500) -> list[Row]:
    """Everybody places a few orders of more or less popular items at any time."""
    draw = np.random.default_rng(seed)
    popularity = 1 / np.arange(1, items + 1) ** 0.7
    popularity /= popularity.sum()
    rows = []
    for user in range(users):
        for item in draw.choice(items, int(draw.integers(1, 7)), p=popularity):
            at = int(draw.integers(DAYS * 24)) * HOUR + int(draw.integers(HOUR))
            rows.append(order(f"h{user}", at, f"i{item}"))
    return rows


def lockstep(name: str, size: int, items: int, days: Iterable[int], seed: int = 0) -> list[Row]:
    """A ring: each item is ordered by most members within two hours of one of the days."""
    draw = np.random.default_rng(seed)
    days = list(days)
    rows = []
    for item in range(items):
        slot = days[item % len(days)] * DAY + 9 * HOUR
        for member in range(size):
            if draw.random() < 0.8:
                at = slot + int(draw.integers(2 * HOUR))
                rows.append(order(f"{name}{member}", at, f"{name}_i{item}", seller_id=f"s_{name}"))
    return rows


def returned(rows: list[Row]) -> list[Row]:
    """The orders, each sent back three days later."""
    back = [row | {"action": "refund", "ts": int(str(row["ts"])) + 3 * DAY} for row in rows]
    return rows + back


def flash_sale(size: int, seed: int = 0, item: str = "i3") -> list[Row]:
    """Honest users (some of whom are new here) who take one item within an hour."""
    draw = np.random.default_rng(seed)
    return [
        order(f"h{user}", 12 * DAY + int(draw.integers(HOUR)), item)
        for user in draw.choice(1_500, size, replace=False)
    ]


def live_stream(size: int, items: int = 15, share: float = 0.15, seed: int = 0) -> list[Row]:
    """An audience: in three hours everybody takes something else from a host's menu."""
    draw = np.random.default_rng(seed)
    rows = []
    for user in draw.choice(1_500, size, replace=False):
        for item in np.flatnonzero(draw.random(items) < share):
            at = 15 * DAY + 18 * HOUR + int(draw.integers(3 * HOUR))
            rows.append(order(f"h{user}", at, f"live{item}", seller_id="s_host"))
    return rows


def office(size: int, start: int = 0) -> list[Row]:
    """Colleagues behind one address who buy what they like."""
    rows = []
    for user in range(start, start + size):
        for day in range(0, DAYS, 3):
            at = day * DAY + 10 * HOUR + user * 60_000_000
            rows.append(order(f"h{user}", at, f"i{(user * 7 + day) % 500}", ip="ip_office"))
    return rows


def taken_over(size: int, devices: int, start: int = 200) -> list[Row]:
    """Honest accounts that from day 20 all order one thing from a few phones new to them."""
    return [
        order(
            f"h{start + member}",
            20 * DAY + member * 600_000_000 + turn * HOUR,
            "i_card",
            device_id=f"d_thief{(member + turn) % devices}",
        )
        for member in range(size)
        for turn in range(2)
    ]


def table_of(rows: list[Row]) -> pa.Table:
    """The rows as an event table in the contract's columns, with ids by content and order."""
    numbered = [{"event_id": f"e{place:07d}", **row} for place, row in enumerate(rows)]
    return pa.Table.from_pylist(numbered)


def workspace_of(place: Path, table: pa.Table) -> Workspace:
    """A workspace that took the table in."""
    place.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, place / "events.parquet")
    workspace = Workspace(place / "workspace")
    ingest(workspace, [place / "events.parquet"])
    return workspace


def snapshot_of(place: Path, rows: list[Row]) -> Snapshot:
    """The snapshot of all rows."""
    return snapshot_at(workspace_of(place, table_of(rows)), as_of=None, window=None)
