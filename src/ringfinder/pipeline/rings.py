"""Rings: what the last sweep found, listed, shown and exported."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringfinder.cases.sweep_record import last_sweep
from ringfinder.store.workspace import Workspace, write_atomically

if TYPE_CHECKING:
    from ringfinder.graph.neo4j.connection import Address


def list_rings(
    workspace: Workspace, *, alerts_only: bool, address: "Address | None" = None
) -> list[dict[str, Any]]:
    """Give the last sweep's rings, best first; raise `InputError` when there was no sweep.

    With `address` it is the sweep that was published last in the graph there.
    """
    rings = last_sweep(workspace.sweeps).rings if address is None else _published(address)
    return [ring for ring in rings if ring["alert"] or not alerts_only]


def show_ring(
    workspace: Workspace, ring_id: str, *, address: "Address | None" = None
) -> dict[str, Any]:
    """Give one ring of the last sweep; raise `InputError` for an id it does not know."""
    if address is None:
        return last_sweep(workspace.sweeps).ring(ring_id)
    return _published(address, ring_id)[0]


def export_rings(workspace: Workspace, target: Path, *, address: "Address | None" = None) -> int:
    """Write the last sweep's rings.jsonl to `target` and return the number of rings."""
    if address is None:
        record = last_sweep(workspace.sweeps)
        write_atomically(target, (record.directory / "rings.jsonl").read_bytes())
        return len(record.rings)
    rings = _published(address)
    write_atomically(target, "".join(json.dumps(ring) + "\n" for ring in rings).encode())
    return len(rings)


def _published(address: "Address", ring_id: str | None = None) -> list[dict[str, Any]]:
    """Read the lines of the published rings, or of the one with that id."""
    from ringfinder.cases.neo4j_source import Neo4jSource  # noqa: PLC0415 - only with a server
    from ringfinder.cases.published_sweep import published_sweep  # noqa: PLC0415 - the same
    from ringfinder.graph.neo4j.connection import connected  # noqa: PLC0415 - the same

    with connected(address) as graph:
        source = Neo4jSource(graph, published_sweep(graph, as_of=None, any_log=True), None)
        found = source.rings() if ring_id is None else [source.ring(ring_id)]
    return [dict(ring.line) for ring in found]
