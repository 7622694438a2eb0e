"""The lake's ledger: what was ingested; replacing its file is the moment an ingest takes effect."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ringfinder.errors import StoreError
from ringfinder.store.workspace import write_atomically

FORMAT = 1


@dataclass(frozen=True)
class Part:
    """One Parquet file of events, sorted by (ts, event_id).

    `path` is relative to the lake, `first` and `last` are the times of its first and last event
    in microseconds UTC, `sha256` that of its bytes, which its events determine.
    """

    path: str
    rows: int
    first: int
    last: int
    sha256: str


@dataclass(frozen=True)
class FileEntry:
    """What one log gave: how many rows were read, kept, dropped as known, and quarantined.

    `reasons` counts the quarantined rows by reason, `other_actions` the words that became `other`.
    """

    sha256: str
    source: str
    mapping: str
    declared: tuple[str, ...]
    rows: int
    kept: int
    duplicates: int
    quarantined: int
    reasons: Mapping[str, int]
    other_actions: Mapping[str, int]
    parts: tuple[Part, ...]

    @property
    def quarantine(self) -> str | None:
        """Where its quarantined rows lie, relative to the lake; None where there are none."""
        return f"quarantine/{self.sha256[:16]}.jsonl" if self.quarantined else None


@dataclass(frozen=True)
class LabelEntry:
    """What one label file gave: `kept` labels were new and lie, sorted, at `path` in the lake."""

    sha256: str
    source: str
    rows: int
    kept: int
    path: str
    content: str


@dataclass(frozen=True)
class Ledger:
    """Every file that is in the lake, in the order of arrival."""

    files: tuple[FileEntry, ...] = field(default=())
    labels: tuple[LabelEntry, ...] = field(default=())

    def file(self, sha256: str) -> FileEntry | None:
        """Find the entry of the log with this content, if it is in the lake."""
        return next((entry for entry in self.files if entry.sha256 == sha256), None)

    def with_file(self, entry: FileEntry) -> "Ledger":
        """Add the entry, in place of one with the same content."""
        others = (old for old in self.files if old.sha256 != entry.sha256)
        return replace(self, files=(*others, entry))

    def with_labels(self, entry: LabelEntry) -> "Ledger":
        """Add the entry."""
        return replace(self, labels=(*self.labels, entry))

    def parts(self) -> tuple[Part, ...]:
        """Every part, by time of its first event."""
        parts = (part for entry in self.files for part in entry.parts)
        return tuple(sorted(parts, key=lambda part: (part.first, part.last, part.path)))

    def declared(self) -> tuple[str, ...]:
        """List the declared identifier types of all files, in name order."""
        return tuple(sorted({name for entry in self.files for name in entry.declared}))


def read_ledger(path: Path) -> Ledger:
    """Read the ledger, an empty one where there is no file yet.

    Raises `StoreError` when the file is damaged or was written by another version.
    """
    try:
        data = json.loads(path.read_bytes())
        if data["format"] != FORMAT:
            raise StoreError(
                f"cannot read {path}",
                f"it has format {data['format']}, this version reads {FORMAT}",
                "use another --workspace and ingest the files again",
            )
        return Ledger(
            tuple(_file_entry(entry) for entry in data["files"]),
            tuple(LabelEntry(**entry) for entry in data["labels"]),
        )
    except FileNotFoundError:
        return Ledger()
    except OSError as error:
        why = error.strerror or str(error)
        raise StoreError(f"cannot read {path}", why, "check the rights and the disk") from error
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"cannot read {path}",
            "the ledger is damaged",
            "restore it from a backup, or use another --workspace and ingest the files again",
        ) from error


def write_ledger(path: Path, ledger: Ledger) -> None:
    """Replace the ledger's file; from here on the lake holds what `ledger` lists."""
    data = {"format": FORMAT, **asdict(ledger)}
    write_atomically(path, json.dumps(data, indent=1, sort_keys=True).encode())


def _file_entry(data: dict[str, Any]) -> FileEntry:
    parts = tuple(Part(**part) for part in data.pop("parts"))
    return FileEntry(**{**data, "declared": tuple(data["declared"])}, parts=parts)
