"""Small snapshots drawn in memory: a plain market, and one with rings."""

from pathlib import Path

import numpy as np

from ringfinder.features.coded_events import MISSING, NO_AMOUNT, CodedEvents
from ringfinder.features.groups import Groups
from ringfinder.features.snapshot import Features, Labels, Snapshot
from ringfinder.graph.build import build_graph

DAY = 86_400_000_000
START = 20_000 * DAY


def draw_snapshot(seed, *, n_users=120, n_events=1500, rings=0, declared=()):
    """A snapshot of random shoppers; ring members buy the same items within the hour."""
    rng = np.random.default_rng(seed)
    user = rng.integers(0, n_users, n_events)
    ts = START + 1 + rng.integers(0, 20 * DAY, n_events)
    sizes = {"item": 80, "seller": 20, "device": n_users, "ip": 60, **dict.fromkeys(declared, 40)}
    entity = {kind: rng.integers(0, size, n_events) for kind, size in sizes.items()}
    entity["device"] = user.copy()
    action = rng.integers(0, 9, n_events)
    for ring in range(rings):
        for item in range(6):
            rows = rng.choice(n_events, 8, replace=False)
            user[rows] = ring * 8 + np.arange(8)
            ts[rows] = START + (1 + ring + item) * DAY + rng.integers(1, DAY // 24, 8)
            entity["item"][rows], entity["seller"][rows] = 10 * ring + item, ring
            entity["device"][rows] = user[rows]
            action[rows] = 3
    for codes in entity.values():
        codes[rng.random(n_events) < 0.1] = MISSING
    order = np.argsort(ts, kind="stable")
    ts, user, action = ts[order], user[order].astype(np.int32), action[order].astype(np.int8)
    entity = {kind: codes[order].astype(np.int32) for kind, codes in entity.items()}
    amount = rng.integers(1, 10**7, n_events)
    amount[rng.random(n_events) < 0.3] = NO_AMOUNT
    ptr = np.concatenate([[0], np.bincount(user, minlength=n_users).cumsum()])
    events = CodedEvents(
        ts, user, action, entity, amount, np.argsort(user, kind="stable"), ptr.astype(np.int64)
    )
    as_of = START + 21 * DAY
    graph = build_graph(
        as_of=as_of,
        start=START,
        ts=ts,
        user=user,
        action=action,
        entity=entity,
        n_users=n_users,
        n_entities=sizes,
        declared=declared,
    )
    values = rng.lognormal(size=(n_users, 5)).astype(np.float32)
    values[:, 1] = np.bincount(user, minlength=n_users)
    values[:, 4] = 0
    return Snapshot(
        as_of=as_of,
        start=START,
        path=Path("nowhere"),
        events=events,
        graph=graph,
        features=Features(("noise", "events", "noise 2", "noise 3", "constant"), values),
        labels=Labels(np.empty(0, np.int32), np.empty(0, np.int8)),
    )


def ring_groups(n_users, rings, rng):
    """The rings and three times as many random groups of their size; a statistic tells them."""
    groups = Groups.of(
        [np.arange(8 * ring, 8 * ring + 8) for ring in range(rings)]
        + [rng.choice(np.arange(8 * rings, n_users), 8, replace=False) for _ in range(3 * rings)]
    )
    label = np.repeat([1, 0], [rings, 3 * rings]).astype(np.int8)
    stats = rng.normal(size=(len(groups), 3)).astype(np.float32)
    stats[:, 1] += 4 * label
    return groups, stats, label


def silent(phase, done, total):
    """Progress that goes nowhere."""
