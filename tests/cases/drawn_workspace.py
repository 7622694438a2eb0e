"""A small workspace drawn by hand: a snapshot and a sweep on it, with a ring and a crowd."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from ringfinder.events.schema import event_schema
from ringfinder.features.arrays import DATABASE, write_arrays
from ringfinder.features.build import graph_of
from ringfinder.features.coding import code_events
from ringfinder.features.database import write_database
from ringfinder.features.snapshot import Features, Labels, Snapshot

DAY = 86_400_000_000
HOUR = DAY // 24
START = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * 1_000_000
AS_OF = START + 28 * DAY
HOSTILE = "<img src=x onerror=alert(1)>\n\x1b[31mred\x1b[0m \u202eevil'; DROP TABLE ids;--"
RING = [f"ring{n:02d}" for n in range(7)] + [HOSTILE]
RING_ID = "r_0123456789ab"
CANDIDATE_ID = "r_ba9876543210"


@dataclass
class Row:
    ts: int
    user: str
    action: str
    item: str | None = None
    seller: str | None = None
    device: str | None = None
    ip: str | None = None


def draw_events(n_users: int, events_each: int) -> list[Row]:
    """Honest users at random; a ring that buys four items in step, mostly from one device."""
    rng = np.random.default_rng(7)
    rows = []
    for user in range(n_users):
        for _ in range(events_each):
            item = int(rng.pareto(1.0) * 5) % (n_users // 2 + 20)
            rows.append(
                Row(
                    START + int(rng.integers(1, 28 * DAY)),
                    f"user{user:06d}",
                    ("view", "order", "order", "pay")[int(rng.integers(4))],
                    f"item{item:05d}",
                    f"shop{item % 40:03d}",
                    f"device{user:06d}",
                    "carrier-nat" if user % 3 == 0 else f"10.0.{user // 250}.{user % 250}",
                )
            )
    for position, member in enumerate(RING):
        device = "farm-phone" if position < 6 else f"own-phone-{position}"
        for job in range(4):
            at = START + (20 + job) * DAY + 14 * HOUR + position * 60_000_000
            for action in ("order", "pay", "review"):
                at += 1_000_000
                rows.append(
                    Row(at, member, action, f"pushed{job}", "shop-x", device, "carrier-nat")
                )
    return rows


def event_table(rows: list[Row]) -> pa.Table:
    rows = sorted(rows, key=lambda row: row.ts)
    columns = {
        "event_id": [f"e{n:08d}" for n in range(len(rows))],
        "ts": [row.ts for row in rows],
        **{
            name: [getattr(row, name) for row in rows]
            for name in ("user", "action", "item", "seller", "device", "ip")
        },
        "amount": [None for _ in rows],
    }
    schema = event_schema()
    return pa.table({field.name: pa.array(columns[field.name], field.type) for field in schema})


def write_snapshot(
    directory: Path, events: pa.Table, *, as_of: int = AS_OF, start: int = START, declared=()
) -> Snapshot:
    """A snapshot without features and labels, as cases need neither."""
    directory.mkdir(parents=True)
    coding = code_events(events, declared)
    write_database(directory / DATABASE, coding)
    snapshot = Snapshot(
        as_of=as_of,
        start=start,
        path=directory,
        events=coding.events,
        graph=graph_of(coding, as_of=as_of, start=start, declared=declared),
        features=Features((), np.zeros((coding.n_users, 0), np.float32)),
        labels=Labels(np.empty(0, np.int32), np.empty(0, np.int8)),
        log=coding.events.digest(),
    )
    write_arrays(snapshot, {}, declared)
    return snapshot


def ring_line(rank: int, ring_id: str, members: list[str], *, alert: bool) -> dict:
    return {
        "ring_id": ring_id,
        "rank": rank,
        "score": 0.97 if alert else 0.31,
        "alert": alert,
        "p_value": 1e-9 if alert else 0.02,
        "size": len(members),
        "members": sorted(members),
        "roles": {member: "core" if n < 6 else "peripheral" for n, member in enumerate(members)},
        "window": ["2026-03-21T14:00:00Z", "2026-03-24T14:10:00Z"],
        "entities": {
            "item": ["pushed0", "pushed1", "pushed2", "pushed3"],
            "device": ["farm-phone"],
            "ip": [],
            "seller": ["shop-x"],
        },
        "operators": {"device": ["farm-phone"]},
        "channels": ["item density", "surprising cells"],
        "evidence": [
            {
                "kind": "shared item",
                "text": f"all {len(members)} members bought the same 4 items within 10 minutes",
                "entity_type": "item",
                "entity": "pushed0",
                "users": sorted(members),
                "observed": 8,
                "expected": 0.01,
                "event_ids": [],
            },
            {
                "kind": "shared device",
                "text": f"6 members use device farm-phone <b>{HOSTILE}</b>",
                "entity_type": "device",
                "entity": "farm-phone",
                "users": sorted(members)[:6],
                "observed": 6,
                "expected": 0.001,
                "event_ids": [],
            },
            {
                "kind": "would clear it",
                "text": f"Without device farm-phone {HOSTILE} the group would no longer stand out.",
                "entity_type": None,
                "entity": None,
                "users": sorted(members)[:6],
                "observed": 6,
                "expected": 0.001,
                "event_ids": [],
            },
        ],
        "lookalike_checks": [
            {
                "hypothesis": "flash sale",
                "verdict": "ruled out",
                "value": 0.0,
                "text": "no outsider bought these items in those hours",
            },
            {
                "hypothesis": "family or office",
                "verdict": "ruled out",
                "value": 1.0,
                "text": "8 accounts on one phone are more than a family",
            },
            {
                "hypothesis": "fan club",
                "verdict": "not tested",
                "value": None,
                "text": "too few reviews to tell",
            },
        ],
        "lineage": {"status": "new", "previous": [], "overlap": 0.0}
        if alert
        else {"status": "grew", "previous": ["r_aaaaaaaaaaaa"], "overlap": 0.8},
    }


def write_sweep(sweeps: Path, snapshot: Snapshot, users: list[str]) -> Path:
    directory = sweeps / "s1"
    directory.mkdir(parents=True)
    scores = np.linspace(0.2, 0.0, len(users), dtype=np.float32)
    for code, user in enumerate(users):
        if user in RING:
            scores[code] = 0.9 + 0.01 * RING.index(user)
    np.save(directory / "scores.npy", scores)
    rings = [
        ring_line(1, RING_ID, RING, alert=True),
        ring_line(2, CANDIDATE_ID, [f"user{n:06d}" for n in range(5)], alert=False),
    ]
    lines = "".join(json.dumps(ring) + "\n" for ring in rings)
    (directory / "rings.jsonl").write_text(lines)
    summary = {
        "sweep_id": "s1",
        "as_of": "2026-03-29T00:00:00Z",
        "start": "2026-03-01T00:00:00Z",
        "snapshot": snapshot.path.name,
        "model": "base",
        "model_version": "1",
        "users": len(users),
        "rings": 2,
        "alerts": 1,
        "previous": "s0",
        "changes": {
            "new": [RING_ID],
            "gone": ["r_cccccccccccc"],
            "grew": [CANDIDATE_ID],
            "shrank": [],
            "same": 0,
        },
    }
    (directory / "sweep.json").write_text(json.dumps(summary))
    (sweeps / "LAST").write_text("s1")
    return directory


def draw(root: Path, *, n_users: int = 240, events_each: int = 6) -> Snapshot:
    """Write the workspace under `root` and give its snapshot."""
    table = event_table(draw_events(n_users, events_each))
    snapshot = write_snapshot(root / "snapshots" / "k1", table)
    users = list(dict.fromkeys(table["user"].to_pylist()))
    write_sweep(root / "sweeps", snapshot, users)
    return snapshot
