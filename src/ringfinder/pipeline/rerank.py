"""Rerank: the last sweep again, under the verdicts that were taken since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ringfinder.cases.sweep_record import last_sweep
from ringfinder.errors import InputError, StoreError
from ringfinder.features.load import load_snapshot
from ringfinder.pipeline.candidates import load_candidates
from ringfinder.pipeline.models import model_directory
from ringfinder.pipeline.ranking import rank
from ringfinder.store.casebook import ring_verdicts
from ringfinder.store.workspace import Workspace

if TYPE_CHECKING:
    from ringfinder.detect.hybrid import Hybrid

ABOUT = (
    "as_of",
    "start",
    "snapshot",
    "model",
    "model_version",
    "users",
    "candidates",
    "max_rings",
    "judged_until",
)


@dataclass(frozen=True)
class Move:
    """How one ring moved: ranks from 1, None where it was not or is no longer listed."""

    ring_id: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Reranked:
    """The sweep that now is the last one, and the rings whose rank changed, by their new rank.

    `kept` says why the list stays as it was, None where it was ranked anew.
    """

    sweep_id: str
    moved: tuple[Move, ...]
    kept: str | None


def rerank(workspace: Workspace) -> Reranked:
    """Rank the candidates of the last sweep under all verdicts that count for it.

    It is the sweep that `ringfinder sweep` would write now, byte for byte, without finding and
    scoring anew, as long as the model that scored is still there. Nothing changes where no verdict
    on a ring counts: a sweep as of an explicit time knows none that was taken later. Raise
    `InputError` where there was no sweep, and `StoreError` where what it kept is damaged or was
    written by another version.
    """
    last = last_sweep(workspace.sweeps)
    if "candidates" not in last.summary:
        return Reranked(last.sweep_id, (), "the last sweep kept no candidates; sweep again")
    about = {name: last.summary[name] for name in ABOUT}
    snapshot = load_snapshot(workspace.snapshots / about["snapshot"])
    candidates = load_candidates(workspace, about["candidates"], snapshot)
    record = rank(workspace, candidates, about, _hybrid(workspace, about))
    late = about["judged_until"] is not None and any(ring_verdicts(workspace.casebook, until=None))
    kept = None
    if record.sweep_id == last.sweep_id:
        kept = (
            f"the last sweep is as of {about['as_of']} and knows no later verdict"
            if late
            else "no ring's verdict changed"
        )
    return Reranked(record.sweep_id, moves(last.rings, record.rings), kept)


def _hybrid(workspace: Workspace, about: Mapping[str, Any]) -> "Hybrid | None":
    """The model that scored the last sweep; None where it is gone or was trained anew."""
    from ringfinder.detect.hybrid import Hybrid  # noqa: PLC0415 - torch, only where it is needed

    try:
        hybrid = Hybrid.load(model_directory(workspace, about["model"]))
    except (InputError, StoreError):
        return None
    return hybrid if hybrid.version == about["model_version"] else None


def moves(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> tuple[Move, ...]:
    """Rings whose rank changed, by their new rank; those that left the list come last."""
    old = {ring["ring_id"]: int(ring["rank"]) for ring in before}
    new = {ring["ring_id"]: int(ring["rank"]) for ring in after}
    moved = [Move(one, old.get(one), rank) for one, rank in new.items() if old.get(one) != rank]
    return (*moved, *(Move(one, rank, None) for one, rank in old.items() if one not in new))
