"""Settings: a flag beats the environment, the environment beats the file, the file the default."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ringfinder.errors import InputError

CONFIG_NAME = "ringfinder.toml"
ENVIRONMENT_PREFIX = "RINGFINDER_"

Value = str | bool | int | None


@dataclass(frozen=True)
class Key:
    """One setting: its type is that of `kind`, `choices` the only words it takes (empty: any).

    The value of a `secret` one is never shown.
    """

    name: str
    kind: type[str] | type[bool] | type[int]
    default: Value
    choices: tuple[str, ...] = ()
    secret: bool = False


KEYS = (
    Key("workspace", str, ".ringfinder"),
    Key("quiet", bool, default=False),
    Key("debug", bool, default=False),
    Key("model", str, None),
    Key("device", str, "auto", ("auto", "cpu", "cuda")),
    Key("window", str, "all"),
    Key("max_rings", int, 200),
    Key("graph", str, "snapshot", ("snapshot", "neo4j")),
    Key("neo4j_uri", str, None, secret=True),  # somebody may write a password into it
    Key("neo4j_user", str, "neo4j"),
    Key("neo4j_password", str, None, secret=True),
    Key("neo4j_password_file", str, None),
)

_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")
_TYPE_WORDS = {str: "a text", bool: "true or false", int: "a whole number"}


@dataclass(frozen=True)
class Settings:
    """What a command runs with, after flags, environment, file and defaults are laid together.

    `model` None means the newest trained model or else the shipped one; `window` is a length such
    as `28d`, or `all`; `graph` says where the entity graph is read from; `neo4j_uri` None means
    that no Neo4j server is configured; `neo4j_password` comes before `neo4j_password_file`.
    """

    workspace: Path
    quiet: bool
    debug: bool
    model: str | None
    device: str
    window: str
    max_rings: int
    graph: str
    neo4j_uri: str | None
    neo4j_user: str
    neo4j_password: str | None = field(repr=False)
    neo4j_password_file: str | None


def load_settings(
    *, flags: Mapping[str, Value], config: Path | None, environ: Mapping[str, str]
) -> Settings:
    """Settle every setting; a flag that is None was not given.

    `config` None reads `ringfinder.toml` of the working directory where there is one. Raise
    `InputError`, naming the file or variable and the key, for an unknown key or a wrong type.
    """
    stored = _read_file(config)
    values = {key.name: _settle(key, flags, environ, stored) for key in KEYS}
    return Settings(**{**values, "workspace": Path(str(values["workspace"]))})  # type: ignore[arg-type] # `_settle` checked each type


def _settle(
    key: Key, flags: Mapping[str, Value], environ: Mapping[str, str], stored: dict[str, Value]
) -> Value:
    if flags.get(key.name) is not None:
        return _checked(key, flags[key.name], f"--{key.name.replace('_', '-')}")
    variable = ENVIRONMENT_PREFIX + key.name.upper()
    if variable in environ:
        return _checked(key, _from_text(key, environ[variable]), f"environment {variable}")
    return stored.get(key.name, key.default)


def _read_file(config: Path | None) -> dict[str, Value]:
    path = config or Path(CONFIG_NAME)
    if config is None and not path.is_file():
        return {}
    try:
        raw = tomllib.loads(path.read_bytes().decode())
    except (OSError, ValueError) as problem:
        raise InputError(
            f"cannot read the configuration {path}",
            str(problem),
            "name a readable TOML file with --config, or leave it out",
        ) from problem
    known = {key.name: key for key in KEYS}
    for name in raw:
        if name not in known:
            raise InputError(
                f"unknown setting in {path}",
                f"there is no key {name!r}",
                f"use one of {', '.join(known)}",
            )
    return {name: _checked(known[name], value, str(path)) for name, value in raw.items()}


def _from_text(key: Key, text: str) -> Value:
    if key.kind is bool and text.lower() in _TRUE + _FALSE:
        return text.lower() in _TRUE
    if key.kind is int and text.strip().lstrip("-").isdecimal():
        return int(text)
    return text


def _checked(key: Key, value: Value, source: str) -> Value:
    if type(value) is not key.kind:
        wanted = _TYPE_WORDS[key.kind]
    elif key.choices and value not in key.choices:
        wanted = f"one of {', '.join(key.choices)}"
    elif key.kind is int and int(str(value)) < 1:
        wanted = "at least 1"
    elif key.name == "neo4j_uri" and "@" in str(value):
        wanted = "an address without user and password, such as bolt://localhost:7687"
    else:
        return value
    raise InputError(
        f"{source}: setting {key.name!r} is not valid",
        f"{'what was given' if key.secret else repr(value)} is not {wanted}",
        f"give {key.name} as {wanted}",
    )
