"""A real server for the tests: one a run, on free ports, in a home that goes with the run."""

import os

import pytest

from ringfinder.errors import StoreError
from ringfinder.events.progress import silent
from ringfinder.graph.neo4j.connection import Address, connected
from ringfinder.graph.neo4j.jars import fetched, library, maven
from ringfinder.graph.neo4j.java import java
from ringfinder.graph.neo4j.server import start, stop

GIVEN = "RINGFINDER_TEST_NEO4J_"


@pytest.fixture(scope="session")
def cache_home(tmp_path_factory):
    """The cache directory of all tests here, in place of the user's."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _cache_apart(cache_home, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_home))


@pytest.fixture(scope="session")
def managed(cache_home, tmp_path_factory):
    """The root of a workspace whose own server runs; a test that stops it starts it again.

    Neo4j's jars are those of the user's cache, fetched there by the first run on a machine.
    """
    if f"{GIVEN}URI" in os.environ:
        pytest.skip(f"{GIVEN}URI names a server that is not ours to start and stop")
    needed_or_skip()
    jars = fetched(progress=silent).parent
    root = tmp_path_factory.mktemp("managed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache_home))
        library().parent.parent.mkdir()
        library().parent.symlink_to(jars)
        start(root, progress=silent)
    yield root
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache_home))
        stop(root)


@pytest.fixture(scope="session")
def server(request, cache_home):
    """The address of a real server."""
    if (uri := os.environ.get(f"{GIVEN}URI")) is not None:
        return Address(uri, "neo4j", os.environ[f"{GIVEN}PASSWORD"])
    root = request.getfixturevalue("managed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache_home))
        return start(root, progress=silent).address()


@pytest.fixture
def graph(server):
    """A connection to the server, whose database is empty; its schema may be there."""
    with connected(server) as graph:
        graph.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS")
        yield graph


def needed_or_skip():
    """Skip where Java or Maven is missing; an automatic run must have them."""
    try:
        java()
        if not library().is_dir():
            maven()
    except StoreError as missing:
        reason = f"no Neo4j server: {missing.why}"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
