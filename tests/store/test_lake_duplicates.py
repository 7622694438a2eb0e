"""Ids: derived from content where missing, and one event for each."""

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ringfinder.errors import InputError
from ringfinder.events.mapping import EventMapping
from ringfinder.events.schema import event_schema
from ringfinder.store.engine import connect
from ringfinder.store.lake import Lake
from ringfinder.store.staging import CONFLICT

NAMED = "event_id,ts,user_id,item_id\n"
NAMELESS = "ts,user_id,item_id\n"


def stored(lake):
    tables = [pq.read_table(part, partitioning=None) for part in lake.parts()]
    return pa.concat_tables(tables, promote_options="default")


def test_the_same_file_twice_changes_nothing(lake, append):
    first = append("a.csv", NAMED + "e1,2026-03-01,u,i\n")
    ledger = lake.ledger_path.read_bytes()
    again = append("renamed.csv", NAMED + "e1,2026-03-01,u,i\n")
    assert (first.already, again.already) == (False, True)
    assert lake.ledger_path.read_bytes() == ledger


def test_the_same_file_by_another_mapping_is_refused(lake, append):
    content = "event_id,ts,user_id,item_id,other\ne1,2026-03-01,u,i,o\n"
    append("a.csv", content)
    with pytest.raises(InputError, match="another mapping"):
        append("a.csv", mapping=EventMapping(columns={"item_id": "other"}))
    assert stored(lake)["item"].to_pylist() == ["i"]


def test_a_file_whose_rows_were_all_bad_may_come_by_a_better_mapping(lake, append):
    content = NAMED + "e1,1/3/2026,u,i\n"
    assert append("a.csv", content).entry.quarantined == 1
    assert append("a.csv", mapping=EventMapping(time_format="%d/%m/%Y")).entry.kept == 1
    assert len(lake.ledger().files) == 1
    assert not list((lake.root / "quarantine").iterdir())


def test_an_id_seen_before_is_dropped_or_set_aside(lake, append):
    append("a.csv", NAMED + "e1,2026-03-01,u,i\ne2,2026-03-02,u,i\n")
    rows = "e1,2026-03-01,u,i\ne2,2026-04-02,u,i\ne3,2026-03-03,u,i\ne3,2026-03-03,u,i\n"
    entry = append("b.csv", NAMED + rows).entry
    assert (entry.rows, entry.kept, entry.duplicates, entry.quarantined) == (4, 1, 2, 1)
    assert entry.reasons == {CONFLICT: 1}
    assert sorted(stored(lake)["event_id"].to_pylist()) == ["e1", "e2", "e3"]


def test_of_two_events_with_one_id_the_earlier_stays_in_any_order(lake, append):
    rows = ["e1,2026-03-02,u,i\n", "e1,2026-03-01,v,i\n", "e1,2026-03-01,w,i\n"]
    append("a.csv", NAMED + "".join(rows))
    assert stored(lake)["user"].to_pylist() == ["v"]


def test_alike_rows_without_id_are_events_of_their_own(lake, append):
    row = "2026-03-01,u,i\n"
    assert append("a.csv", NAMELESS + row * 3).entry.kept == 3
    ids = set(stored(lake)["event_id"].to_pylist())
    assert len(ids) == 3
    entry = append("b.csv", NAMELESS + "2026-03-01,v,i\n" + row * 4).entry
    assert (entry.kept, entry.duplicates) == (2, 3)
    assert ids < set(stored(lake)["event_id"].to_pylist())


def test_the_same_rows_get_the_same_ids_from_every_kind_of_file(lake, append, tmp_path):
    append("a.csv", "ts,user_id,item_id,amount\n2026-03-01T00:00:00.5Z,7,i,1.10\n")
    line = '{"ts": 1772323200500, "user_id": 7, "item_id": "i", "amount": 1.1}'
    assert append("a.jsonl", line).entry.duplicates == 1
    table = pa.table(
        {
            "ts": pa.array([1_772_323_200_500_000_000], pa.timestamp("ns", "Asia/Tokyo")),
            "user_id": pa.array([7.0]),
            "item_id": ["i"],
            "device_id": pa.nulls(1),
            "amount": pa.array([1.1], pa.float64()),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    assert append("a.parquet").entry.duplicates == 1


def test_shuffled_rows_give_the_same_lake(lake, append, tmp_path):
    draw = random.Random(5)  # noqa: S311 - rows, no secrets
    rows = [f"2026-03-0{draw.randint(1, 9)},u{draw.randint(1, 9)},i{n % 7}\n" for n in range(200)]
    append("a.csv", NAMELESS + "".join(rows))
    draw.shuffle(rows)
    other = Lake(tmp_path / "other" / "lake")
    append("b.csv", NAMELESS + "".join(rows), into=other)
    assert stored(other).equals(stored(lake))
    assert other.digest() == lake.digest()
    assert stored(lake).num_rows == 200


def test_files_in_another_order_give_the_same_events(lake, append, tmp_path):
    other = Lake(tmp_path / "other" / "lake")
    rows = [f"2026-03-0{n % 9 + 1},u{n % 5},i{n % 7}\n" for n in range(400)]
    files = {"a.csv": NAMELESS + "".join(rows[:250]), "b.csv": NAMELESS + "".join(rows[150:])}
    for name, content in files.items():
        append(name, content)
    for name in reversed(files):
        append(name, into=other)
    assert stored(other).sort_by("event_id").equals(stored(lake).sort_by("event_id"))


def test_a_declared_identifier_joins_a_lake_without_it(lake, append, tmp_path):
    append("a.csv", NAMED + "e1,2026-03-01,u,i\n")
    mapping = EventMapping(entities={"card": "card_no"})
    append(
        "b.csv",
        "event_id,ts,user_id,card_no\ne2,2026-03-01,u,c\ne1,2026-03-01,v,c\n",
        mapping=mapping,
    )
    assert lake.declared() == ("card",)
    with connect(lake, tmp_path / "spill") as backend:
        events = backend.table("events").order_by("event_id").to_pyarrow()
    assert events.schema.names == event_schema(["card"]).names
    assert events["card"].to_pylist() == [None, "c"]
    assert lake.ledger().files[1].quarantined == 1
