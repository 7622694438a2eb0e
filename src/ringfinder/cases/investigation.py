"""Why one user is or is not suspicious: everything a person needs to judge, with its sources."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ringfinder.cases.counterfactual import what_would_change
from ringfinder.cases.lockstep import Lockstep, Partner, cells_of_user, lockstep
from ringfinder.cases.names import Names
from ringfinder.cases.plain_text import fit, one_in, small, visible
from ringfinder.cases.ring_words import checks_in_order
from ringfinder.cases.shared_entities import SharedEntity, shared_by_user
from ringfinder.cases.sweep_record import SweepRecord, microseconds
from ringfinder.cases.timeline import Timeline, iso, timeline
from ringfinder.cases.verdict import user_verdict
from ringfinder.errors import InputError
from ringfinder.features.load import code_of
from ringfinder.features.repeats import bursts_of_user
from ringfinder.features.snapshot import Snapshot

_SHARED_SHOWN = 12
_PARTNERS_SHOWN = 5
_EVENTS_SHOWN = 40
_BURSTS_SHOWN = 5
_NAME = 14
_OFFERED = 60


@dataclass(frozen=True)
class RingSummary:
    """The ring that holds the user, as far as the user's case needs it."""

    ring_id: str
    rank: int
    size: int
    score: float
    alert: bool
    p_value: float
    role: str
    window: tuple[str, str]
    lineage: dict[str, Any]


@dataclass(frozen=True)
class LockstepPartner:
    """A user in lockstep: shared (item, 3 h) cells, what chance gives, and that in words."""

    user: str
    in_ring: bool
    cells: int
    expected: float
    log10_p: float
    beyond_chance: bool
    text: str


@dataclass(frozen=True)
class Investigation:
    """A user's case. `rank` counts from 1, the riskiest user first, among `users`."""

    user: str
    as_of: str
    sweep_id: str
    model: str
    verdict: tuple[str, str]
    level: str
    score: float
    rank: int
    users: int
    ring: RingSummary | None
    shared: tuple[SharedEntity, ...]
    own_cells: int
    partners_beyond_chance: int
    partners: tuple[LockstepPartner, ...]
    lookalike_checks: tuple[dict[str, Any], ...]
    timeline: Timeline
    what_would_change: tuple[str, ...]
    bursts: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the case as plain lists, texts and numbers."""
        return asdict(self)


def investigate(snapshot: Snapshot, record: SweepRecord, user: str) -> Investigation:
    """Gather the case of `user` from a snapshot and the sweep made on it.

    Raise `InputError`, offering the nearest ids, when no event of the window names the user.
    """
    with Names(snapshot) as names:
        code = code_of(snapshot, "user", user)
        if code is None:
            raise _unknown(user, names.near(user), snapshot)
        ring = record.ring_of(user)
        members = names.codes(ring["members"]) if ring else np.empty(0, np.int32)
        others = members[members != code]
        shared = shared_by_user(snapshot, names, code, others, limit=_SHARED_SHOWN)
        cells = cells_of_user(snapshot, code)
        steps = lockstep(snapshot, cells, code)
        window = (
            (microseconds(ring["window"][0]), microseconds(ring["window"][1])) if ring else None
        )
        score = record.scores[code]
        partners = _partners(names, steps, others)
        rank = 1 + int((record.scores > score).sum())
        bursts = _bursts(snapshot, names, code)
        level, verdict = user_verdict(
            user,
            score=float(score),
            rank=rank,
            users=snapshot.n_users,
            ring=ring,
            shared=shared,
            lockstep=steps.beyond_chance,
            bursts=bursts,
        )
        return Investigation(
            user=user,
            as_of=iso(snapshot.as_of),
            sweep_id=record.sweep_id,
            model=str(record.summary["model"]),
            verdict=verdict,
            level=level,
            score=round(float(score), 6),
            rank=rank,
            users=snapshot.n_users,
            ring=_summary(ring, user) if ring else None,
            shared=tuple(shared),
            own_cells=steps.own_cells,
            partners_beyond_chance=len(steps.beyond_chance),
            partners=partners,
            lookalike_checks=tuple(checks_in_order(ring)) if ring else (),
            timeline=timeline(snapshot, names, code, window, limit=_EVENTS_SHOWN),
            what_would_change=what_would_change(
                snapshot,
                names,
                code,
                members=members,
                shared=shared,
                cells=cells,
                steps=steps,
            ),
            bursts=bursts,
        )


def _bursts(snapshot: Snapshot, names: Names, code: int) -> tuple[str, ...]:
    """Say in words where the user ordered again and again within hours."""
    return tuple(
        f"Ordered {one.count} times at {one.kind} "
        f"{fit(names.ids(one.kind, [one.code])[0], _NAME)} in 3 hours, "
        f"{one.count} of {one.traffic} orders there."
        for one in bursts_of_user(snapshot.events, code)[:_BURSTS_SHOWN]
    )


def _summary(ring: dict[str, Any], user: str) -> RingSummary:
    return RingSummary(
        ring_id=ring["ring_id"],
        rank=ring["rank"],
        size=ring["size"],
        score=ring["score"],
        alert=ring["alert"],
        p_value=ring["p_value"],
        role=ring["roles"].get(user, "member"),
        window=(ring["window"][0], ring["window"][1]),
        lineage=ring["lineage"],
    )


def _partners(
    names: Names, steps: Lockstep, others: np.ndarray[Any, np.dtype[np.int32]]
) -> tuple[LockstepPartner, ...]:
    shown = steps.partners[:_PARTNERS_SHOWN]
    inside = set(others.tolist())
    found = zip(shown, names.ids("user", [step.user for step in shown]), strict=True)
    return tuple(
        LockstepPartner(
            user=name,
            in_ring=step.user in inside,
            cells=step.cells,
            expected=round(step.expected, 6),
            log10_p=round(step.log10_p, 3),
            beyond_chance=step.beyond_chance,
            text=_in_words(name, step),
        )
        for step, name in found
    )


def _in_words(name: str, step: Partner) -> str:
    return (
        f"{visible(name)} traded the same item in the same 3 hours {step.cells} times; chance "
        f"would give {small(step.expected)} ({one_in(step.log10_p)})"
    )


def _unknown(user: str, near: list[str], snapshot: Snapshot) -> InputError:
    offered = ", ".join(fit(name, _OFFERED) for name in near)
    return InputError(
        f"there is no user '{fit(user, _OFFERED)}'",
        f"no event up to {iso(snapshot.as_of)} names that id",
        f"did you mean {offered}?" if near else "the snapshot holds no user; ingest a log first",
    )
