"""Each kind of bad input: a clear error or a quarantined row, and nothing good is lost."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ringfinder.errors import InputError

HEADER = "event_id,ts,user_id,item_id,amount\n"
GOOD = "e1,2026-03-01T10:00:00Z,u1,i1,12.5\n"
LAST = "e9,2026-03-01T11:00:00Z,u9,i9,\n"


def events(lake):
    tables = [pq.read_table(part, partitioning=None) for part in lake.parts()]
    return pa.concat_tables(tables).sort_by("event_id").to_pylist() if tables else []


def quarantined(lake):
    files = sorted((lake.root / "quarantine").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("e2,,u2,i2,1\n", "ts is missing"),
        ("e2,yesterday,u2,i2,1\n", "ts cannot be read as a time"),
        ("e2,2026-02-30T10:00:00Z,u2,i2,1\n", "ts cannot be read as a time"),
        ("e2,2027-01-01T00:00:00Z,u2,i2,1\n", "ts is in the future"),
        ("e2,1969-12-31T00:00:00Z,u2,i2,1\n", "ts is before 1970"),
        ("e2,2026-03-01,,i2,1\n", "user_id is missing"),
        ("e2,2026-03-01,u2,,1\n", "names no item, seller, device, ip or declared identifier"),
        ("e2,2026-03-01,u2,i2,NaN\n", "amount is not a finite number"),
        ("e2,2026-03-01,u2,i2,inf\n", "amount is not a finite number"),
        ("e2,2026-03-01,u2,i2,-Infinity\n", "amount is not a finite number"),
        ("e2,2026-03-01,u2,i2,1e999\n", "amount is not a finite number"),
        ('e2,2026-03-01,u2,i2,"1,5"\n', "amount is not a finite number"),
        (f"e2,2026-03-01,{'u' * 1001},i2,1\n", "user_id is longer than 1,000 characters"),
        (f"e2,2026-03-01,u2,{'i' * 10_000_000},1\n", "item_id is longer than 1,000 characters"),
        (b"e2,2026-03-01,u\xff2,i2,1\n", "the row is not valid UTF-8"),
        ("e2,2026-03-01,u2\n", "the row has 3 values where the header has 5 columns"),
        ("e2,2026-03-01,u2,i2,1,2\n", "the row has 6 values where the header has 5 columns"),
        ('e2,2026-03-01,u2,"i2,1\n', "a quote is opened and never closed"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason(lake, append, row, reason):
    row = row if isinstance(row, bytes) else row.encode()
    result = append("log.csv", HEADER.encode() + GOOD.encode() + row + LAST.encode())
    assert [event["event_id"] for event in events(lake)] == ["e1", "e9"]
    (bad,) = quarantined(lake)
    assert (bad["line"], bad["reason"]) == (3, reason)
    assert result.entry.reasons == {reason: 1}
    assert (result.entry.rows, result.entry.kept, result.entry.quarantined) == (3, 2, 1)
    assert len(json.dumps(bad)) < 12_000


def test_fail_raises_on_a_bad_row_and_changes_nothing(lake, append):
    with pytest.raises(InputError) as error:
        append("log.csv", HEADER + GOOD + "e2,,u2,i2,1\n", on_error="fail")
    assert error.value.why == "line 3: ts is missing"
    assert not lake.exists()
    assert [path for path in lake.root.rglob("*") if path.is_file()] == [lake.root / "ingest.lock"]


def test_empty_amounts_are_fine_and_amounts_are_exact(lake, append):
    append("log.csv", HEADER + GOOD + LAST)
    assert [event["amount"] for event in events(lake)] == [125_000, None]


def zipped(text):
    return gzip.compress(text.encode(), mtime=0)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("log.csv", b"", "the file is empty"),
        ("log.parquet", b"", "the file is empty"),
        ("log.csv.gz", zipped(""), "the file is empty"),
        ("log.csv", HEADER.encode(), "it has a header but no rows"),
        ("log.csv", b"ts,item_id\n2026-03-01,i\n", "it has no column user_id"),
        ("log.csv", b"ts,user_id\n2026-03-01,u\n", "it has none of the columns item_id"),
        ("log.csv", b"ts,user_id,ip,ip\n2026-03-01,u,1,2\n", "the column ip stands twice"),
        ("log.csv", b"\xff\xfe\n1\n", "its first line names no columns"),
        ("log.csv.gz", zipped(HEADER + GOOD * 5000)[:-20], "it is no whole gzip file"),
        ("log.csv.gz", b"plain text", "it is no whole gzip file"),
        ("log.jsonl", b"\n\n", "no line of it holds a JSON object"),
        ("log.parquet", b"PAR1 and then nothing", "it is no whole Parquet file"),
        ("log.txt", b"x", "its name does not end in"),
    ],
)
def test_an_unusable_file_is_refused_and_changes_nothing(lake, append, name, content, why):
    append("first.csv", HEADER + GOOD)
    before = lake.ledger_path.read_bytes()
    with pytest.raises(InputError) as error:
        append(name, content)
    assert error.value.why.startswith(why)
    assert lake.ledger_path.read_bytes() == before
    assert [event["event_id"] for event in events(lake)] == ["e1"]
    assert not (lake.root / "arriving").exists()


def test_a_truncated_parquet_is_refused(lake, append, tmp_path):
    table = pa.table({"ts": [1_772_000_000] * 9, "user_id": list("abcdefghi"), "ip": ["x"] * 9})
    pq.write_table(table, tmp_path / "log.parquet")
    whole = (tmp_path / "log.parquet").read_bytes()
    with pytest.raises(InputError):
        append("log.parquet", whole[: len(whole) // 2])
    assert not lake.exists()
    assert append("log.parquet", whole).entry.kept == 9


def test_a_missing_file_is_told(append):
    with pytest.raises(InputError, match="No such file"):
        append("absent.csv")


def test_an_open_quote_swallows_no_later_row(lake, append):
    rows = "".join(f"e{n},2026-03-01,u{n},i{n},1\n" for n in range(100, 200))
    append("log.csv", HEADER + 'e1,2026-03-01,u1,"i1,1\n' + rows + 'e2,2026-03-01,u2,"i\n2",1\n')
    ids = {event["event_id"]: event["item"] for event in events(lake)}
    assert len(ids) == 101
    assert ids["e2"] == "i\n2"
    assert [bad["line"] for bad in quarantined(lake)] == [2]


def test_lines_are_counted_past_values_of_several_lines(lake, append):
    rows = 'e1,2026-03-01,"u\n\n1",i1,1\n\ne2,never,u2,i2,1\n'
    append("log.csv", HEADER + rows)
    assert [bad["line"] for bad in quarantined(lake)] == [6]
    assert events(lake)[0]["user"] == "u\n\n1"


def test_a_row_longer_than_memory_may_hold_is_set_aside(lake, append, monkeypatch):
    monkeypatch.setattr("ringfinder.events.lines.BLOCK_BYTES", 1_000)
    monkeypatch.setattr("ringfinder.events.lines.MAX_LINE_BYTES", 5_000)
    append("log.csv", HEADER + GOOD + f"e2,2026-03-01,u,{'i' * 50_000},1\n" + LAST)
    assert [event["event_id"] for event in events(lake)] == ["e1", "e9"]
    assert [bad["line"] for bad in quarantined(lake)] == [3]


def test_json_lines_that_are_no_events_are_set_aside(lake, append):
    lines = [
        '{"event_id": "e1", "ts": 1772000000, "user_id": 7, "ip": "10.0.0.1", "amount": 1.5}',
        "{broken",
        "[1, 2]",
        "",
        '{"ts": 1772000000, "user_id": ["u"], "ip": "x"}',
        '{"ts": 1772000000, "user_id": "\\ud800", "ip": "x"}',
        '{"ts": 1772000000, "user_id": "u", "ip": "x", "amount": NaN}',
        '{"ts": 1772000000, "user_id": null, "ip": "x"}',
        "[" * 100_000,
    ]
    append("log.jsonl", "\n".join(lines).encode() + b'\n{"a": "\xff"}')
    assert [(event["user"], event["amount"]) for event in events(lake)] == [("7", 15_000)]
    assert [(bad["line"], bad["reason"]) for bad in quarantined(lake)] == [
        (2, "the row is not valid JSON"),
        (3, "the row is no JSON object"),
        (5, "a value is a list, an object or not valid text"),
        (6, "a value is a list, an object or not valid text"),
        (7, "amount is not a finite number"),
        (8, "user_id is missing"),
        (9, "the row is not valid JSON"),
        (10, "the row is not valid UTF-8"),
    ]


def test_parquet_with_invalid_text_and_nan_amounts(lake, append, tmp_path):
    users = pa.Array.from_buffers(pa.string(), 3, pa.array([b"u1", b"\xff\xfe", b"u3"]).buffers())
    table = pa.table(
        {
            "ts": pa.array([1_772_000_000_000_000] * 3, pa.timestamp("us")),
            "user_id": users,
            "ip": pa.array([1.0, 2.0, None]),
            "item_id": pa.array(["a", "b", "c"]).dictionary_encode(),
            "amount": pa.array([1.0, 2.0, float("nan")]),
        }
    )
    pq.write_table(table, tmp_path / "log.parquet")
    result = append("log.parquet")
    assert [(event["user"], event["ip"], event["item"]) for event in events(lake)] == [
        ("u1", "1", "a")
    ]
    assert [bad["reason"] for bad in quarantined(lake)] == [
        "user_id is not valid UTF-8",
        "amount is not a finite number",
    ]
    assert quarantined(lake)[1]["row"]["amount"] == "nan"  # JSON has no word for it
    assert result.quarantine is not None
    assert result.quarantine.is_file()


def test_unknown_actions_are_kept_as_other_and_counted(lake, append):
    rows = ["e1,2026-03-01,u,i,PURCHASE", "e2,2026-03-01,u,i,wish", "e3,2026-03-01,u,i,wish"]
    rows += ["e4,2026-03-01,u,i,Pay", "e5,2026-03-01,u,i,"]
    result = append("log.csv", "event_id,ts,user_id,item_id,action\n" + "\n".join(rows))
    assert [event["action"] for event in events(lake)] == ["other"] * 3 + ["pay", "order"]
    assert result.entry.other_actions == {"PURCHASE": 1, "wish": 2}


def test_mixed_zones_stand_side_by_side(lake, append):
    times = [
        "2026-03-01T10:00:00+08:00",
        "2026-03-01T02:00:00Z",
        "2026-03-01 02:00:00",
        "1772330400",
    ]
    rows = "".join(f"e{n},{time},u,i,1\n" for n, time in enumerate(times))
    append("log.csv", HEADER + rows)
    assert len({event["ts"] for event in events(lake)}) == 1


def test_stray_quotes_swallow_no_row_even_where_the_columns_come_out_right(lake, append):
    rows = [f"e{n:03},2026-03-01,u{n},i{n},1\n" for n in range(300)]
    for stray in (10, 100, 200, 250):
        rows[stray] = rows[stray].replace(",i", ',"i')
    entry = append("log.csv", HEADER + "".join(rows)).entry
    assert (entry.rows, entry.kept) == (300, 296)
    assert [bad["line"] for bad in quarantined(lake)] == [12, 102, 202, 252]
