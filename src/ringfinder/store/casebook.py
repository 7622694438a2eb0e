"""The casebook: append-only decisions in SQLite, each chained to the one before by its hash."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from ringfinder.errors import StoreError

_LABEL = {"confirmed": 1, "cleared": 0}
_GENESIS = "0" * 64
_SCHEMA = """
CREATE TABLE IF NOT EXISTS decisions (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    subject_kind TEXT NOT NULL CHECK (subject_kind IN ('user', 'ring')),
    subject TEXT NOT NULL,
    users TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('confirmed', 'cleared', 'unsure')),
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
) STRICT;
CREATE TRIGGER IF NOT EXISTS decisions_never_change BEFORE UPDATE ON decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER IF NOT EXISTS decisions_never_go BEFORE DELETE ON decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
"""


@dataclass(frozen=True)
class Decision:
    """One verdict on a user or a ring; `users` are the ids it speaks of, `at` microseconds UTC."""

    at: int
    subject_kind: str
    subject: str
    users: tuple[str, ...]
    verdict: str
    reason: str
    decided_by: str


@dataclass(frozen=True)
class Entry:
    """A decision in the log: its `number` from 1, the hash of the entry before, and its own."""

    number: int
    decision: Decision
    previous: str
    hash: str


@dataclass(frozen=True)
class RingVerdict:
    """What stands on one ring: its members' ids, ascending, and whether it was confirmed."""

    ring_id: str
    users: tuple[str, ...]
    confirmed: bool


def append(path: Path, decision: Decision) -> Entry:
    """Add a decision to the casebook at `path`, making the file when it is the first.

    Raise `StoreError` when the casebook cannot be written.
    """
    with _connected(path) as connection:
        connection.executescript(_SCHEMA)
        connection.execute("BEGIN IMMEDIATE")
        last = connection.execute(
            "SELECT number, hash FROM decisions ORDER BY number DESC LIMIT 1"
        ).fetchone()
        number, previous = (last[0] + 1, last[1]) if last else (1, _GENESIS)
        entry = Entry(number, decision, previous, _hash(number, decision, previous))
        connection.execute(
            "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                decision.at,
                decision.subject_kind,
                decision.subject,
                json.dumps(decision.users),
                decision.verdict,
                decision.reason,
                decision.decided_by,
                previous,
                entry.hash,
            ),
        )
        connection.execute("COMMIT")
    return entry


def entries(path: Path) -> list[Entry]:
    """Every entry in order, with its chain checked; none when there is no casebook yet.

    Raise `StoreError` when an entry was changed, removed or put in behind the log's back.
    """
    if not path.exists():
        return []
    with _connected(path) as connection:
        rows = connection.execute("SELECT * FROM decisions ORDER BY number").fetchall()
    found: list[Entry] = []
    previous = _GENESIS
    for position, row in enumerate(rows, start=1):
        number, at, kind, subject, users, verdict, reason, by, before, own = row
        decision = Decision(at, kind, subject, tuple(json.loads(users)), verdict, reason, by)
        if (number, before, own) != (position, previous, _hash(number, decision, previous)):
            raise StoreError(
                f"the casebook {path} was tampered with",
                f"entry {number} does not follow from the one before it",
                "restore the file from a backup; decisions before that entry are sound",
            )
        found.append(Entry(number, decision, before, own))
        previous = own
    return found


def decisions(path: Path) -> list[tuple[str, int, int]]:
    """Give the decisions as label rows (user_id, label, observed_at), in the order they were taken.

    Confirmed is 1 and cleared 0, for a ring on every member; unsure gives no row. `observed_at` is
    in microseconds UTC. A later row on the same user overrules an earlier one.
    """
    return [
        (user, _LABEL[entry.decision.verdict], entry.decision.at)
        for entry in entries(path)
        if entry.decision.verdict in _LABEL
        for user in entry.decision.users
    ]


def ring_verdicts(path: Path, *, until: int | None) -> list[RingVerdict]:
    """Give what stands on each ring, the latest verdict on it, in the order these were taken.

    Only verdicts taken at or before `until` count (microseconds UTC), all of them where it is None.
    An unsure one takes back what was said of the ring before.
    """
    standing: dict[str, RingVerdict] = {}
    for entry in entries(path):
        decision = entry.decision
        if decision.subject_kind != "ring" or (until is not None and decision.at > until):
            continue
        standing.pop(decision.subject, None)
        if decision.verdict in _LABEL:
            confirmed = bool(_LABEL[decision.verdict])
            standing[decision.subject] = RingVerdict(decision.subject, decision.users, confirmed)
    return list(standing.values())


def _hash(number: int, decision: Decision, previous: str) -> str:
    fields = {"number": number, "previous": previous, **asdict(decision)}
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            yield connection
    except (OSError, sqlite3.Error) as problem:
        raise StoreError(
            f"cannot use the casebook {path}",
            str(problem),
            "check that the disk has room, the folder is writable and no other program holds it",
        ) from problem
