"""Small logs for the peers: a market without rings, and a ring to plant in it."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DAY = 86_400_000_000
START = 1_772_000_000_000_000
COLUMNS = ("ts", "user_id", "action", "item_id", "seller_id", "device_id", "ip")
RING = frozenset(f"ring{member}" for member in range(12))


def event(user, ts, item=None, seller=None, device=None, ip=None, action="order"):
    return dict(zip(COLUMNS, (ts, user, action, item, seller, device, ip), strict=True))


def market(seed=1, users=120, items=150):
    """Each user buys some six items within four weeks, at home or on the way."""
    rng = np.random.default_rng(seed)
    return [
        event(
            f"user{user}",
            START + int(rng.integers(28 * DAY)),
            f"item{rng.integers(items)}",
            f"seller{rng.integers(20)}",
            f"device{user}",
            f"ip{user}" if rng.random() < 0.7 else f"ip{rng.integers(9 * users)}",
        )
        for user in range(users)
        for _ in range(6)
    ]


def ring(seed=2, name="ring", start=START + 9 * DAY, size=12):
    """All members buy the same six items within two hours, four to a device, six to an ip."""
    rng = np.random.default_rng(seed)
    return [
        event(
            f"{name}{member}",
            start + item * DAY // 3 + int(rng.integers(DAY // 12)),
            f"{name}-item{item}",
            f"{name}-seller",
            f"{name}-device{(member + turn) % size // 4}",
            f"{name}-ip{(member + turn) % size // 6}",
        )
        for member in range(size)
        for item in range(6)
        for turn in (0, 2)
    ]


def write(rows, path: Path, columns=COLUMNS) -> Path:
    kinds = [pa.timestamp("us", "UTC") if name == "ts" else pa.string() for name in columns]
    schema = pa.schema(list(zip(columns, kinds, strict=True)))
    pq.write_table(
        pa.Table.from_pylist([{c: row[c] for c in columns} for row in rows], schema), path
    )
    return path
