"""What a verdict did, as lines for people."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ringfinder.cases.plain_text import count, fit

if TYPE_CHECKING:  # imported by the command that ran, so that --help stays quick
    from ringfinder.pipeline.rerank import Reranked
    from ringfinder.store.casebook import Entry

_LISTED = 10


def decided(entry: "Entry") -> Iterator[str]:
    """Tell of a decision as it stands in the casebook."""
    decision = entry.decision
    yield (
        f"Decision {entry.number}: {decision.subject_kind} {fit(decision.subject, 40)} "
        f"{decision.verdict} by {fit(decision.decided_by, 20)}, "
        f"speaking of {count(len(decision.users), 'user')}."
    )
    if decision.subject_kind == "user":
        yield "The list of rings stays as it was; decide on a ring to move it."


def reranked(entry: "Entry", result: "Reranked") -> Iterator[str]:
    """Tell what a verdict moved in the last sweep's list: the judged ring, then others."""
    if result.kept is not None:
        yield f"The list stays as it was: {result.kept}."
        return
    listed = [move for move in result.moved if move.after is not None]
    own = [move for move in result.moved if move.ring_id == entry.decision.subject]
    yield f"Ranked anew as sweep {result.sweep_id}: {count(len(listed), 'ring')} moved."
    others = [move for move in listed if move not in own]
    for move in [*own, *others[:_LISTED]]:
        yield f"  {fit(move.ring_id, 14):<14}  {_place(move.before)} -> {_place(move.after)}"


def _place(rank: int | None) -> str:
    return f"{'-' if rank is None else rank:>4}"
