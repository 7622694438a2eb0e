"""How the columns, times and words of a log become ours."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb

from ringfinder.errors import InputError
from ringfinder.events.schema import event_schema
from ringfinder.vocabulary import ACTIONS, ENTITY_TYPES

COLUMNS = {
    "event_id": "event_id",
    "ts": "ts",
    "user_id": "user",
    "action": "action",
    **{entity.column: entity.name for entity in ENTITY_TYPES},
    "amount": "amount",
}
"""Default name of a file's column = the event table's column."""

EPOCH_FORMATS = ("epoch_s", "epoch_ms", "epoch_us")
AUTO_FORMAT = "auto"
"""Without a format a time is ISO-8601, or an epoch whose unit its magnitude tells."""

_CONSTANTS = ("action", "amount", *(entity.column for entity in ENTITY_TYPES))
_SECTIONS = ("columns", "time", "constants", "actions", "entities")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


@dataclass(frozen=True)
class EventMapping:
    """What a mapping file says; the default reads a log in our own columns.

    `columns` our file column = the log's column; `time_format` one of `auto`, `iso`, `epoch_s`,
    `epoch_ms`, `epoch_us` or a strptime format; `zone` the zone of naive times; `constants` the
    value a column has on every row; `actions` the log's word = our action; `entities` the name of a
    declared identifier type = the log's column.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    time_format: str = AUTO_FORMAT
    zone: str = "UTC"
    constants: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, str] = field(default_factory=dict)
    entities: Mapping[str, str] = field(default_factory=dict)

    @property
    def declared(self) -> tuple[str, ...]:
        """The declared identifier types, in name order."""
        return tuple(sorted(self.entities))

    @property
    def digest(self) -> str:
        """Sixteen hex digits that change when the mapping does."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def sources(self, present: Sequence[str], path: Path) -> dict[str, str]:
        """Event table column = column of the file, for what the file's `present` columns give.

        Raises `InputError` where a column that is required or that the mapping names is missing,
        or a column that is used stands twice.
        """
        sources = {}
        for default, name in COLUMNS.items():
            column = self.columns.get(default, default)
            if default in self.columns or column in present:
                sources[name] = column
        sources.update({name: self.entities[name] for name in self.declared})
        for required in ("ts", "user_id"):
            sources.setdefault(COLUMNS[required], required)
        missing = sorted({column for column in sources.values() if column not in present})
        if missing:
            raise _missing_columns(path, missing, present)
        twice = sorted({c for c in sources.values() if list(present).count(c) > 1})
        if twice:
            why = f"the column {twice[0]} stands twice in it"
            raise InputError(f"cannot read {path}", why, "give each column a name of its own")
        constant = {COLUMNS[name] for name in self.constants}
        entities = {entity.name for entity in ENTITY_TYPES} | set(self.declared)
        if not entities & (sources.keys() | constant):
            names = [entity.column for entity in ENTITY_TYPES]
            raise _missing_columns(path, names, present, "it has none of the columns")
        return sources


def load_mapping(path: Path) -> EventMapping:
    """Read a mapping file, or raise `InputError` naming the file and what is wrong in it."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(f"cannot read {path}", why, "name a mapping file that exists") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}", str(error), "mend the TOML there") from error
    _known(path, "section", data, _SECTIONS)
    for section, content in data.items():
        if not isinstance(content, dict):
            raise _wrong(path, f"{section} is not a section", f"write [{section}]")
    time = _texts(path, "time", data)
    _known(path, "key of [time]", time, ("format", "zone"))
    mapping = EventMapping(
        columns=_texts(path, "columns", data),
        time_format=time.get("format", AUTO_FORMAT),
        zone=time.get("zone", "UTC"),
        constants=_texts(path, "constants", data),
        actions=_texts(path, "actions", data),
        entities=_entities(path, data.get("entities", {})),
    )
    _check(path, mapping)
    return mapping


def _check(path: Path, mapping: EventMapping) -> None:
    _known(path, "column", mapping.columns, tuple(COLUMNS))
    _known(path, "column with a constant", mapping.constants, _CONSTANTS)
    action = mapping.constants.get("action")
    _known(path, "action", [*mapping.actions.values(), *([action] if action else [])], ACTIONS)
    for column in mapping.constants:
        if column in mapping.columns:
            why = f"{column} has a source in [columns] and a value in [constants]"
            raise _wrong(path, why, "keep one of the two")
    try:
        ZoneInfo(mapping.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        why = f"no time zone is called {mapping.zone}"
        raise _wrong(path, why, 'write a name such as "Asia/Singapore" or "UTC"') from error
    if mapping.time_format not in (AUTO_FORMAT, "iso", *EPOCH_FORMATS):
        _check_strptime(path, mapping.time_format)


def _check_strptime(path: Path, time_format: str) -> None:
    hint = 'write iso, epoch_s, epoch_ms, epoch_us or a format such as "%Y-%m-%d %H:%M:%S"'
    if "%" not in time_format:
        raise _wrong(path, f"{time_format} is no time format", hint)
    try:
        duckdb.execute("SELECT try_strptime('', ?)", [time_format]).fetchall()
    except duckdb.Error as error:
        raise _wrong(path, f"{time_format} is no time format", hint) from error


def _entities(path: Path, sections: Mapping[str, Any]) -> dict[str, str]:
    taken = {*event_schema().names, *COLUMNS, "row", "line"}
    entities = {}
    for name, section in sections.items():
        if not _NAME.fullmatch(name) or name in taken:
            why = f"[entities.{name}] is not a name for a new identifier type"
            hint = "use lower-case letters, digits and _; item, seller, device and ip are built in"
            raise _wrong(path, why, hint)
        if not isinstance(section, dict) or set(section) != {"column"}:
            why = f"[entities.{name}] must hold one key, column"
            raise _wrong(path, why, 'write column = "the file\'s column"')
        entities[name] = _texts(path, name, sections)["column"]
    return entities


def _texts(path: Path, section: str, data: Mapping[str, Any]) -> dict[str, str]:
    values = data.get(section, {})
    for key, value in values.items():
        if not isinstance(value, str) or not value:
            why = f"{key} in [{section}] is not a text"
            raise _wrong(path, why, f'write {key} = "..."')
    return dict(values)


def _known(
    path: Path, what: str, given: Mapping[str, Any] | list[str], known: tuple[str, ...]
) -> None:
    for name in given:
        if name not in known:
            close = get_close_matches(name, known, 1)
            hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(known)}"
            raise _wrong(path, f"{name} is not a known {what}", hint)


def _wrong(path: Path, why: str, hint: str) -> InputError:
    return InputError(f"the mapping file {path} cannot be used", why, hint)


def _missing_columns(
    path: Path, missing: Sequence[str], present: Sequence[str], told: str = "it has no column"
) -> InputError:
    shown = ", ".join(present[:20]) + (", ..." if len(present) > 20 else "")
    return InputError(
        f"cannot read {path}",
        f"{told} {', '.join(missing)}; its columns are: {shown}",
        "name the file's columns in a mapping file and give it with --map",
    )
