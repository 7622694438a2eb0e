"""Options that several commands share."""

from typing import Annotated, Literal

from typer import Option

AsOf = Annotated[
    str | None,
    Option(
        "--as-of",
        metavar="TIME",
        help="Know nothing after this time: ISO-8601, UTC when it names no zone; a date means the "
        "end of that day. Default: the last event.",
    ),
]
Window = Annotated[
    str | None,
    Option("--window", metavar="LENGTH", help="How far back to look: 28d, 12h or all."),
]
GraphFrom = Annotated[
    Literal["snapshot", "neo4j"] | None,
    Option(
        "--graph",
        help="Read the graph from the workspace's own files, or from the Neo4j server.",
    ),
]
Json = Annotated[bool, Option("--json", help="Print one JSON object and nothing else on stdout.")]
