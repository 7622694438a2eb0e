"""Values written into a query's text, for Neo4j Browser, where a person runs it by a click.

Everywhere else values are bound. Here every character that could mean something to Cypher, to
Browser's own commands or to a terminal is spelled out.
"""

import re
from collections.abc import Mapping

from ringfinder.graph.neo4j.queries import Query

_PLAIN = re.compile(r"[A-Za-z0-9 _.,:@+-]")
_PARAMETER = re.compile(r"\$(\w+)")


def literal(text: str) -> str:
    r"""Write a text as a Cypher string, in plain ASCII on one line.

    Cypher turns `\uXXXX` into its character before it looks for the end of a string: a quote or a
    backslash must not be spelled so, and no `u` may follow a backslash that is meant as itself.
    """
    units = text.encode("utf-16-be", "surrogatepass")
    chars = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
    return '"' + "".join(_spelled(chr(char)) for char in chars) + '"'


def _spelled(char: str) -> str:
    if char == "\\":
        return '\\\\" + "'
    if char == '"':
        return '\\"'
    return char if _PLAIN.fullmatch(char) else f"\\u{ord(char):04x}"


def with_values(query: Query, values: Mapping[str, str]) -> str:
    """Give a query's text with its parameters replaced by their values."""
    return _PARAMETER.sub(lambda found: f"({literal(values[found[1]])})", query.text)
