import pytest

from ringfinder.errors import InputError
from ringfinder.events.mapping import EventMapping


def add(lake, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    return lake.add_labels(tmp_path / name, EventMapping())


def test_labels_are_added_once(lake, tmp_path):
    empty = lake.digest()
    first = add(lake, tmp_path, "a.csv", "user_id,label\nu,1\nv,0\n")
    digest = lake.digest()
    again = add(lake, tmp_path, "a.csv", "user_id,label\nu,1\nv,0\n")
    assert (first.already, again.already) == (False, True)
    more = add(lake, tmp_path, "b.csv", "user_id,label\nv,0\n")
    assert (more.entry.rows, more.entry.kept) == (1, 0)
    assert lake.digest() == digest != empty
    assert lake.labels()["user"].to_pylist() == ["u", "v"]


def test_a_bad_label_file_changes_nothing(lake, tmp_path):
    add(lake, tmp_path, "a.csv", "user_id,label\nu,1\n")
    before = lake.ledger_path.read_bytes()
    with pytest.raises(InputError):
        add(lake, tmp_path, "b.csv", "user_id,label\nv,1\nw,maybe\n")
    assert lake.ledger_path.read_bytes() == before
    assert lake.labels().num_rows == 1


def test_no_labels_are_an_empty_table(lake):
    assert lake.labels().num_rows == 0
