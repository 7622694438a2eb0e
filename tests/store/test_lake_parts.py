import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from ringfinder.errors import InputError
from ringfinder.events.schema import event_schema
from ringfinder.store import engine, parts
from ringfinder.store.engine import connect

DAY_S = 86_400
START_S = 1_772_323_200  # 2026-03-01


@pytest.fixture
def log(tmp_path):
    """Ten quiet days, then a day of 300 events, written backwards."""
    seconds = [START_S + day * DAY_S + hour * 3600 for day in range(10) for hour in range(5)]
    seconds += [START_S + 10 * DAY_S + second for second in range(300)]
    table = pa.table({"ts": seconds[::-1], "user_id": ["u"] * 350, "ip": ["x"] * 350})
    pq.write_table(table, tmp_path / "log.parquet")
    return "log.parquet"


def test_parts_hold_whole_days_in_order_and_quiet_days_share_one(lake, append, log, monkeypatch):
    monkeypatch.setattr(parts, "PART_ROWS", 20)
    monkeypatch.setattr(parts, "MAX_PART_ROWS", 160)
    append(log)
    listed = lake.ledger().parts()
    assert [part.rows for part in listed] == [20, 20, 160, 150]
    rows = [pq.read_table(path, partitioning=None) for path in lake.parts()]
    for table, part in zip(rows, listed, strict=True):
        assert table.schema.equals(event_schema())
        assert table.num_rows == part.rows
        ts = table["ts"].cast(pa.int64())
        assert (ts[0].as_py(), ts[-1].as_py()) == (part.first, part.last)
        order = pc.sort_indices(table, [("ts", "ascending"), ("event_id", "ascending")])
        assert order.to_pylist() == list(range(part.rows))
    assert "day=2026-03-01" in str(lake.parts()[0])
    assert lake.span() == (START_S * 1_000_000, (START_S + 10 * DAY_S + 299) * 1_000_000)


def test_the_engine_reads_what_the_ledger_lists(lake, append, log, tmp_path):
    with connect(lake, tmp_path / "spill") as backend:
        assert backend.table("events").count().execute() == 0
    append(log)
    with connect(lake, tmp_path / "spill") as backend:
        events = backend.table("events")
        assert events.count().execute() == 350
        assert events.to_pyarrow().schema.names == event_schema().names
        assert events.ts.min().execute().isoformat() == "2026-03-01T00:00:00+00:00"


def test_what_the_engine_spills_goes_where_it_is_told_and_with_it(lake, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "MEMORY_LIMIT", "30MB")
    monkeypatch.chdir(tmp_path)
    with connect(lake, tmp_path / "spill") as backend:
        backend.con.execute("CREATE TABLE wide AS SELECT md5(i::VARCHAR) FROM range(2000000) t(i)")
        assert any((tmp_path / "spill").iterdir())
    assert not (tmp_path / "spill").exists()
    assert not (tmp_path / ".tmp").exists()


def test_a_lake_without_events_has_no_span(lake):
    assert not lake.exists()
    with pytest.raises(InputError, match="nothing has been ingested"):
        lake.span()
