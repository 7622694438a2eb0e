"""The Cypher files under `cypher/`, one query a file, with a header that says what it takes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_HEADER = re.compile(r"^// (parameters|returns|names): (.*)$", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\|[A-Za-z][A-Za-z0-9_]*)*")


@dataclass(frozen=True)
class Query:
    """One Cypher file: its sentence, its parameters and results with their types, and its text.

    `names` are the words written `<name>` in the text, which stand for a label or a relationship
    type of the vocabulary, or several of them with `|` between: Cypher takes no parameter there.
    """

    sentence: str
    parameters: Mapping[str, str]
    returns: Mapping[str, str]
    names: tuple[str, ...]
    text: str

    def fill(self, names: Mapping[str, str]) -> str:
        """Give the text with its names filled in; raise `ValueError` for one that is no name."""
        text = self.text
        for name in self.names:
            if not _NAME.fullmatch(names[name]):
                raise ValueError(names[name])
            text = text.replace(f"<{name}>", names[name])
        return text


@cache
def query(path: str) -> Query:
    """Read the query at `path` under `cypher/`, named without its suffix, such as `read/user`."""
    return parse(files("ringfinder.cypher").joinpath(f"{path}.cypher").read_text("utf-8"))


def parse(text: str) -> Query:
    """Take a file's header and query apart."""
    header = dict(_HEADER.findall(text))
    lines = text.splitlines()
    return Query(
        sentence=lines[0].removeprefix("// "),
        parameters=_typed(header.get("parameters", "")),
        returns=_typed(header.get("returns", "")),
        names=tuple(word for word in header.get("names", "").split(", ") if word),
        text="\n".join(line for line in lines if not line.startswith("//")).strip(),
    )


def _typed(declared: str) -> dict[str, str]:
    pairs = (part.rsplit(" ", 1) for part in declared.split(", ") if part)
    return {name: kind for name, kind in pairs}  # noqa: C416 - `dict` would not check the pairs
