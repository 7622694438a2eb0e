"""The event lake: append-only Parquet with a ledger."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ringfinder.errors import InputError
from ringfinder.events.labels import LABEL_SCHEMA, read_labels
from ringfinder.events.mapping import EventMapping
from ringfinder.events.progress import Progress
from ringfinder.store.arrival import OnError, take_file
from ringfinder.store.ledger import FileEntry, LabelEntry, Ledger, read_ledger, write_ledger
from ringfinder.store.parts import write_sorted
from ringfinder.store.workspace import disk_errors_told, locked

LOCK_WAIT_S = 2.0


@dataclass(frozen=True)
class FileResult:
    """What became of one log; `already` when it was in the lake before and nothing changed.

    `quarantine` is the file of its bad rows, None where it had none.
    """

    entry: FileEntry
    already: bool
    quarantine: Path | None


@dataclass(frozen=True)
class LabelResult:
    """What became of one label file; `already` when it was in the lake before."""

    entry: LabelEntry
    already: bool


@dataclass(frozen=True)
class Lake:
    """The events and labels under `root`, as its ledger lists them.

    Writers are one at a time. Readers see the ledger of the moment, or `pinned` where it is given;
    parts never change.
    """

    root: Path
    pinned: Ledger | None = None

    @property
    def ledger_path(self) -> Path:
        """The file whose replacement commits an ingest."""
        return self.root / "ledger.json"

    def ledger(self) -> Ledger:
        """Read the ledger, or raise `StoreError` where it is damaged."""
        return read_ledger(self.ledger_path) if self.pinned is None else self.pinned

    def as_it_stands(self) -> "Lake":
        """Give the lake of this moment, to read: what is ingested from now on is not in it."""
        return Lake(self.root, self.ledger())

    def exists(self) -> bool:
        """Tell whether the lake holds any event."""
        return bool(self.ledger().parts())

    def append(
        self, path: Path, mapping: EventMapping, *, on_error: OnError, progress: Progress, now: int
    ) -> FileResult:
        """Take a log in: a file that is there already, by content and mapping, changes nothing.

        `on_error` "quarantine" sets bad rows aside with a reason, "fail" raises on the first.
        `now` (microseconds UTC) only tells which times lie in the future. Raises `InputError` for
        an unusable file, or one that gave events under another mapping, and `StoreError` for a full
        disk or another writer; nothing has changed then.
        """
        with self._writing():
            ledger = self.ledger()
            sha256 = file_sha256(path)
            known = ledger.file(sha256)
            if known is not None and known.mapping == mapping.digest:
                return self._result(known, already=True)
            if known is not None and known.kept:
                raise InputError(
                    f"{path} is in the lake already, read by another mapping",
                    f"it came as {known.source} and gave {known.kept:,} events",
                    "ingest it with the same mapping, or into a new --workspace",
                )
            entry = take_file(
                self.root,
                ledger,
                path,
                mapping,
                sha256=sha256,
                on_error=on_error,
                progress=progress,
                now=now,
            )
            write_ledger(self.ledger_path, ledger.with_file(entry))
            return self._result(entry, already=False)

    def add_labels(self, path: Path, mapping: EventMapping) -> LabelResult:
        """Take a label file in; labels that are known already are not stored again.

        `mapping` names the id columns where they are not ours. Raises as `append` does.
        """
        with self._writing():
            ledger = self.ledger()
            sha256 = file_sha256(path)
            known = next((entry for entry in ledger.labels if entry.sha256 == sha256), None)
            if known is not None:
                return LabelResult(known, already=True)
            table = read_labels(path, mapping)
            fresh = _without(table, self.labels())
            stored = self.root / "labels" / f"{sha256[:16]}.parquet"
            with disk_errors_told(stored):
                content = write_sorted(stored, fresh)
            entry = LabelEntry(
                sha256=sha256,
                source=path.name,
                rows=table.num_rows,
                kept=fresh.num_rows,
                path=str(stored.relative_to(self.root)),
                content=content,
            )
            write_ledger(self.ledger_path, ledger.with_labels(entry))
            return LabelResult(entry, already=False)

    def parts(self) -> list[Path]:
        """List the Parquet files of events, each sorted by (ts, event_id), by time."""
        return [self.root / part.path for part in self.ledger().parts()]

    def declared(self) -> tuple[str, ...]:
        """List the declared identifier types, in name order."""
        return self.ledger().declared()

    def span(self) -> tuple[int, int]:
        """Time of the first and of the last event, microseconds UTC; raise `InputError` if none."""
        parts = self.ledger().parts()
        if not parts:
            raise InputError(
                "there are no events",
                f"nothing has been ingested into {self.root.parent}",
                "run: ringfinder ingest FILE",
            )
        return min(part.first for part in parts), max(part.last for part in parts)

    def digest(self) -> str:
        """Name the content in sixteen hex digits, whatever the order of rows and of files."""
        ledger = self.ledger()
        content = {
            "events": sorted(part.sha256 for part in ledger.parts()),
            "labels": sorted(entry.content for entry in ledger.labels if entry.kept),
            "declared": ledger.declared(),
        }
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]

    def labels(self) -> pa.Table:
        """Every label once, in `LABEL_SCHEMA`, sorted by all columns."""
        tables = [pq.read_table(self.root / entry.path) for entry in self.ledger().labels]
        table = pa.concat_tables([LABEL_SCHEMA.empty_table(), *tables])
        return table.sort_by([(name, "ascending") for name in LABEL_SCHEMA.names])

    def _result(self, entry: FileEntry, *, already: bool) -> FileResult:
        aside = None if entry.quarantine is None else self.root / entry.quarantine
        return FileResult(entry, already, aside)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with locked(self.root / "ingest.lock", wait_s=LOCK_WAIT_S):
            self._remove_orphans()
            try:
                yield
            finally:
                self._remove_orphans()

    def _remove_orphans(self) -> None:
        """Remove what a killed or failed ingest left: files that the ledger does not list."""
        ledger = self.ledger()
        listed = {part.path for part in ledger.parts()}
        listed |= {entry.path for entry in ledger.labels}
        listed |= {entry.quarantine for entry in ledger.files if entry.quarantine is not None}
        shutil.rmtree(self.root / "arriving", ignore_errors=True)
        for room in ("events", "labels", "quarantine"):
            for path in sorted((self.root / room).rglob("*")):
                if path.is_file() and str(path.relative_to(self.root)) not in listed:
                    path.unlink()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes in hex, or `InputError` where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(f"cannot read {path}", why, "name a file that exists") from error


def _without(table: pa.Table, known: pa.Table) -> pa.Table:
    seen = set(zip(*known.to_pydict().values(), strict=True))
    rows = zip(*table.to_pydict().values(), strict=True)
    fresh = [position for position, row in enumerate(rows) if row not in seen]
    return table.take(pa.array(fresh, pa.int64()))
