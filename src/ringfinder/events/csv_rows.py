"""CSV files: fast where a block is plain, row by row where something in it is odd."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from ringfinder.errors import InputError
from ringfinder.events.batch import Choose, RawBatch, Rejected, shown
from ringfinder.events.lines import MAX_LINE_BYTES, Block, blocks

_TOO_LONG = f"the row is longer than {MAX_LINE_BYTES // 2**20} MB"
MAX_HELD_BYTES = 16 * 2**20
"""A quoted value that runs over more lines than this holds is taken for a stray quote."""

_NO_LIMIT = 2**31 - 1


def read_csv(path: Path, choose: Choose) -> Iterator[RawBatch]:
    """Stream a comma-separated file whose first row names its columns.

    Values are strings, empty where absent. A row that is not valid UTF-8, has too many or too few
    values, or opens a quote that never closes is rejected; the rows around it are read. Raises
    `InputError` where the header is unusable or no row follows it.
    """
    csv.field_size_limit(_NO_LIMIT)  # blocks bound what is in memory
    reader: _Reader | None = None
    held = b""
    for block in blocks(path):
        data = held + block.data
        if reader is None:
            header, _, data = data.partition(b"\n")
            reader = _Reader(_header(header, path), {})
            reader = _Reader(reader.header, choose(reader.header))
        held = b""
        if block.overlong:
            yield reader.overlong(block)
        elif data:
            batch, held = reader.read(data, block.fraction)
            yield batch
    if reader is None:
        why = "the file is empty"
        raise InputError(f"cannot read {path}", why, "check how the file was written")
    if held:
        batch, _ = reader.read(held, 1.0, final=True)
        yield batch
    if reader.line == 2:
        why = "it has a header but no rows"
        raise InputError(f"cannot read {path}", why, "check how the file was written")


def _header(line: bytes, path: Path) -> list[str]:
    try:
        header = next(csv.reader([line.decode().rstrip("\r")], strict=True), [])
    except (UnicodeDecodeError, csv.Error) as error:
        why = f"its first line names no columns ({error})"
        hint = "check that it is a comma-separated text file in UTF-8"
        raise InputError(f"cannot read {path}", why, hint) from error
    return header


@dataclass
class _Reader:
    """Reads blocks one after another; `line` is the line the next block begins at."""

    header: list[str]
    sources: dict[str, str]
    line: int = field(default=2)

    def read(self, data: bytes, fraction: float, *, final: bool = False) -> tuple[RawBatch, bytes]:
        """Read whole lines; hold back the rows of a quote that is still open, unless `final`."""
        lines = data.count(b"\n")
        table = _plain(data, self.header, sorted(set(self.sources.values())), lines)
        if table is not None:
            line = np.arange(self.line, self.line + lines, dtype=np.int64)
            self.line += lines
            renamed = pa.table({name: table[column] for name, column in self.sources.items()})
            return RawBatch(renamed, line, (), self.sources, fraction), b""
        return self._row_by_row(data, fraction, final=final)

    def overlong(self, block: Block) -> RawBatch:
        """Reject the line that is longer than any row may be."""
        rejected = Rejected(self.line, _TOO_LONG, {"text": shown(block.data)})
        self.line += 1
        empty = pa.table({name: pa.array([], pa.string()) for name in self.sources})
        return RawBatch(empty, np.zeros(0, np.int64), (rejected,), self.sources, block.fraction)

    def _row_by_row(self, data: bytes, fraction: float, *, final: bool) -> tuple[RawBatch, bytes]:
        lines = data.splitlines(keepends=True) if b"\r" not in data else _lines(data)
        rows: list[list[str]] = []
        numbers: list[int] = []
        rejected: list[Rejected] = []
        at = 0
        while at < len(lines):
            row, used, reason = _row(lines, at, len(self.header))
            whole = at + used >= len(lines)
            if reason == _OPEN_QUOTE and whole and not final:
                held = b"".join(lines[at:])
                if len(held) <= MAX_HELD_BYTES:
                    break
            if reason:
                # Only the first line is given up: the quote that took the next ones may be odd.
                text = {"text": shown(lines[at].rstrip(b"\r\n"))}
                rejected.append(Rejected(self.line + at, reason, text))
                used = 1
            elif row:
                rows.append(row)
                numbers.append(self.line + at)
            at += used
        self.line += at
        position = {column: place for place, column in enumerate(self.header)}
        table = pa.table(
            {
                name: pa.array([row[position[column]] for row in rows], pa.string())
                for name, column in self.sources.items()
            }
        )
        line = np.array(numbers, np.int64)
        batch = RawBatch(table, line, tuple(rejected), self.sources, fraction)
        return batch, b"".join(lines[at:])


_OPEN_QUOTE = "a quote is opened and never closed"
_ODD_QUOTE = "a quote is opened and the next one does not close the value"
_ODD_RETURN = "a carriage return stands outside quotes"


def _lines(data: bytes) -> list[bytes]:
    return [line + b"\n" for line in data.split(b"\n")[:-1]]


def _row(lines: list[bytes], at: int, width: int) -> tuple[list[str], int, str]:
    """Read the row that begins at line `at`: its values, the lines it takes, and what is wrong."""
    feed = _Feed(lines, at)
    try:
        row = next(csv.reader(feed), [])
        if feed.used > 1 and not feed.ended:
            next(csv.reader(_Feed(lines, at), strict=True), [])
    except UnicodeDecodeError:
        return [], feed.used, "the row is not valid UTF-8"
    except csv.Error:
        return [], feed.used, _ODD_QUOTE if feed.used > 1 else _ODD_RETURN
    if feed.ended:
        return [], feed.used, _OPEN_QUOTE
    if row and len(row) != width:
        return [], feed.used, f"the row has {len(row)} values where the header has {width} columns"
    return row, feed.used, ""


class _Feed:
    """Lines from `at` on, one by one; tells how many were used and whether more were asked for."""

    def __init__(self, lines: list[bytes], at: int) -> None:
        self.lines = lines
        self.at = at
        self.used = 0
        self.ended = False

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if self.at + self.used >= len(self.lines):
            self.ended = True
            raise StopIteration
        line = self.lines[self.at + self.used]
        self.used += 1
        return line.decode()


def _plain(data: bytes, header: list[str], columns: list[str], lines: int) -> pa.Table | None:
    """Read a block in which every line is a sound row; None where one is not."""
    if data.count(b'"') % 2:
        return None
    try:
        table = pacsv.read_csv(
            pa.BufferReader(data),
            read_options=pacsv.ReadOptions(column_names=header),
            parse_options=pacsv.ParseOptions(newlines_in_values=b'"' in data),
            convert_options=pacsv.ConvertOptions(
                include_columns=columns,
                column_types=dict.fromkeys(columns, pa.string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table if table.num_rows == lines else None
