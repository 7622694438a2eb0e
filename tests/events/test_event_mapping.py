import textwrap
from pathlib import Path

import pytest

from ringfinder.errors import InputError
from ringfinder.events.mapping import EventMapping, load_mapping


def load(tmp_path: Path, text: str) -> EventMapping:
    path = tmp_path / "map.toml"
    path.write_text(textwrap.dedent(text))
    return load_mapping(path)


def test_every_section_is_read(tmp_path):
    mapping = load(
        tmp_path,
        """
        [columns]
        user_id = "userid"
        ts = "event_time"
        [time]
        format = "%Y-%m-%d %H:%M:%S"
        zone = "Asia/Singapore"
        [constants]
        action = "order"
        [actions]
        purchase = "order"
        [entities.card]
        column = "card_no"
        """,
    )
    assert mapping == EventMapping(
        columns={"user_id": "userid", "ts": "event_time"},
        time_format="%Y-%m-%d %H:%M:%S",
        zone="Asia/Singapore",
        constants={"action": "order"},
        actions={"purchase": "order"},
        entities={"card": "card_no"},
    )
    assert mapping.digest != EventMapping().digest
    assert mapping.sources(["userid", "event_time", "card_no", "ip"], Path("x")) == {
        "user": "userid",
        "ts": "event_time",
        "card": "card_no",
        "ip": "ip",
    }


@pytest.mark.parametrize(
    ("text", "why", "hint"),
    [
        ("[columns", "", "mend the TOML"),
        ("[colums]", "colums is not a known section", "did you mean columns?"),
        ("columns = 3", "columns is not a section", "write [columns]"),
        ('[columns]\nuserid = "u"', "userid is not a known column", "did you mean user_id?"),
        ("[columns]\nuser_id = 3", "user_id in [columns] is not a text", "user_id ="),
        ('[time]\nzone = "Mars/Base"', "no time zone is called Mars/Base", "Asia/Singapore"),
        ('[time]\nformat = "%Q"', "%Q is no time format", "epoch_s"),
        ('[time]\nformat = "epoch"', "epoch is no time format", "epoch_s"),
        ('[actions]\nbuy = "purchase"', "purchase is not a known action", "use one of login"),
        ('[constants]\nuser_id = "u"', "user_id is not a known column with a constant", ""),
        ('[entities.ip]\ncolumn = "x"', "[entities.ip] is not a name for a new", "built in"),
        ('[entities."a b"]\ncolumn = "x"', "[entities.a b] is not a name for a new", "lower-case"),
        ("[entities.card]", "[entities.card] must hold one key, column", "column ="),
        ('[columns]\nip = "a"\n[constants]\nip = "b"', "ip has a source in [columns]", "keep one"),
    ],
)
def test_what_is_wrong_in_a_mapping_is_told(tmp_path, text, why, hint):
    with pytest.raises(InputError) as error:
        load(tmp_path, text)
    assert why in error.value.why
    assert hint in error.value.hint
    assert "map.toml" in error.value.what


def test_a_missing_mapping_file_is_told(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        load_mapping(tmp_path / "absent.toml")


def test_a_mapped_column_that_the_file_lacks_is_told_with_what_it_has():
    mapping = EventMapping(columns={"user_id": "userid"})
    with pytest.raises(InputError) as error:
        mapping.sources(["ts", "user_id", "ip"], Path("x.csv"))
    assert error.value.why == "it has no column userid; its columns are: ts, user_id, ip"
