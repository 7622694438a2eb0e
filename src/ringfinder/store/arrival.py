"""Takes one log into the lake's directories; the ledger is not its business."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

import duckdb

from ringfinder.errors import InputError, StoreError
from ringfinder.events.batch import RawBatch, Rejected
from ringfinder.events.check import check
from ringfinder.events.mapping import EventMapping
from ringfinder.events.progress import Progress
from ringfinder.events.read import read_rows
from ringfinder.store.ledger import FileEntry, Ledger
from ringfinder.store.parts import write_parts
from ringfinder.store.staging import Staging
from ringfinder.store.workspace import disk_errors_told, sync

OnError = Literal["quarantine", "fail"]


def take_file(
    root: Path,
    ledger: Ledger,
    path: Path,
    mapping: EventMapping,
    *,
    sha256: str,
    on_error: OnError,
    progress: Progress,
    now: int,
) -> FileEntry:
    """Read, check and store a log under `root`, and return its ledger entry.

    Memory stays bounded: rows are staged in DuckDB, which spills to `root/arriving`. Parts and the
    quarantine file lie where the entry says, but count only once the ledger lists them.
    """
    arriving = root / "arriving"
    aside = arriving / "quarantine.jsonl"
    other_actions: Counter[str] = Counter()
    rows = 0
    with disk_errors_told(root), _database_errors_told(root):
        arriving.mkdir(parents=True, exist_ok=True)
        with (
            aside.open("w", encoding="utf-8") as file,
            Staging(arriving, mapping.declared) as staging,
        ):
            quarantine = _Quarantine(file, path, on_error)
            for batch in read_rows(path, lambda names: mapping.sources(names, path)):
                checked = check(batch, mapping, now=now, other_actions=other_actions)
                quarantine.add((*batch.rejected, *checked.rejected))
                staging.add(checked.events)
                rows += _rows(batch)
                progress(f"reading {path.name}", rows, round(rows / batch.fraction))
            staging.name_events()
            quarantine.add(
                staging.set_conflicts_aside([root / part.path for part in ledger.parts()])
            )
            kept = staging.rows()
            duplicates = rows - kept - quarantine.rows
            progress(f"writing {path.name}", 0, kept)
            parts = write_parts(root, sha256[:16], mapping.declared, staging.in_order())
            progress(f"writing {path.name}", kept, kept)
            file.flush()
        if quarantine.rows:
            stored = root / "quarantine" / f"{sha256[:16]}.jsonl"
            stored.parent.mkdir(exist_ok=True)
            sync(aside)
            aside.replace(stored)
            sync(stored.parent)
    return FileEntry(
        sha256=sha256,
        source=path.name,
        mapping=mapping.digest,
        declared=mapping.declared,
        rows=rows,
        kept=kept,
        duplicates=duplicates,
        quarantined=quarantine.rows,
        reasons=dict(sorted(quarantine.reasons.items())),
        other_actions=dict(sorted(other_actions.items())),
        parts=parts,
    )


class _Quarantine:
    """Rows set aside, one JSON object a line, and their count by reason."""

    def __init__(self, file: IO[str], path: Path, on_error: OnError) -> None:
        self.file = file
        self.path = path
        self.on_error = on_error
        self.reasons: Counter[str] = Counter()

    @property
    def rows(self) -> int:
        return self.reasons.total()

    def add(self, rejected: Iterable[Rejected]) -> None:
        for one in sorted(rejected, key=lambda one: one.line):
            if self.on_error == "fail":
                raise InputError(
                    f"{self.path} has a bad row, so nothing of it was taken",
                    f"line {one.line}: {one.reason}",
                    "mend the row, or run with --on-error quarantine to set bad rows aside",
                )
            self.reasons[one.reason] += 1
            row = {"line": one.line, "reason": one.reason, "row": one.row}
            self.file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _rows(batch: RawBatch) -> int:
    return len(batch.line) + len(batch.rejected)


@contextmanager
def _database_errors_told(root: Path) -> Iterator[None]:
    """Turn the errors of DuckDB's spilling to a full disk into `StoreError`."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        why = str(error).splitlines()[0]
        hint = "free disk space or memory, then run the same command again"
        raise StoreError(f"cannot write {root}", why, hint) from error
