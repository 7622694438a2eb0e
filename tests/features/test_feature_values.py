"""Features against slow, obvious loops over the same rows."""

import math
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_logs import FOREVER, HOUR, Row, random_rows, snapshot_of, table_of

from ringfinder.features import catalogue
from ringfinder.features.load import feature_words, ids
from ringfinder.features.snapshot import Snapshot
from ringfinder.vocabulary import BROWSING, TRADING

DAY = 24 * HOUR
LAST = 6 * DAY


@pytest.fixture(scope="module", name="rows")
def _rows() -> list[Row]:
    return sorted(random_rows(7, 500, users=9), key=lambda row: (row["ts"], row["event_id"]))


@pytest.fixture(scope="module", name="as_of")
def _as_of(rows: list[Row]) -> int:
    return int(rows[-1]["ts"]) + HOUR


@pytest.fixture(scope="module", name="snapshot")
def _snapshot(rows: list[Row], as_of: int, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    path = tmp_path_factory.mktemp("values") / "snapshot"
    return snapshot_of(table_of(rows), path, as_of=as_of)


def check(snapshot: Snapshot, name: str, expected: dict[str, float]) -> None:
    column = snapshot.features.values[:, snapshot.features.names.index(name)]
    users = ids(snapshot, "user")
    assert any(expected.values()), f"{name} is never put to the test"
    np.testing.assert_allclose(
        column, [expected.get(user, 0.0) for user in users], rtol=1e-6, err_msg=name
    )


def by_user(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["user"]].append(row)
    return found


def test_counts_and_amounts(snapshot: Snapshot, rows: list[Row], as_of: int) -> None:
    users = by_user(rows)
    orders = {u: [r for r in own if r["action"] == "order"] for u, own in users.items()}
    paid = {
        u: [r["amount"] / 10_000 for r in own if r["amount"] is not None]
        for u, own in orders.items()
    }
    check(snapshot, "events", {u: len(own) for u, own in users.items()})
    check(snapshot, "order_events", {u: len(own) for u, own in orders.items()})
    check(snapshot, "amount_sum", {u: sum(own) for u, own in paid.items()})
    check(snapshot, "amount_mean", {u: sum(own) / len(own) for u, own in paid.items() if own})
    check(snapshot, "amount_max", {u: max(own) for u, own in paid.items() if own})
    check(
        snapshot,
        "refunds_per_order",
        {
            u: sum(r["action"] == "refund" for r in users[u]) / len(own)
            for u, own in orders.items()
            if own
        },
    )
    check(
        snapshot,
        "events_1d",
        {u: sum(as_of - r["ts"] < DAY for r in own) for u, own in users.items()},
    )
    check(snapshot, "age_days", {u: (as_of - own[0]["ts"]) / DAY for u, own in users.items()})
    check(
        snapshot,
        "items",
        {u: len({r["item"] for r in own} - {None}) for u, own in users.items()},
    )
    check(
        snapshot,
        "used_entities",
        {u: len({r["device"] for r in own} - {None}) for u, own in users.items()},
    )


def test_pace_days_and_hours(snapshot: Snapshot, rows: list[Row]) -> None:
    users = by_user(rows)
    times = {u: [r["ts"] for r in own] for u, own in users.items()}
    gaps = {u: np.diff(own) / 1_000_000 for u, own in times.items()}
    check(snapshot, "gap_mean", {u: float(own.mean()) for u, own in gaps.items()})
    check(snapshot, "gap_deviation", {u: float(own.std() / own.mean()) for u, own in gaps.items()})
    check(snapshot, "sessions", {u: 1 + int((own >= 1_800).sum()) for u, own in gaps.items()})
    check(snapshot, "active_days", {u: len({t // DAY for t in own}) for u, own in times.items()})
    hours = {u: Counter(t % DAY // HOUR for t in own) for u, own in times.items()}
    check(
        snapshot,
        "hour_concentration",
        {u: sum(n * n for n in own.values()) / own.total() ** 2 for u, own in hours.items()},
    )
    check(snapshot, "hour_share", {u: max(own.values()) / own.total() for u, own in hours.items()})
    all_hours = sum(hours.values(), Counter())
    quiet = {hour for hour, n in all_hours.items() if n * 48 < all_hours.total()}
    column = snapshot.features.values[:, snapshot.features.names.index("quiet_share")]
    expected = [
        sum(n for hour, n in hours[u].items() if hour in quiet) / hours[u].total()
        for u in ids(snapshot, "user")
    ]
    np.testing.assert_allclose(column, expected, rtol=1e-6)


def test_habits(snapshot: Snapshot, rows: list[Row]) -> None:
    repeats, unseen = {}, {}
    for user, own in by_user(rows).items():
        looked: set[str] = set()
        first: dict[str, bool] = {}
        orders = 0
        for ts in sorted({row["ts"] for row in own}):
            now = [row for row in own if row["ts"] == ts and row["item"]]
            for row in now:
                if row["action"] == "order":
                    orders += 1
                    first.setdefault(row["item"], row["item"] in looked)
            looked |= {row["item"] for row in now if row["action"] in BROWSING}
        if orders:
            repeats[user] = (orders - len(first)) / orders
            unseen[user] = sum(not seen for seen in first.values()) / len(first)
    check(snapshot, "repeat_order_share", repeats)
    check(snapshot, "unseen_order_share", unseen)


def test_neighbours(snapshot: Snapshot, rows: list[Row]) -> None:
    events = Counter(row["user"] for row in rows)
    holders: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["device"]:
            holders[row["device"]].add(row["user"])
    held = {u: [d for d in sorted(holders) if u in holders[d]] for u in events}
    check(
        snapshot,
        "used_users_max",
        {u: max(len(holders[d]) for d in own) for u, own in held.items()},
    )
    others = {u: [o for d in own for o in holders[d] if o != u] for u, own in held.items()}
    check(snapshot, "used_partners", {u: len(own) for u, own in others.items()})
    mean = {u: sum(events[o] for o in own) / len(own) for u, own in others.items()}
    check(snapshot, "used_partner_events", mean)
    check(snapshot, "used_partner_events_less", {u: events[u] - mean[u] for u in events})
    few = {u: sum(1 < len(holders[d]) <= 5 for d in own) / len(own) for u, own in held.items()}
    column = snapshot.features.values[:, snapshot.features.names.index("used_few_share")]
    np.testing.assert_allclose(column, [few[u] for u in ids(snapshot, "user")], rtol=1e-6)


def test_partners(snapshot: Snapshot, rows: list[Row]) -> None:
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        if row["item"] and row["action"] in TRADING:
            first.setdefault((row["user"], row["item"]), row["ts"])
    users = sorted({user for user, _ in first})
    near: dict[str, list[int]] = {u: [] for u in users}
    for u in users:
        for o in users:
            shared = [i for (x, i) in first if x == u and (o, i) in first and o != u]
            near[u].append(sum(abs(first[u, i] - first[o, i]) <= 36 * HOUR for i in shared))
    check(snapshot, "ordered_twice_near", {u: sum(n > 1 for n in own) for u, own in near.items()})
    check(snapshot, "ordered_closest_near", {u: max(own) for u, own in near.items()})


@pytest.mark.parametrize("width", [3, 36])
@pytest.mark.parametrize(("name", "entity"), [("ordered", "item"), ("seen_at", "ip")])
def test_coaction(snapshot: Snapshot, rows: list[Row], name: str, entity: str, width: int) -> None:
    wanted = [r for r in rows if r[entity] and (entity == "ip" or r["action"] in TRADING)]
    steps = {(r["user"], r[entity], r["ts"] // (3 * HOUR // 2)) for r in wanted}
    surprises: dict[str, list[float]] = defaultdict(list)
    holders: dict[str, set[str]] = defaultdict(set)
    for user, thing, _ in steps:
        holders[thing].add(user)
    steps_a_cell = width * 2 // 3
    for shift in (0, steps_a_cell // 2):
        cells = {(u, e, (s + shift) // steps_a_cell) for u, e, s in steps}
        rhythm = Counter((s + shift) // steps_a_cell for _, _, s in steps)
        inside = Counter((e, cell) for _, e, cell in cells)
        degree = Counter(e for _, e, _ in cells)
        for user, thing, cell in cells:
            n = inside[thing, cell]
            expected = max(0.5, degree[thing] * rhythm[cell] / len(steps))
            surprise = math.log(n / expected)
            if n > 1 and len(holders[thing]) > 1 and surprise > 5e-7:
                surprises[user].append(surprise)
    values: dict[str, dict[str, Any]] = {
        "sum": {u: sum(own) / 2 for u, own in surprises.items()},
        "max": {u: max(own) for u, own in surprises.items()},
        "mean": {u: sum(own) / len(own) for u, own in surprises.items()},
        "count": {u: len(own) / 2 for u, own in surprises.items()},
    }
    for what, expected in values.items():
        column = snapshot.features.names.index(f"{name}_together_{width}h_{what}")
        found = snapshot.features.values[:, column]
        wanted_values = [expected.get(u, 0.0) for u in ids(snapshot, "user")]
        np.testing.assert_allclose(found, wanted_values, rtol=1e-4, err_msg=what)
        assert max(wanted_values) > 0


def test_a_large_log_has_the_same_values_in_less_memory(
    rows: list[Row], as_of: int, snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "LARGE", 0)
    large = snapshot_of(table_of(rows), tmp_path / "large", as_of=as_of)
    assert large.features.names == snapshot.features.names
    assert large.features.values.tobytes() == snapshot.features.values.tobytes()


def test_every_column_has_words(snapshot: Snapshot) -> None:
    words = feature_words(snapshot)
    assert tuple(words) == snapshot.features.names
    assert all(text and not text.endswith(".") for text in words.values())


def test_a_forever_window_changes_only_what_is_told_from_its_end(
    rows: list[Row], snapshot: Snapshot, tmp_path: Path
) -> None:
    late = snapshot_of(table_of(rows), tmp_path / "late", as_of=FOREVER)
    changed = (late.features.values != snapshot.features.values).any(axis=0)
    names = {name for name, differs in zip(late.features.names, changed, strict=True) if differs}
    assert names
    assert all(
        name.endswith(("1d", "7d", "28d", "1d_share", "7d_share", "28d_share", "age_days"))
        or name == "silent_days"
        for name in names
    )
