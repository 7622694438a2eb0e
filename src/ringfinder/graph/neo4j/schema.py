"""The shared graph's constraints and indexes, from `cypher/schema.cypher` and the vocabulary."""

import re
from collections.abc import Iterable
from importlib.resources import files

from ringfinder.graph.neo4j.connection import Graph
from ringfinder.vocabulary import label

_NAMED = re.compile(r"CREATE (?:CONSTRAINT|INDEX) (\w+) IF NOT EXISTS")
_ONLINE_S = 600


def statements(declared: Iterable[str] = ()) -> tuple[str, ...]:
    """List the statements that make the schema, those of declared identifier types at the end."""
    text = files("ringfinder.cypher").joinpath("schema.cypher").read_text("utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("//"))
    written = tuple(part.strip() for part in lines.split(";") if part.strip())
    return written + tuple(
        f"CREATE CONSTRAINT declared_{kind}_id IF NOT EXISTS "
        f"FOR (n:{label(kind)}) REQUIRE n.id IS UNIQUE"
        for kind in sorted(declared)
    )


def apply_schema(graph: Graph, declared: Iterable[str] = ()) -> None:
    """Make what is missing of the schema and wait until every index can be used."""
    for statement in statements(declared):
        graph.run(statement)
    graph.run(f"CALL db.awaitIndexes({_ONLINE_S})")


def missing(graph: Graph, declared: Iterable[str] = ()) -> list[str]:
    """List the names of constraints and indexes that the server cannot use, in our order."""
    usable = "SHOW INDEXES YIELD name, state WHERE state = 'ONLINE' RETURN name"
    there = {row["name"] for row in graph.run(usable)}
    names = [_NAMED.findall(statement)[0] for statement in statements(declared)]
    return [name for name in names if name not in there]
