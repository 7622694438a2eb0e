"""Laws of a snapshot: what must not change it, bit for bit."""

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_logs import EPOCH, FOREVER, HOUR, Row, random_rows, snapshot_of, table_of

from ringfinder.events.labels import LABEL_SCHEMA
from ringfinder.features.database import TABLES
from ringfinder.features.load import ids, load_snapshot
from ringfinder.features.snapshot import Snapshot

FEW = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def files(snapshot: Snapshot) -> dict[str, bytes]:
    """Every array and the description, byte for byte."""
    return {
        path.name: path.read_bytes()
        for path in sorted(snapshot.path.iterdir())
        if path.suffix in (".npy", ".json")
    }


def tables(snapshot: Snapshot) -> dict[str, list[tuple[Any, ...]]]:
    with duckdb.connect(str(snapshot.path / "snapshot.duckdb"), read_only=True) as database:
        return {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}


def labels_of(rows: list[tuple[str | None, str | None, int, int | None]]) -> pa.Table:
    columns = dict(
        zip(LABEL_SCHEMA.names, zip(*[(*row, None) for row in rows], strict=True), strict=True)
    )
    return pa.table(
        {field.name: pa.array(columns[field.name]).cast(field.type) for field in LABEL_SCHEMA},
        schema=LABEL_SCHEMA,
    )


@given(
    seed=st.integers(0, 999),
    hours=st.integers(0, 150),
    change=st.sampled_from(["delete", "change", "add"]),
)
@FEW
def test_nothing_after_as_of_changes_anything(
    tmp_path_factory: pytest.TempPathFactory, seed: int, hours: int, change: str
) -> None:
    as_of = EPOCH + hours * HOUR
    rows = random_rows(seed, 120)
    past = [row for row in rows if row["ts"] <= as_of]
    future: list[Row] = [row for row in rows if row["ts"] > as_of]
    if change == "delete":
        future = []
    elif change == "change":
        future = [
            row | {"user": "u0", "item": "new", "amount": 1, "action": "other"} for row in future
        ]
    else:
        future += [
            row | {"event_id": f"a{row['event_id']}", "ts": as_of + 1 + place, "card": "c1"}
            for place, row in enumerate(random_rows(seed + 1, 50))
        ]
    known = [("u1", None, 1, as_of), ("u2", None, 1, None), (None, "e000003", 0, as_of - 1)]
    later = [("u1", None, 0, as_of + 1), ("u3", None, 1, as_of + 1)]
    path = tmp_path_factory.mktemp("law")
    one = snapshot_of(table_of(rows), path / "one", as_of=as_of, labels=labels_of(known))
    two = snapshot_of(
        table_of(past + future, ["card"]),
        path / "two",
        as_of=as_of,
        labels=labels_of(known + later),
    )
    assert files(one) == files(two)
    assert tables(one) == tables(two)


def test_parts_in_which_it_is_read_and_written_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = table_of(random_rows(3, 5_000))
    whole = snapshot_of(log, tmp_path / "whole")
    monkeypatch.setattr("ringfinder.features.build._ROWS_AT_ONCE", 2_048)
    monkeypatch.setattr("ringfinder.features.database._ROWS_AT_ONCE", 700)
    parts = snapshot_of(log, tmp_path / "parts")
    assert files(whole) == files(parts)
    assert tables(whole) == tables(parts)


