"""A finished sweep as rows of the shared graph."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ringfinder.cases.bursts import bursts_in_words, users_with_bursts
from ringfinder.cases.happenings import chosen_rows, window_of
from ringfinder.cases.names import Names
from ringfinder.cases.ring_case import ranks_of
from ringfinder.cases.ring_words import operators_of
from ringfinder.cases.sweep_record import SweepRecord
from ringfinder.cases.timeline import iso
from ringfinder.features.coded_events import MISSING
from ringfinder.features.graph_tables import graph_digest
from ringfinder.features.snapshot import Snapshot
from ringfinder.graph.neo4j.publish import Publication, RingRows
from ringfinder.rings.lineage import RETURNED
from ringfinder.vocabulary import ACTIONS, label

Rows = list[dict[str, Any]]

CASE_ORDERS = 500
"""Events of one user that its case shows at most."""


def publication(
    snapshot: Snapshot, names: Names, record: SweepRecord, previous: str | None
) -> Publication:
    """Turn the sweep `record` on `snapshot` into rows; `names` reads whole kinds of ids.

    `previous` is the id of the sweep that its lineage compares with. The rings come one by one as
    they are asked for, while `names` is open.
    """
    ranks = ranks_of(np.asarray(record.scores))
    return Publication(
        sweep={
            "id": record.sweep_id,
            "as_of": snapshot.as_of,
            "start": snapshot.start,
            "log": graph_digest(snapshot),
            "model": record.summary["model"],
            "summary": json.dumps(record.summary),
        },
        rings=(_ring(snapshot, names, record, ring, ranks, previous) for ring in record.rings),
        n_rings=len(record.rings),
        scores=_scores(snapshot, names, record, ranks),
    )


def _scores(snapshot: Snapshot, names: Names, record: SweepRecord, ranks: Any) -> Rows:
    users = names.ids("user", range(snapshot.n_users))
    scores = np.asarray(record.scores).astype(np.float64).tolist()
    rows: Rows = [
        {"user": user, "score": score, "rank": rank, "bursts": None}
        for user, score, rank in zip(users, scores, ranks.tolist(), strict=True)
    ]
    for code in users_with_bursts(snapshot.events).tolist():
        rows[code]["bursts"] = list(bursts_in_words(snapshot, names, code))
    return rows


def _ring(
    snapshot: Snapshot,
    names: Names,
    record: SweepRecord,
    ring: Mapping[str, Any],
    ranks: Any,
    previous: str | None,
) -> RingRows:
    key = f"{record.sweep_id}/{ring['ring_id']}"
    codes = names.codes(ring["members"])
    lineage = ring["lineage"]
    returned = lineage["status"].startswith(RETURNED)  # from a sweep that may not be there
    facts = [
        {"key": f"{key}/{n}", "position": n, **fact} for n, fact in enumerate(ring["evidence"])
    ]
    about = [
        (fact["entity_type"], {"key": fact["key"], "entity": fact["entity"]})
        for fact in facts
        if fact["entity"] is not None
    ]
    operators = operators_of(ring)
    involves = [
        (kind, {"entity": entity, "position": n, "operator": entity in operators.get(kind, ())})
        for kind, entities in ring["entities"].items()
        for n, entity in enumerate(entities)
    ]
    orders = _orders(snapshot, names, ring, codes)
    return RingRows(
        ring={
            "key": key,
            "sweep": record.sweep_id,
            **{
                name: ring[name]
                for name in (
                    "ring_id",
                    "rank",
                    "score",
                    "alert",
                    "p_value",
                    "size",
                    "window",
                    "channels",
                )
            },
            "kinds": list(ring["entities"]),
            "status": lineage["status"],
            "overlap": lineage["overlap"],
            "previous": lineage["previous"],
        },
        members=[
            {
                "user": user,
                "values": {
                    "role": ring["roles"][user],
                    "score": float(record.scores[code]),
                    "rank": int(ranks[code]),
                },
            }
            for user, code in zip(names.ids("user", codes), codes.tolist(), strict=True)
        ],
        evidence=facts,
        checks=[
            {"key": f"{key}/{n}", "position": n, **check}
            for n, check in enumerate(ring["lookalike_checks"])
        ],
        about=_by_label(about),
        involves=_by_label(involves),
        continues=[f"{previous}/{ring_id}" for ring_id in lineage["previous"] if not returned],
        orders=orders,
        orders_of=order_targets(orders),
    )


def _by_label(pairs: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, Rows]:
    found: dict[str, Rows] = defaultdict(list)
    for kind, row in pairs:
        found[label(kind)].append(row)
    return dict(found)


def _orders(snapshot: Snapshot, names: Names, ring: Mapping[str, Any], codes: Any) -> Rows:
    """List the events that the members' timelines show, in time order."""
    window = window_of(ring)
    parts = [chosen_rows(snapshot, code, window) for code in codes.tolist()]
    return order_rows(snapshot, names, np.sort(np.concatenate(parts)))


def case_orders(snapshot: Snapshot, names: Names, user: str) -> Rows:
    """List the last events that the timeline of a user in no ring shows, in time order."""
    (code,) = names.codes([user]).tolist()
    return order_rows(snapshot, names, chosen_rows(snapshot, code, None)[-CASE_ORDERS:])


def order_rows(snapshot: Snapshot, names: Names, rows: Any) -> Rows:
    """Tell single events, `rows` int64 of the snapshot ascending, as rows of the graph."""
    events = snapshot.events
    found: Rows = [
        {
            "id": event_id,
            "ts": ts,
            "at": iso(ts)[:16].replace("T", " "),  # a caption for people, to the minute in UTC
            "action": ACTIONS[action],
            "user": user,
        }
        for event_id, ts, action, user in zip(
            names.event_ids(rows),
            np.asarray(events.ts[rows]).tolist(),
            np.asarray(events.action[rows]).tolist(),
            names.ids("user", np.asarray(events.user[rows])),
            strict=True,
        )
    ]
    for kind, column in events.entity.items():
        codes = np.asarray(column[rows])
        there = np.flatnonzero(codes != MISSING)
        for position, name in zip(there.tolist(), names.ids(kind, codes[there]), strict=True):
            found[position][f"{kind}_id"] = name
    return found


def order_targets(orders: Rows) -> dict[str, Rows]:
    """Say what each order is of: its item, or its seller where it names no item."""
    pairs = [
        (kind, {"order": order["id"], "entity": order[f"{kind}_id"]})
        for order in orders
        if (kind := "item" if "item_id" in order else "seller") and f"{kind}_id" in order
    ]
    return _by_label(pairs)
