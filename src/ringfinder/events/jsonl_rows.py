"""JSON lines: one object a line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ringfinder.errors import InputError
from ringfinder.events.batch import Choose, RawBatch, Rejected, shown
from ringfinder.events.lines import MAX_LINE_BYTES, blocks

_TOO_LONG = f"the row is longer than {MAX_LINE_BYTES // 2**20} MB"


def read_jsonl(path: Path, choose: Choose) -> Iterator[RawBatch]:
    """Stream a file of one JSON object a line; a key that a line lacks is null there.

    The columns are the keys of the objects in the first block. A line that is no object, not valid
    UTF-8, or holds a list or an object where a plain value belongs is rejected. Raises `InputError`
    where no line holds an object.
    """
    sources: dict[str, str] = {}
    line = 1
    for block in blocks(path):
        if block.overlong:
            rejected = [Rejected(line, _TOO_LONG, {"text": shown(block.data)})]
            objects: list[_Object] = []
            line += 1
        else:
            objects, rejected, line = _objects(block.data, line)
        if not sources and objects:
            sources = choose(list(dict.fromkeys(key for one in objects for key in one.values)))
        if not sources and not rejected:
            continue
        yield _batch(objects, rejected, sources, block.fraction)
    if not sources:
        why = "no line of it holds a JSON object"
        raise InputError(f"cannot read {path}", why, "check how the file was written")


@dataclass(frozen=True)
class _Object:
    line: int
    values: dict[str, Any]


def _objects(data: bytes, line: int) -> tuple[list[_Object], list[Rejected], int]:
    objects = []
    rejected = []
    for text in data.split(b"\n")[:-1]:
        try:
            value = json.loads(text) if text.strip() else None
        except UnicodeDecodeError:
            rejected.append(Rejected(line, "the row is not valid UTF-8", {"text": shown(text)}))
        except (ValueError, RecursionError):
            rejected.append(Rejected(line, "the row is not valid JSON", {"text": shown(text)}))
        else:
            if isinstance(value, dict):
                objects.append(_Object(line, value))
            elif text.strip():
                rejected.append(Rejected(line, "the row is no JSON object", {"text": shown(text)}))
        line += 1
    return objects, rejected, line


def _batch(
    objects: list[_Object], rejected: list[Rejected], sources: dict[str, str], fraction: float
) -> RawBatch:
    sound: list[list[str | None]] = []
    lines = []
    for one in objects:
        try:
            sound.append([_text(one.values.get(column)) for column in sources.values()])
            lines.append(one.line)
        except (TypeError, ValueError):
            reason = "a value is a list, an object or not valid text"
            row = {column: shown(one.values.get(column)) for column in sources.values()}
            rejected.append(Rejected(one.line, reason, row))
    columns = list(zip(*sound, strict=True)) or [()] * len(sources)
    table = pa.table(
        {name: pa.array(column, pa.string()) for name, column in zip(sources, columns, strict=True)}
    )
    return RawBatch(table, np.array(lines, np.int64), tuple(rejected), sources, fraction)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        if not value.isascii():
            value.encode()  # a lone surrogate is no text
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise TypeError
