"""Text files, plain or gzipped, in blocks of whole lines."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from ringfinder.errors import InputError

BLOCK_BYTES = 8 * 2**20
MAX_LINE_BYTES = 64 * 2**20
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Block:
    """Whole lines, each with its line end; `fraction` of the file has been read with them.

    Where `overlong`, it is the beginning of one line longer than `MAX_LINE_BYTES`, cut off.
    """

    data: bytes
    fraction: float
    overlong: bool


def blocks(path: Path) -> Iterator[Block]:
    """Stream a text file; only the block at hand is in memory.

    A byte order mark is dropped, and a last line without a line end gets one. Raises `InputError`
    for a truncated or damaged gzip file.
    """
    size = max(path.stat().st_size, 1)
    with path.open("rb") as raw:
        zipped = path.name.lower().endswith(".gz")
        stream = cast("IO[bytes]", gzip.GzipFile(fileobj=raw) if zipped else raw)
        pending = b""
        first = True
        skipping = False
        while chunk := _read(stream, path):
            fraction = min(raw.tell() / size, 1.0)
            if first:
                chunk, first = chunk.removeprefix(BOM), False
            if skipping:
                _, end, chunk = chunk.partition(b"\n")
                skipping = not end
            pending += chunk
            cut = pending.rfind(b"\n") + 1
            if cut:
                yield Block(pending[:cut], fraction, overlong=False)
                pending = pending[cut:]
            elif len(pending) > MAX_LINE_BYTES:
                yield Block(pending[:1_000] + b"\n", fraction, overlong=True)
                pending, skipping = b"", True
        if pending:
            yield Block(pending + b"\n", 1.0, overlong=False)


def _read(stream: IO[bytes], path: Path) -> bytes:
    try:
        return stream.read(BLOCK_BYTES)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        why = f"it is no whole gzip file ({error})"
        raise InputError(f"cannot read {path}", why, "fetch or write the file again") from error
