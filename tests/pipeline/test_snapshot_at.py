"""The snapshot of a workspace: from the lake, once, whole or not at all."""

import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ringfinder.errors import InputError, StoreError
from ringfinder.features import build
from ringfinder.features.load import ids
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.store.lake import Lake
from ringfinder.store.workspace import Workspace

HEADER = "event_id,ts,user_id,action,item_id,device_id\n"
LOG = (
    "e2,2026-03-02T10:00:00Z,b,order,i1,d1\n"
    "e1,2026-03-01T10:00:00Z,a,order,i1,d1\n"
    "e3,2026-03-09T10:00:00Z,c,view,i2,d2\n"
)
FIRST, SECOND, LAST = 1_772_359_200_000_000, 1_772_445_600_000_000, 1_773_050_400_000_000
DAY = 86_400_000_000
KILLED = """
import os, signal, sys
from pathlib import Path
from ringfinder.features import build
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.store.workspace import Workspace
build.write_arrays = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
snapshot_at(Workspace(Path(sys.argv[1])), as_of=None, window=None)
"""


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Workspace:
    log = tmp_path / "log.csv"
    log.write_text(HEADER + LOG)
    labels = tmp_path / "labels.csv"
    labels.write_text("user_id,label,observed_at\na,1,2026-03-01T12:00:00Z\nc,0,2026-03-20\n")
    workspace = Workspace(tmp_path / "workspace")
    ingest(workspace, [log], labels=labels, now=LAST)
    return workspace


def entries(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in workspace.snapshots.iterdir())


def test_all_of_the_log_up_to_its_last_event(workspace: Workspace) -> None:
    snapshot = snapshot_at(workspace, as_of=None, window=None)
    assert (snapshot.start, snapshot.as_of) == (FIRST - 1, LAST)
    assert snapshot.events.ts.tolist() == [FIRST, SECOND, LAST]
    assert ids(snapshot, "user") == ["a", "b", "c"]
    assert snapshot.labels.user.tolist() == [0]
    assert snapshot.labels.label.tolist() == [1]


def test_a_snapshot_holds_the_log_it_is_named_after(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ingest that commits after the snapshot got its name is not in it."""
    more = tmp_path / "more.csv"
    more.write_text(HEADER + "e4,2026-03-03T10:00:00Z,d,order,i1,d1\n")
    whole = build.build_snapshot

    def build_late(lake: Lake, directory: Path, **times: int) -> None:
        ingest(workspace, [more], now=LAST)
        whole(lake, directory, **times)

    monkeypatch.setattr(build, "build_snapshot", build_late)
    assert ids(snapshot_at(workspace, as_of=None, window=None), "user") == ["a", "b", "c"]
    monkeypatch.undo()
    assert ids(snapshot_at(workspace, as_of=None, window=None), "user") == ["a", "b", "d", "c"]


def test_a_finished_snapshot_is_reused(workspace: Workspace) -> None:
    built = snapshot_at(workspace, as_of=SECOND, window=None)
    at = (built.path / "meta.json").stat().st_mtime_ns
    again = snapshot_at(workspace, as_of=SECOND, window=1_000_000 * DAY)
    assert again.path == built.path
    assert (again.path / "meta.json").stat().st_mtime_ns == at


def test_the_window_ends_at_as_of(workspace: Workspace) -> None:
    snapshot = snapshot_at(workspace, as_of=LAST - 1, window=LAST - 1 - FIRST)
    assert snapshot.events.ts.tolist() == [SECOND]


def test_events_that_come_later_change_no_array(workspace: Workspace, tmp_path: Path) -> None:
    before = snapshot_at(workspace, as_of=SECOND, window=None)
    (tmp_path / "more.csv").write_text(HEADER + "e9,2026-03-08T00:00:00Z,a,order,i1,d1\n")
    ingest(workspace, [tmp_path / "more.csv"], now=LAST)
    after = snapshot_at(workspace, as_of=SECOND, window=None)
    assert before.path != after.path
    names = {path.name for path in before.path.glob("*.npy")}
    assert names == {path.name for path in after.path.glob("*.npy")}
    for name in names | {"meta.json"}:
        assert (before.path / name).read_bytes() == (after.path / name).read_bytes()


@pytest.mark.parametrize(
    ("as_of", "window", "message"),
    [
        (FIRST - 1, None, "there is nothing to see yet"),
        (SECOND + 3 * DAY, DAY, "the window holds no events"),
        (LAST + 90 * DAY, DAY, "the window holds no events"),
    ],
)
def test_a_time_without_events_is_told(
    workspace: Workspace, as_of: int, window: int | None, message: str
) -> None:
    with pytest.raises(InputError, match=message) as told:
        snapshot_at(workspace, as_of=as_of, window=window)
    assert "2026-03-09T10:00:00+00:00" in told.value.hint


def test_an_empty_workspace_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no events") as told:
        snapshot_at(Workspace(tmp_path), as_of=None, window=None)
    assert "ingest" in told.value.hint
    assert not (tmp_path / "snapshots").exists()


def test_a_failed_build_leaves_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("in the middle")

    with monkeypatch.context() as patched:
        patched.setattr("ringfinder.features.build.write_arrays", fail)
        with pytest.raises(RuntimeError):
            snapshot_at(workspace, as_of=None, window=None)
    assert entries(workspace) == []
    assert len(snapshot_at(workspace, as_of=None, window=None).events) == 3


def test_after_a_killed_build_the_next_one_goes_on(workspace: Workspace) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(workspace.root)], check=False)
    assert done.returncode == -signal.SIGKILL
    snapshot = snapshot_at(workspace, as_of=None, window=None)
    assert len(snapshot.events) == 3
    assert entries(workspace) == [snapshot.path.name]


def test_a_disk_that_fills_up_under_the_database_is_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_args: object, **_options: object) -> None:
        raise duckdb.TransactionException("could not write file: No space left on device")

    monkeypatch.setattr("ringfinder.features.build.build_snapshot", fill)
    with pytest.raises(StoreError, match="No space left"):
        snapshot_at(workspace, as_of=None, window=None)
    assert not list(workspace.snapshots.iterdir())
