"""Rings: what the last sweep found, listed, shown and exported."""

from pathlib import Path
from typing import Any

from ringfinder.cases.sweep_record import last_sweep
from ringfinder.store.workspace import Workspace, write_atomically


def list_rings(workspace: Workspace, *, alerts_only: bool) -> list[dict[str, Any]]:
    """Give the last sweep's rings, best first; raise `InputError` when there was no sweep."""
    rings = last_sweep(workspace.sweeps).rings
    return [ring for ring in rings if ring["alert"] or not alerts_only]


def show_ring(workspace: Workspace, ring_id: str) -> dict[str, Any]:
    """Give one ring of the last sweep; raise `InputError` for an id it does not know."""
    return last_sweep(workspace.sweeps).ring(ring_id)


def export_rings(workspace: Workspace, target: Path) -> int:
    """Copy the last sweep's rings.jsonl to `target` and return the number of rings."""
    record = last_sweep(workspace.sweeps)
    write_atomically(target, (record.directory / "rings.jsonl").read_bytes())
    return len(record.rings)
