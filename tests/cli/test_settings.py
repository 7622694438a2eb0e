from pathlib import Path

import pytest

from ringfinder.errors import InputError
from ringfinder.settings import load_settings


def settled(tmp_path, text=None, environ=None, **flags):
    config = None
    if text is not None:
        config = tmp_path / "ringfinder.toml"
        config.write_text(text)
    return load_settings(flags=flags, config=config, environ=environ or {})


def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert settled(tmp_path).workspace == Path(".ringfinder")
    file = 'workspace = "from-file"\nmax_rings = 5\n'
    assert settled(tmp_path, file).workspace == Path("from-file")
    environ = {"RINGFINDER_WORKSPACE": "from-environment", "RINGFINDER_UNRELATED": "1"}
    found = settled(tmp_path, file, environ)
    assert (found.workspace, found.max_rings) == (Path("from-environment"), 5)
    assert settled(tmp_path, file, environ, workspace="from-flag").workspace == Path("from-flag")


def test_the_file_of_the_working_directory_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ringfinder.toml").write_text("quiet = true")
    assert settled(tmp_path).quiet


def test_words_of_the_environment_become_values(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = settled(tmp_path, environ={"RINGFINDER_QUIET": "Yes", "RINGFINDER_MAX_RINGS": "7"})
    assert (found.quiet, found.max_rings) == (True, 7)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("workspaec = 'x'", "workspaec"),
        ("quiet = 'yes'", "quiet"),
        ("max_rings = true", "max_rings"),
        ("max_rings = 0", "max_rings"),
        ("device = 'tpu'", "device"),
        ("not toml", "ringfinder.toml"),
    ],
)
def test_a_bad_file_is_named_with_its_key(tmp_path, text, named):
    with pytest.raises(InputError) as problem:
        settled(tmp_path, text)
    assert "ringfinder.toml" in problem.value.what
    assert named in problem.value.what + problem.value.why


def test_a_bad_variable_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="RINGFINDER_MAX_RINGS"):
        settled(tmp_path, environ={"RINGFINDER_MAX_RINGS": "many"})


def test_a_missing_file_that_was_asked_for_is_an_error(tmp_path):
    with pytest.raises(InputError, match="cannot read"):
        load_settings(flags={}, config=tmp_path / "none.toml", environ={})


def test_the_password_of_neo4j_is_never_shown(tmp_path):
    environ = {"RINGFINDER_NEO4J_PASSWORD": "open sesame", "RINGFINDER_GRAPH": "neo4j"}
    found = settled(tmp_path, 'neo4j_password = "older"\nneo4j_user = "eve"', environ)
    assert (found.neo4j_password, found.neo4j_user, found.graph) == ("open sesame", "eve", "neo4j")
    assert "open sesame" not in repr(found)
    for text in ("neo4j_password = 73310", "neo4j_uri = 'bolt://neo4j:73310@localhost:7687'"):
        with pytest.raises(InputError) as problem:
            settled(tmp_path, text)
        assert "73310" not in problem.value.what + problem.value.why + problem.value.hint


def test_the_graph_is_read_from_the_snapshot_unless_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert settled(tmp_path).graph == "snapshot"
    with pytest.raises(InputError, match="graph"):
        settled(tmp_path, environ={"RINGFINDER_GRAPH": "memory"})
