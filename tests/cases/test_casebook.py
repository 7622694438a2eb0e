import sqlite3

import pytest
from drawn_workspace import AS_OF, HOSTILE, RING, RING_ID

from ringfinder.errors import InputError, StoreError
from ringfinder.pipeline.decide import decide
from ringfinder.store.casebook import append, decisions, entries
from ringfinder.store.workspace import Workspace


@pytest.fixture
def workspace(drawn, tmp_path):
    root, _ = drawn
    for name in ("snapshots", "sweeps"):
        (tmp_path / name).symlink_to(root / name)
    return Workspace(tmp_path)


def verdict_on(workspace, subject, verdict, reason="because"):
    return decide(workspace, subject, verdict=verdict, reason=reason, decided_by="me", at=AS_OF)


def test_decisions_become_labels(workspace):
    verdict_on(workspace, RING_ID, "confirmed")
    verdict_on(workspace, "user000001", "cleared", HOSTILE)
    verdict_on(workspace, "user000002", "unsure")
    rows = decisions(workspace.casebook)
    assert rows == [(user, 1, AS_OF) for user in sorted(RING)] + [("user000001", 0, AS_OF)]
    assert entries(workspace.casebook)[1].decision.reason == HOSTILE


def test_entries_are_chained_and_cannot_be_changed(workspace):
    first = verdict_on(workspace, "user000001", "cleared")
    second = verdict_on(workspace, "user000001", "confirmed")
    assert second.previous == first.hash
    with sqlite3.connect(workspace.casebook) as book:
        assert book.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        for change in ("UPDATE decisions SET verdict = 'cleared'", "DELETE FROM decisions"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                book.execute(change)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE decisions SET reason = 'another' WHERE number = 1",
        "DELETE FROM decisions WHERE number = 1",
    ],
)
def test_tampering_shows(workspace, change):
    for _ in range(2):
        verdict_on(workspace, "user000001", "cleared")
    with sqlite3.connect(workspace.casebook) as book:
        book.execute("DROP TRIGGER decisions_never_change")
        book.execute("DROP TRIGGER decisions_never_go")
        book.execute(change)
    with pytest.raises(StoreError, match="entry"):
        entries(workspace.casebook)


def test_bad_decisions_leave_no_casebook(workspace):
    with pytest.raises(InputError, match="no ring and no user"):
        verdict_on(workspace, "nobody", "cleared")
    with pytest.raises(InputError, match="reason"):
        verdict_on(workspace, "user000001", "cleared", "  ")
    assert not workspace.casebook.exists()
    assert decisions(workspace.casebook) == []


def test_a_casebook_that_is_no_database_is_told(tmp_path, workspace):
    entry = verdict_on(workspace, "user000001", "cleared")
    broken = tmp_path / "broken.sqlite"
    broken.write_text("not a database, but long enough to be read as one" * 40)
    with pytest.raises(StoreError, match="casebook"):
        append(broken, entry.decision)
