"""Laws of ingest: whatever an id holds, it comes back; odd blocks read as plain ones do."""

import csv
import io
import json
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ringfinder.events import csv_rows, lines
from ringfinder.events.mapping import EventMapping
from ringfinder.store.lake import Lake

NOW = 1_780_000_000_000_000
COLUMNS = ["event_id", "ts", "user_id", "item_id", "device_id"]
HOSTILE = [
    "quote \" and ' and `",
    "line\nfeed and\r\nreturn",
    "<script>alert(1)</script>",
    "'; DROP TABLE events; --",
    "u'}) DETACH DELETE n //",
    "back\\slash\\",
    "nul \x00 inside",
    "emoji \U0001f469\u200d\U0001f4bb and \u202e turned",
    ",comma,",
    "{{ jinja }} ${shell} $(rm)",
    " spaces ",
]
IDS = st.sampled_from(HOSTILE) | st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12
)
ROWS = st.lists(st.tuples(IDS, IDS, IDS | st.just("")), min_size=1, max_size=8)


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode())


def write_jsonl(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("\n".join(json.dumps(row) for row in rows))


def write_parquet(path: Path, rows: list[dict[str, str]]) -> None:
    pq.write_table(pa.Table.from_pylist(rows), path)


WRITERS = {"log.csv": write_csv, "log.jsonl": write_jsonl, "log.parquet": write_parquet}


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=25, deadline=None)
@given(ROWS)
@example([(text, text, text) for text in HOSTILE])
def test_hostile_ids_survive_unharmed(name, drawn):
    rows = [
        {
            "event_id": f"{n}{user}",
            "ts": "2026-03-01",
            "user_id": user,
            "item_id": item,
            "device_id": d,
        }
        for n, (user, item, d) in enumerate(drawn)
    ]
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / name
        WRITERS[name](path, rows)
        lake = Lake(Path(directory) / "lake")
        lake.append(path, EventMapping(), on_error="fail", progress=lambda *_: None, now=NOW)
        (part,) = lake.parts()
        table = pq.read_table(part, partitioning=None)
    stored = {
        row["event_id"]: (row["user"], row["item"], row["device"]) for row in table.to_pylist()
    }
    assert stored == {
        row["event_id"]: (row["user_id"], row["item_id"], row["device_id"] or None) for row in rows
    }


CELLS = st.text(st.sampled_from('ab",\n '), max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=20), st.integers(1, 40))
def test_a_sound_csv_reads_as_it_was_written_whatever_the_blocks(rows, block):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([("a", "b"), *rows])
    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK_BYTES", block)
        path = Path(directory) / "x.csv"
        path.write_text(text.getvalue())
        batches = list(csv_rows.read_csv(path, lambda names: {name: name for name in names}))
    read = [tuple(row.values()) for batch in batches for row in batch.table.to_pylist()]
    assert read == rows
    assert not any(batch.rejected for batch in batches)
    starts = [number for batch in batches for number in batch.line.tolist()]
    heights = [1 + first.count("\n") + second.count("\n") for first, second in rows]
    assert starts == [2 + sum(heights[:position]) for position in range(len(rows))]
