"""Loading: what stands in the graph, however and how often it came there."""

import itertools
from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest
from drawn_log import DECLARED, LINKS, drawn_events, dump, of_days, take_in

from ringfinder.errors import InputError, StoreError
from ringfinder.graph.neo4j import load as loading
from ringfinder.graph.neo4j.connection import Graph
from ringfinder.graph.neo4j.load import begin, state
from ringfinder.graph.neo4j.schema import apply_schema, missing
from ringfinder.pipeline.shared_graph import load_graph
from ringfinder.store.workspace import Workspace
from ringfinder.vocabulary import ACTION_CODE, label, link_types, relationship


def rows_of(events):
    """Rows with times in microseconds."""
    at = events.column_names.index("ts")
    return events.set_column(at, "ts", events["ts"].cast(pa.int64())).to_pylist()


@pytest.fixture(scope="module")
def events():
    return drawn_events(1)


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def whole(workspace, events, server, graph):
    """A graph that was loaded at once."""
    take_in(workspace, events, "whole")
    result = load_graph(workspace, server)
    assert result.way == "incremental"
    return dump(graph)


def test_links_count_what_nested_loops_count(whole, events, graph):
    rows = rows_of(events)
    expected = defaultdict(list)
    for kind, row in itertools.product(link_types([DECLARED]), rows):
        made = not kind.actions or row["action"] in kind.actions
        if made and row[kind.entity] is not None:
            key = (relationship(kind.name), row["user"], label(kind.entity), row[kind.entity])
            expected[key].append(row["ts"])
    for row in rows:
        if row["item"] is not None and row["seller"] is not None:
            key = ("SOLD_BY", row["item"], "Seller", row["seller"])
            expected[key].append(row["ts"])
    found = {
        (one["type"], one["start"], one["to"][0], one["end"]): one["values"]
        for one in graph.run(LINKS)
    }
    assert found.keys() == expected.keys()
    for key, times in expected.items():
        values = dict(found[key])
        between = values.pop("between", [])
        assert values == {"count": len(times), "first_seen": min(times), "last_seen": max(times)}
        slots = sorted({time // 10_800_000_000 for time in times})
        assert between == (slots[1:-1] if key[0] == "ORDERED" else []), key
    assert any("between" in one["values"] for one in graph.run(LINKS))


def test_users_tell_what_they_did(whole, events, graph):
    rows = rows_of(events)
    for user in graph.run("MATCH (u:User) RETURN properties(u) AS values"):
        own = [row for row in rows if row["user"] == user["values"]["id"]]
        times = [row["ts"] for row in own]
        actions = np.bincount([ACTION_CODE[row["action"]] for row in own], minlength=9).tolist()
        assert user["values"]["events"] == len(own)
        assert user["values"]["actions"] == actions
        assert (user["values"]["first_seen"], user["values"]["last_seen"]) == (
            min(times),
            max(times),
        )


def test_the_schema_is_whole(whole, graph):
    assert missing(graph, [DECLARED]) == []
    graph.run("DROP CONSTRAINT device_id")
    assert missing(graph, [DECLARED]) == ["device_id"]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 1, 3), (3, 2, 1, 0)])
def test_loading_in_pieces_is_loading_at_once(whole, events, server, graph, tmp_path, order):
    loading.clear(graph)
    workspace = Workspace(tmp_path / "pieces")
    for day in order:
        take_in(workspace, of_days(events, day, day + 1), f"day{day}")
        load_graph(workspace, server)
    assert dump(graph) == whole


def test_loading_twice_changes_nothing(whole, workspace, server, graph):
    again = load_graph(workspace, server)
    assert (again.way, again.put) == ("unchanged", 0)
    assert dump(graph) == whole


def test_one_more_day_puts_only_what_it_changed(workspace, events, server, graph):
    take_in(workspace, of_days(events, 0, 3), "three")
    load_graph(workspace, server)
    before = dump(graph)
    take_in(workspace, of_days(events, 3, 4), "one more")
    result = load_graph(workspace, server)
    after = dump(graph)
    kinds = ("EntityType",)
    changed = [
        line
        for old, new in zip(before[1:], after[1:], strict=True)
        for line in set(new) - set(old)
        if not any(kind in line for kind in kinds)
    ]
    assert 0 < result.put == len(changed) < len(after[1]) + len(after[2])


