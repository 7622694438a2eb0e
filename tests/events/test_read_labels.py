from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ringfinder.errors import InputError
from ringfinder.events.labels import LABEL_SCHEMA, read_labels
from ringfinder.events.mapping import EventMapping


def read(tmp_path: Path, text: str, mapping: EventMapping | None = None) -> pa.Table:
    path = tmp_path / "labels.csv"
    path.write_text(text)
    return read_labels(path, mapping or EventMapping())


def test_labels_come_once_and_sorted(tmp_path):
    text = "user_id,label,observed_at,kind\nv,0,,\nu,1,2026-03-01T00:00:00Z,farm\nv,0,,\n"
    table = read(tmp_path, text)
    assert table.schema.equals(LABEL_SCHEMA)
    assert table["user"].to_pylist() == ["u", "v"]
    assert table["label"].to_pylist() == [1, 0]
    assert table["observed_at"].cast(pa.int64()).to_pylist() == [1_772_323_200_000_000, None]
    assert table["kind"].to_pylist() == ["farm", None]
    assert table["event_id"].null_count == 2


def test_labels_of_events_by_the_names_of_a_mapping(tmp_path):
    mapping = EventMapping(columns={"event_id": "orderid"})
    table = read(tmp_path, "orderid,label\n7,1\n", mapping)
    assert table.to_pylist()[0]["event_id"] == "7"


def test_labels_from_parquet(tmp_path):
    table = pa.table({"user_id": [7, 8], "label": [True, False]})
    pq.write_table(table, tmp_path / "labels.parquet")
    read_back = read_labels(tmp_path / "labels.parquet", EventMapping())
    assert [(row["user"], row["label"]) for row in read_back.to_pylist()] == [("7", 1), ("8", 0)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("user_id,label\nu,2\n", "line 2: the label is not 0 or 1"),
        ("user_id,label\nv,1\nu,\n", "line 3: the label is not 0 or 1"),
        ("user_id,label\nu,fraud\n", "line 2: the label is not 0 or 1"),
        ("user_id,label\n,1\n", "line 2: user_id is missing"),
        ("user_id,label,observed_at\nu,1,soon\n", "line 2: observed_at cannot be read as a time"),
        ("user_id,label\nu,1\nv,0\nu,0\n", "line 4: u has another label on line 2"),
        ("user_id,label\nu,1,2\n", "line 2: the row has 3 values where the header has 2 columns"),
        ("user_id,verdict\nu,1\n", "it needs a column label and either user_id or event_id"),
        ("user_id,event_id,label\nu,e,1\n", "it needs a column label and either user_id or"),
        ("user_id,label\n", "it has a header but no rows"),
    ],
)
def test_a_label_that_cannot_be_used_is_told_with_its_line(tmp_path, text, why):
    with pytest.raises(InputError) as error:
        read(tmp_path, text)
    assert error.value.why.startswith(why)
