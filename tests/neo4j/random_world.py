"""Small random logs with a sweep drawn on each, made to be awkward for whoever reads them back."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from ringfinder.cases.names import Names
from ringfinder.cases.publication import publication
from ringfinder.cases.sweep_record import SweepRecord
from ringfinder.events.schema import event_schema
from ringfinder.features.graph_tables import graph_tables
from ringfinder.features.snapshot import Snapshot
from ringfinder.graph.neo4j.changes import changes
from ringfinder.graph.neo4j.load import load
from ringfinder.graph.neo4j.publish import publish
from ringfinder.rings.find import ring_id
from ringfinder.rings.ring import Check, Fact, Lineage, Ring
from ringfinder.vocabulary import ACTIONS, entity_types

sys.path.insert(0, str(Path(__file__).parents[1] / "cases"))

from drawn_workspace import write_snapshot

HOUR = 3_600_000_000
START = 1_772_323_200_000_000 + 5 * HOUR // 7
DAYS = 6
HOSTILE = (
    "'}) DETACH DELETE n //",
    'a"b\\c`d',
    "<b>&amp;\n\t\x1b[31m",
    "naïve 用户 \U0001f600",
    "\uffee same start",
    "\U0001f600 same start",
    " ",
    "$user {id: 1}",
)
DECLARED = ("bank_card", "x2")


@dataclass(frozen=True)
class World:
    """A snapshot, a sweep on it, and all its users."""

    snapshot: Snapshot
    record: SweepRecord
    users: list[str]


def draw_world(root: Path, seed: int) -> World:
    """Draw a log and a sweep; odd seeds declare further identifiers."""
    rng = np.random.default_rng(seed)
    declared = DECLARED if seed % 2 else ()
    events = _events(rng, declared)
    snapshot = _snapshot(root / f"k{seed}", events, declared)
    users = list(dict.fromkeys(events["user"].to_pylist()))
    scores = np.round(rng.random(len(users)), 1).astype(np.float32)
    rings = _rings(rng, events, users, declared)
    summary = {
        "sweep_id": f"s{seed}",
        "as_of": "unused",
        "snapshot": snapshot.path.name,
        "model": "base",
        "previous": None,
    }
    lines = [json.loads(json.dumps(ring.line())) for ring in rings]
    return World(snapshot, SweepRecord(root, summary, lines, scores), users)


def put(graph, world: World) -> None:
    """Load the log of a world into an empty graph and publish its sweep."""
    tables = graph_tables(world.snapshot)
    load(
        graph,
        changes(None, tables),
        base=None,
        parts=frozenset(),
        holder="a test",
        progress=lambda *_: None,
    )
    with Names(world.snapshot, whole=True) as names:
        rows = publication(world.snapshot, names, world.record, None)
        publish(graph, rows, progress=lambda *_: None)


def _events(rng, declared) -> pa.Table:
    users = [*HOSTILE, *(f"u{n:02d}" for n in range(int(rng.integers(30, 60))))]
    pools = {
        "item": [HOSTILE[0], HOSTILE[4], *(f"i{n}" for n in range(12))],
        "seller": [HOSTILE[1], *(f"s{n}" for n in range(4))],
        "device": [HOSTILE[2], *(f"d{n}" for n in range(40))],
        "ip": ["carrier", "carrier", "carrier", *(f"10.0.0.{n}" for n in range(25))],
        **{name: [HOSTILE[3], *(f"{name}-{n}" for n in range(20))] for name in declared},
    }
    rows = []
    for user in users:
        for _ in range(1 if rng.random() < 0.15 else int(rng.integers(2, 14))):
            again = 4 if rng.random() < 0.06 else 1
            row = {
                name: pool[int(len(pool) * rng.random() ** 2)] if rng.random() < 0.8 else None
                for name, pool in pools.items()
            }
            row["user"] = user
            if not any(row[name] for name in pools):
                row["device"] = "d0"
            # Few moments, so that many fall together; some a fraction of a second apart.
            at = int(rng.integers(0, DAYS * 4)) * 6 * HOUR + int(rng.integers(0, 3)) * 700_001
            for n in range(again):
                row["ts"] = START + at + n * HOUR // 2
                row["action"] = "order" if again > 1 else ACTIONS[int(rng.integers(len(ACTIONS)))]
                rows.append(dict(row))
            if rng.random() < 0.4:
                rows += [{**row, "action": "pay"}, {**row, "action": "review"}]
    for n, row in enumerate(rows):
        row["event_id"] = f"{HOSTILE[n % len(HOSTILE)]}{n}"
    rows.sort(key=lambda row: (row["ts"], row["event_id"]))
    schema = event_schema(declared)
    return pa.table(
        {
            field.name: pa.array([row.get(field.name) for row in rows], field.type)
            for field in schema
        },
        schema=schema,
    )


def _snapshot(directory: Path, events: pa.Table, declared) -> Snapshot:
    first, last = (events["ts"][at].value for at in (0, -1))
    return write_snapshot(directory, events, as_of=last, start=first - 1, declared=declared)


def _rings(rng, events: pa.Table, users: list[str], declared) -> list[Ring]:
    """Rings that overlap, with windows that hold all, some or none of their members' events."""
    ids = {
        kind.name: events[kind.name].drop_null().unique().to_pylist()
        for kind in entity_types(declared)
    }
    event_ids = events["event_id"].to_pylist()
    first, last = (events["ts"][at].value for at in (0, -1))
    rings = []
    for rank in range(1, 6):
        members = sorted({users[int(n)] for n in rng.integers(0, len(users), rng.integers(2, 14))})
        start = int(rng.integers(first, last))
        entities = {
            kind: tuple(dict.fromkeys(pool[int(n)] for n in rng.integers(0, len(pool), rank - 1)))
            for kind, pool in ids.items()
        }
        told = [(kind, one) for kind, some in entities.items() for one in some]
        facts = [
            Fact(
                f"shared {kind}",
                f"{len(members)} of {len(members)} hold {kind} {one}",
                kind,
                one,
                tuple(members[:3]),
                float(len(members)),
                round(float(rng.random()), 4),
                tuple(event_ids[:2]),
            )
            for kind, one in told
        ]
        facts.append(Fact("same hours", "all at once", None, None, (), 2.0, 0.0, ()))
        rings.append(
            Ring(
                ring_id=ring_id([*members, str(rank)]),
                rank=rank,
                score=round(float(rng.random()), 6),
                alert=rank < 3,
                p_value=float(rng.random() * 1e-12),
                members=tuple(members),
                roles={one: ("core", "peripheral")[int(rng.integers(2))] for one in members},
                window=(start, start + int(rng.integers(0, 2)) * 24 * HOUR),
                entities=entities,
                operators={
                    kind: some[::2]
                    for kind, some in entities.items()
                    if some and kind not in ("item", "seller")
                },
                channels=("item density", "shared identifiers")[: rank % 3],
                evidence=tuple(facts),
                lookalike_checks=(
                    Check("flash sale", "ruled out", float(rng.random()), HOSTILE[2]),
                    Check("fan club", "not tested", None, "too few reviews"),
                    Check("family", "supported", 1.0, "one home"),
                ),
                lineage=Lineage("grew", ("r_gone",), 0.25)
                if rank == 2
                else Lineage("new", (), 0.0),
            )
        )
    return rings
