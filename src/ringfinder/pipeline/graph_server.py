"""The verbs of the shared graph's server: start and stop the workspace's own, ask any."""

from dataclasses import dataclass

from ringfinder.events.progress import Progress, silent
from ringfinder.graph.neo4j.connection import connected
from ringfinder.graph.neo4j.load import state
from ringfinder.graph.neo4j.schema import missing
from ringfinder.graph.neo4j.server import USER, running, start, stop
from ringfinder.pipeline.drill_down import stop_kit
from ringfinder.pipeline.server_address import needed_address
from ringfinder.rings.ring import iso
from ringfinder.settings import Settings
from ringfinder.store.workspace import Workspace


@dataclass(frozen=True)
class StartResult:
    """A server that runs, `already` from before; `http` is Browser's address."""

    already: bool
    uri: str
    http: str
    user: str
    password_file: str
    pid: int


@dataclass(frozen=True)
class StatusResult:
    """What a server is and what it holds.

    `own` tells the workspace's own server from a configured one. `digest`, `as_of` (ISO-8601, UTC)
    and `users` speak of the log that was loaded, `sweep` of the latest sweep published; they are
    None where there is none. `loading` is true while a load is under way or was cut off.
    """

    own: bool
    uri: str
    http: str | None
    version: str
    digest: str | None
    as_of: str | None
    users: int | None
    loading: bool
    sweep: str | None
    nodes: int
    relationships: int


def start_server(settings: Settings, *, progress: Progress = silent) -> StartResult:
    """Start the workspace's own server, or find that it runs already; see `server.start`."""
    already = running(settings.workspace) is not None
    found = start(settings.workspace, progress=progress)
    return StartResult(already, found.uri, found.http, USER, str(found.password_file), found.pid)


def stop_server(settings: Settings) -> bool:
    """Stop the workspace's own server and what serves its kit; tell whether there was one."""
    stop_kit(Workspace(settings.workspace))
    return stop(settings.workspace)


def server_status(settings: Settings) -> StatusResult:
    """Ask the server of the shared graph what it is and holds.

    Raises `StoreError` where there is none, or it does not answer, or is no use to us.
    """
    address = needed_address(settings)
    with connected(address) as graph:
        (row,) = graph.read("read/status")
    log = row["log"] or {}
    return StatusResult(
        own=settings.neo4j_uri is None,
        uri=address.uri,
        http=address.http,
        version=row["version"],
        digest=log.get("digest"),
        as_of=None if log.get("as_of") is None else iso(log["as_of"]),
        users=log.get("users"),
        loading=row["loading"],
        sweep=row["sweep"],
        nodes=row["nodes"],
        relationships=row["relationships"],
    )


def lacking(settings: Settings) -> list[str] | None:
    """List the constraints and indexes of ours that the server has not; None before any load.

    Raises `StoreError` as `server_status` does.
    """
    with connected(needed_address(settings)) as graph:
        log = state(graph).log
        return None if log is None else missing(graph, log.get("declared", ()))