@given(seed=st.integers(0, 999))
@FEW
def test_names_and_row_order_carry_nothing(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    rows = random_rows(seed, 150)
    draw = np.random.default_rng(seed)
    renamed: list[Row] = [dict(row) for row in rows]
    kinds = ("user", "item", "seller", "device", "ip")
    names = {
        kind: {
            old: f"{hostile}{new}"
            for new, (old, hostile) in enumerate(
                zip(
                    draw.permutation(sorted({str(row[kind]) for row in rows})).tolist(),
                    ["'; DROP TABLE ids; --", "<b>", "\n", "\N{PILE OF POO}", "\\", '"', "", ""]
                    * 9,
                    strict=False,
                )
            )
        }
        for kind in kinds
    }
    for row in renamed:
        for kind in kinds:
            row[kind] = None if row[kind] is None else names[kind][row[kind]]
    shuffled = [renamed[place] for place in draw.permutation(len(rows))]
    path = tmp_path_factory.mktemp("law")
    one = snapshot_of(table_of(rows), path / "one")
    two = snapshot_of(table_of(shuffled), path / "two")
    assert files(one) == files(two)
    for kind in kinds:
        assert [names[kind][name] for name in ids(one, kind)] == ids(two, kind)


def test_threads_change_nothing(tmp_path: Path) -> None:
    """Enough rows that DuckDB really shares them out between threads."""
    draw = np.random.default_rng(5)
    count = 260_000
    code = draw.integers([[9_000], [40_000], [900], [50_000]], size=(4, count)).astype(str)
    events = table_of([]).schema.empty_table()
    columns = {
        "event_id": np.arange(count).astype(str),
        "ts": EPOCH + draw.integers(30 * 24 * HOUR, size=count),
        "user": code[0],
        "action": np.array(["view", "order", "refund"])[draw.integers(3, size=count)],
        "item": code[1],
        "seller": code[2],
        "device": code[0],
        "ip": code[3],
        "amount": draw.integers(9_000_000, size=count),
    }
    arrays = [pa.array(columns[field.name]).cast(field.type) for field in events.schema]
    events = pa.Table.from_arrays(arrays, schema=events.schema)
    one = snapshot_of(events, tmp_path / "one", threads=1)
    two = snapshot_of(events, tmp_path / "two", threads=2)
    assert files(one) == files(two)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"ts": EPOCH, "item": "i"}],
        [{"ts": EPOCH, "device": "d", "action": "login"}],
        [{"ts": EPOCH + hour * HOUR, "item": f"i{hour % 3}", "amount": 5} for hour in range(9)],
        [{"ts": EPOCH, "user": f"u{place}", "ip": "p"} for place in range(5)],
        [{"ts": EPOCH, "item": "i", "amount": amount} for amount in (2**62, 2**62, -(2**62))],
    ],
    ids=["empty", "one row", "one login", "one user", "one instant", "huge amounts"],
)
def test_small_logs_work(rows: list[Row], tmp_path: Path) -> None:
    snapshot = snapshot_of(table_of(rows), tmp_path / "small")
    snapshot.graph.validate()
    users = len({row.get("user", "u") for row in rows})
    assert snapshot.n_users == users
    assert len(snapshot.events) == len(rows)
    assert snapshot.features.values.shape == (users, len(snapshot.features.names))
    assert snapshot.features.values.dtype == np.float32
    assert np.isfinite(snapshot.features.values).all()


def test_the_window_is_open_at_its_start_and_closed_at_as_of(tmp_path: Path) -> None:
    rows = [{"ts": EPOCH + place, "item": f"i{place}"} for place in range(5)]
    snapshot = snapshot_of(table_of(rows), tmp_path / "s", start=EPOCH + 1, as_of=EPOCH + 3)
    assert snapshot.events.ts.tolist() == [EPOCH + 2, EPOCH + 3]
    assert ids(snapshot, "item") == ["i2", "i3"]


def test_columns_promise_the_coded_log(tmp_path: Path) -> None:
    rows = random_rows(3, 200)
    snapshot = snapshot_of(table_of(rows), tmp_path / "s")
    rows.sort(key=lambda row: (row["ts"], row["event_id"]))
    stored = tables(snapshot)
    names = {kind: ids(snapshot, kind) for kind in ("user", "item", "seller", "device", "ip")}
    assert [row[:3] for row in stored["events"]] == [
        (place, row["event_id"], row["ts"]) for place, row in enumerate(rows)
    ]
    for kind, codes in snapshot.events.entity.items():
        decoded = [None if code < 0 else names[kind][code] for code in codes]
        assert decoded == [row[kind] for row in rows]
        assert names[kind] == list(dict.fromkeys(row[kind] for row in rows if row[kind]))
    by_user = [stored["events"][row] for row in snapshot.events.by_user]
    assert stored["user_events"] == by_user
    assert by_user == sorted(stored["events"], key=lambda row: (row[3], row[0]))
    meta = json.loads((snapshot.path / "meta.json").read_text())
    assert (meta["start"], meta["as_of"], meta["declared"]) == (0, FOREVER, [])


def test_a_declared_identifier_becomes_a_link(tmp_path: Path) -> None:
    rows = [
        {"ts": EPOCH, "user": "u1", "item": "i", "card": "c"},
        {"ts": EPOCH + 1, "user": "u2", "item": "j", "card": "c"},
    ]
    snapshot = load_snapshot(snapshot_of(table_of(rows, ["card"]), tmp_path / "s").path)
    assert snapshot.graph.links["used_card"].degree.tolist() == [2]
    assert ids(snapshot, "card") == ["c"]
    column = snapshot.features.names.index("used_card_partners")
    assert snapshot.features.values[:, column].tolist() == [1.0, 1.0]
