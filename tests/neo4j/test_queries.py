"""Every Cypher file says in its header what it takes and gives, and the server agrees."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from ringfinder.graph.neo4j.queries import parse, query
from ringfinder.graph.neo4j.schema import apply_schema

ROOT = Path(str(files("ringfinder.cypher")))
QUERIES = sorted(str(path.relative_to(ROOT).with_suffix("")) for path in ROOT.glob("*/*.cypher"))
FILLED = {
    "label": "Device",
    "types": "USED|SEEN_AT",
    "type": "USED",
    "start": "User",
    "end": "Device",
}
SAMPLES = {
    "STRING": "x",
    "INTEGER": 1,
    "FLOAT": 1.0,
    "BOOLEAN": True,
    "MAP": {},
    "LIST<MAP>": [],
    "LIST<STRING>": [],
    "LIST<INTEGER>": [],
    "LIST<LIST<ANY>>": [],
    "LIST<LIST<INTEGER>>": [],
}


def test_queries_are_found():
    assert {"load/nodes", "publish/ring", "read/links"} <= set(QUERIES)


@pytest.mark.parametrize("name", QUERIES)
def test_headers_are_kept_by_the_server(name, graph):
    apply_schema(graph)
    one = query(name)
    assert one.sentence.endswith((".", "?")), "the first line says what the query answers"
    assert set(re.findall(r"\$(\w+)", one.text)) == set(one.parameters)
    assert set(re.findall(r"<(\w+)>", one.text)) == set(one.names)
    values = {parameter: SAMPLES[kind] for parameter, kind in one.parameters.items()}
    text = one.fill({word: FILLED[word] for word in one.names})
    with graph._session("READ") as session:
        result = session.run(f"EXPLAIN {text}", values)
        assert list(result.keys()) == list(one.returns)
        notices = [
            status for status in result.consume().gql_status_objects if status.is_notification
        ]
    told = [f"{notice.gql_status} {notice.status_description}" for notice in notices]
    assert not [line for line in told if line.startswith(("03N91", "01N00", "01N01"))], told


READS = [name for name in QUERIES if name.startswith(("read/", "kit/"))]


@pytest.mark.parametrize("name", READS)
def test_reads_change_nothing_and_their_paths_end(name):
    text = query(name).text
    assert not re.search(r"\b(CREATE|MERGE|SET|DELETE|REMOVE)\b", text)
    assert not re.search(r"\*(\d*\.\.)?\s*\]", text), "a path without an end"


def test_a_name_that_is_no_name_is_refused():
    text = (
        "// Finds.\n// parameters:\n// returns: n NODE\n// names: label\nMATCH (n:<label>) RETURN n"
    )
    assert parse(text).fill({"label": "Device"}) == "MATCH (n:Device) RETURN n"
    with pytest.raises(ValueError, match="DELETE"):
        parse(text).fill({"label": "Device) DELETE (n"})