def test_without_the_old_snapshot_all_is_put_again(workspace, events, server, graph):
    take_in(workspace, of_days(events, 0, 3), "three")
    load_graph(workspace, server)
    for path in sorted(workspace.snapshots.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    take_in(workspace, of_days(events, 3, 4), "one more")
    result = load_graph(workspace, server)
    assert result.put == sum(map(len, dump(graph)[1:])) - 5  # the entity types come by themselves


class CutError(Exception):
    """The load's process ends here."""


def test_a_load_that_was_cut_off_goes_on_where_it_ended(
    whole, workspace, server, graph, monkeypatch
):
    loading.clear(graph)
    monkeypatch.setattr(loading, "BATCH", 100)
    seen = []
    write = Graph.write

    def cut(self, name, *rest, **values):
        if "done" in values:
            seen.append(values["done"])
            if len(seen) == 7:
                raise CutError
        return write(self, name, *rest, **values)

    monkeypatch.setattr(Graph, "write", cut)
    with pytest.raises(CutError):
        load_graph(workspace, server)
    assert state(graph).unfinished
    load_graph(workspace, server)
    assert seen[6:9] == [7, 7, 8]
    assert not state(graph).unfinished
    assert dump(graph) == whole


def test_what_came_in_between_is_not_taken_for_the_rest_of_a_load(
    workspace, events, server, graph, monkeypatch, tmp_path
):
    take_in(workspace, of_days(events, 0, 2), "two")
    load_graph(workspace, server)
    monkeypatch.setattr(loading, "BATCH", 20)
    write = Graph.write
    monkeypatch.setattr(
        Graph, "write", lambda self, name, *a, **v: _cut_at(write, 5, self, name, *a, **v)
    )
    take_in(workspace, of_days(events, 2, 3), "three")
    with pytest.raises(CutError):
        load_graph(workspace, server)
    monkeypatch.undo()
    # As if the load that was cut off had seen a hub that will be none in the end.
    graph.run("MATCH (d:Device {id: 'd1'}) SET d.kind = 'hub', d.weight = 0.01")
    take_in(workspace, of_days(events, 3, 4), "one more")
    load_graph(workspace, server)
    found = dump(graph)
    load_graph(workspace, server, replace=True)
    assert dump(graph) == found


def _cut_at(write, last, graph, name, *rest, **values):
    if values.get("done") == last:
        raise CutError
    return write(graph, name, *rest, **values)


def test_two_loads_do_not_run_at_once(whole, workspace, events, server, graph, monkeypatch):
    parts = frozenset(state(graph).log["parts"])
    theirs = {"holder": "elsewhere", "target": "t", "plan": "p", "parts": parts}
    assert begin(graph, "theirs", **theirs) == 0
    with pytest.raises(StoreError, match="another load is at work"):
        load_graph(workspace, server)
    with pytest.raises(StoreError, match="another load is at work"):
        load_graph(workspace, server, replace=True)
    monkeypatch.setattr(loading, "PATIENCE_MS", -1)  # it has been silent for too long
    load_graph(workspace, server)
    assert dump(graph) == whole
    late = {"token": "theirs", "done": 1, "rows": [{"id": "late"}]}
    written = graph.write("load/nodes", {"label": "User"}, **late)
    assert written == [{"written": 0}]
    assert dump(graph) == whole


def test_nodes_deleted_behind_our_back_are_told(workspace, events, server, graph):
    by_time = events.filter(pa.compute.is_valid(events["device"]))
    first = by_time.slice(0, 1)
    again = first.set_column(0, events.schema.field("event_id"), pa.array(["again"]))
    take_in(workspace, first, "first")
    load_graph(workspace, server)
    graph.run("MATCH (d:Device) DETACH DELETE d")
    take_in(workspace, again, "again")
    with pytest.raises(StoreError, match="somebody deleted nodes"):
        load_graph(workspace, server)


def test_what_somebody_else_keeps_there_is_left_alone(workspace, events, server, graph):
    graph.run("CREATE (:Person {id: 'theirs'})-[:KNOWS]->(:Person)")
    take_in(workspace, events, "whole")
    with pytest.raises(InputError, match="did not load"):
        load_graph(workspace, server)
    assert graph.run("MATCH (n) RETURN count(n) AS n") == [{"n": 2}]
    load_graph(workspace, server, replace=True)
    assert graph.run("MATCH (n:Person) RETURN count(n) AS n") == [{"n": 0}]


def test_another_workspaces_log_is_left_alone(whole, server, graph, tmp_path):
    other = Workspace(tmp_path / "other")
    take_in(other, drawn_events(2, count=50), "other")
    with pytest.raises(InputError, match="another log"):
        load_graph(other, server)
    assert dump(graph) == whole


def test_another_log_is_not_put_onto_a_first_load_that_was_cut_off(
    workspace, events, server, graph, monkeypatch, tmp_path
):
    take_in(workspace, events, "whole")
    write = Graph.write
    monkeypatch.setattr(loading, "BATCH", 100)
    monkeypatch.setattr(
        Graph, "write", lambda self, name, *a, **v: _cut_at(write, 5, self, name, *a, **v)
    )
    with pytest.raises(CutError):
        load_graph(workspace, server)
    monkeypatch.undo()
    monkeypatch.setattr(loading, "PATIENCE_MS", -1)
    other = Workspace(tmp_path / "other")
    take_in(other, drawn_events(2, count=50), "other")
    with pytest.raises(InputError, match="another log"):
        load_graph(other, server)


def test_a_replacement_that_was_cut_off_leaves_nothing_that_counts(
    whole, workspace, server, graph, monkeypatch
):
    write = Graph.write

    def cut(self, name, *rest, **values):
        if name == "load/clear_nodes":
            raise CutError
        return write(self, name, *rest, **values)

    monkeypatch.setattr(Graph, "write", cut)
    with pytest.raises(CutError):
        load_graph(workspace, server, replace=True)
    monkeypatch.undo()
    assert state(graph).digest is None
    assert load_graph(workspace, server).way == "incremental"
    assert dump(graph) == whole


@pytest.mark.parametrize("kind", ["ring", "order", "sweep"])
def test_an_identifier_may_be_called_as_something_of_ours(kind, graph):
    apply_schema(graph, [kind])
    assert missing(graph, [kind]) == []
    graph.run(f"DROP CONSTRAINT declared_{kind}_id")
    assert missing(graph, [kind]) == [f"declared_{kind}_id"]
