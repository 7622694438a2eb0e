"""Killed processes, full disks and two writers: the last good state stands."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from ringfinder.errors import StoreError
from ringfinder.store.lake import Lake
from ringfinder.store.workspace import Workspace, lock, locked, new_directory, write_atomically

HEADER = "event_id,ts,user_id,item_id\n"
FIRST = HEADER + "e1,2026-03-01,u,i\n"
SECOND = HEADER + "e2,2026-03-02,u,i\n"


def ids(lake: Lake) -> list[str]:
    return sorted(
        event for part in lake.parts() for event in pq.read_table(part)["event_id"].to_pylist()
    )


def files(lake: Lake) -> set[str]:
    return {str(path.relative_to(lake.root)) for path in lake.root.rglob("*") if path.is_file()}


def full(*_args: object, **_kwargs: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("file", ["quarantine", ".parquet", "ledger"])
def test_a_full_disk_changes_nothing_and_the_next_run_goes_on(lake, append, monkeypatch, file):
    append("a.csv", FIRST)
    before = files(lake)
    really = os.fsync
    met = []

    def fsync(descriptor: int) -> None:
        name = str(Path(f"/proc/self/fd/{descriptor}").readlink())
        if file in name:
            met.append(name)
            full()
        really(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr("ringfinder.store.workspace.os.fsync", fsync)
        with pytest.raises(StoreError) as error:
            append("b.csv", SECOND + "bad,never,u,i\n")
    assert error.value.why == "No space left on device"
    assert met
    assert files(lake) == before
    assert ids(lake) == ["e1"]
    append("b.csv")
    assert ids(lake) == ["e1", "e2"]


def test_a_full_disk_while_parquet_is_written_is_told(lake, append, monkeypatch):
    monkeypatch.setattr("ringfinder.store.parts.pq.write_table", full)
    with pytest.raises(StoreError, match="No space left"):
        append("a.csv", FIRST)
    assert files(lake) == {"ingest.lock"}


def test_a_disk_full_of_spilled_rows_is_told(lake, append, monkeypatch):
    def spill(*_args: object) -> None:
        raise duckdb.IOException("IO Error: Could not write file: No space left on device")

    monkeypatch.setattr("ringfinder.store.staging.Staging.add", spill)
    with pytest.raises(StoreError, match="No space left"):
        append("a.csv", FIRST)
    assert not lake.exists()


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from ringfinder.store import {module}
    from ringfinder.pipeline.ingest import ingest
    from ringfinder.store.workspace import Workspace

    kept = {module}.{function}
    def dying(*args, **kwargs):
        result = kept(*args, **kwargs) if {after} else None
        os.kill(os.getpid(), signal.SIGKILL)
    {module}.{function} = dying
    ingest(Workspace(Path(sys.argv[1])), [Path(sys.argv[2])])
"""


@pytest.mark.parametrize(
    ("module", "function", "after", "kept"),
    [
        ("arrival", "check", False, ["e1"]),
        ("arrival", "write_parts", True, ["e1"]),
        ("lake", "write_ledger", False, ["e1"]),
        ("lake", "write_ledger", True, ["e1", "e2"]),
    ],
)
def test_a_killed_process_leaves_the_last_good_state(
    lake, append, tmp_path, module, function, after, kept
):
    append("a.csv", FIRST)
    (tmp_path / "b.csv").write_text(SECOND + "bad,never,u,i\n")
    script = textwrap.dedent(KILLED).format(module=module, function=function, after=after)
    command = [sys.executable, "-c", script, str(lake.root.parent), str(tmp_path / "b.csv")]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert ids(lake) == kept
    result = append("b.csv")
    assert result.already == (kept == ["e1", "e2"])
    assert ids(lake) == ["e1", "e2"]
    listed = {part.path for part in lake.ledger().parts()}
    sha = result.entry.sha256[:16]
    assert files(lake) == listed | {"ledger.json", "ingest.lock", f"quarantine/{sha}.jsonl"}


def test_a_second_writer_is_turned_away_and_loses_nothing(lake, append, monkeypatch):
    monkeypatch.setattr("ringfinder.store.lake.LOCK_WAIT_S", 0.1)
    holder = f"""if True:
        import sys
        from pathlib import Path
        from ringfinder.store.workspace import locked
        with locked(Path({str(lake.root / "ingest.lock")!r})):
            print("held", flush=True)
            sys.stdin.read()
    """
    with subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        with pytest.raises(StoreError, match=f"process {process.pid} holds"):
            append("a.csv", FIRST)
        process.stdin.close()
    append("a.csv")
    assert ids(lake) == ["e1"]


def test_a_lock_waits_for_its_holder(tmp_path):
    with locked(tmp_path / "x.lock"), pytest.raises(StoreError), locked(tmp_path / "x.lock"):
        pass
    with lock(Workspace(tmp_path), "x", wait_s=1):
        assert (tmp_path / "x.lock").read_text() == str(os.getpid())


def test_a_damaged_ledger_is_told(lake, append):
    append("a.csv", FIRST)
    lake.ledger_path.write_text("{")
    with pytest.raises(StoreError, match="damaged"):
        append("b.csv", SECOND)


def test_an_atomic_write_that_fails_keeps_the_old_bytes(tmp_path, monkeypatch):
    path = tmp_path / "LAST"
    write_atomically(path, b"old")
    monkeypatch.setattr("ringfinder.store.workspace.os.fsync", full)
    with pytest.raises(StoreError):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [path.name for path in (tmp_path).iterdir()] == ["LAST"]


def test_a_new_directory_takes_its_place_whole_or_not_at_all(tmp_path):
    final = tmp_path / "snapshots" / "key"
    with new_directory(final) as directory:
        (directory / "a").write_text("1")
        assert not final.exists()
    with pytest.raises(StoreError), new_directory(final) as directory:
        full((directory / "a").write_text("2"))
    assert (final / "a").read_text() == "1"
    with new_directory(final) as directory:
        (directory / "b").write_text("3")
    assert [path.name for path in (final).iterdir()] == ["b"]
    assert [path.name for path in (final.parent).iterdir()] == ["key"]


def test_a_new_directory_mends_what_a_killed_process_left(tmp_path):
    with subprocess.Popen(["true"]) as process:
        pass
    (tmp_path / f".key.partial-{process.pid}").mkdir()
    (tmp_path / f".key.replaced-{process.pid}").mkdir()
    (tmp_path / f".key.replaced-{process.pid}" / "a").write_text("1")
    with pytest.raises(ValueError, match="stop"), new_directory(tmp_path / "key"):
        raise ValueError("stop")
    assert [path.name for path in (tmp_path).iterdir()] == ["key"]
    assert (tmp_path / "key" / "a").read_text() == "1"
