"""Why one user is or is not suspicious: everything a person needs to judge, with its sources."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ringfinder.cases.counterfactual import what_would_change
from ringfinder.cases.lockstep import COMPARED, Lockstep, Partner, lockstep
from ringfinder.cases.near_ids import near_ids
from ringfinder.cases.plain_text import fit, one_in, small, visible
from ringfinder.cases.ring_words import checks_in_order
from ringfinder.cases.shared_entities import SharedEntity, shared_by_user
from ringfinder.cases.source import CaseSource, HeldRing, Listing
from ringfinder.cases.timeline import Timeline, iso, timeline
from ringfinder.cases.verdict import user_verdict
from ringfinder.errors import InputError

_SHARED_SHOWN = 12
_PARTNERS_SHOWN = 5
_EVENTS_SHOWN = 40
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
    """A user's case. `rank` counts from 1, the riskiest user first, among `users`.

    `ring` is the best ranked one that holds the user, `other_rings` are the rest.
    """

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
    other_rings: tuple[Listing, ...]
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


def investigate(source: CaseSource, user: str) -> Investigation:
    """Gather the case of `user` from a store.

    Raise `InputError`, offering the nearest ids, when no event of the log names the user.
    """
    standing = source.standing(user) if _is_text(user) else None
    if standing is None:
        raise _unknown(source, user)
    listings = source.listings(standing)
    ring = source.ring(listings[0].ring_id) if listings else None
    line = ring.line if ring else None
    in_common = source.in_common(ring, standing) if ring else []
    shared = shared_by_user(source, standing, ring, in_common, limit=_SHARED_SHOWN)
    company = source.company(standing, limit=COMPARED)
    steps = lockstep(company, source.n_users)
    level, verdict = user_verdict(
        user,
        score=standing.score,
        rank=standing.rank,
        users=source.n_users,
        ring=line,
        shared=shared,
        lockstep=steps.beyond_chance,
        bursts=standing.bursts,
    )
    return Investigation(
        user=user,
        as_of=iso(source.as_of),
        sweep_id=source.sweep_id,
        model=source.model,
        verdict=verdict,
        level=level,
        score=round(standing.score, 6),
        rank=standing.rank,
        users=source.n_users,
        ring=_summary(line, user) if line else None,
        other_rings=tuple(listings[1:]),
        shared=tuple(shared),
        own_cells=steps.own_cells,
        partners_beyond_chance=len(steps.beyond_chance),
        partners=_partners(steps, ring),
        lookalike_checks=tuple(checks_in_order(line)) if line else (),
        timeline=timeline(source, standing, ring, limit=_EVENTS_SHOWN),
        what_would_change=what_would_change(
            ring=ring,
            in_common=in_common,
            shared=shared,
            company=company,
            steps=steps,
            n_users=source.n_users,
        ),
        bursts=standing.bursts,
    )


def _is_text(user: str) -> bool:
    """Whether it holds no lone surrogates, which a shell makes of bytes that are no UTF-8."""
    return user == user.encode("utf-8", "ignore").decode()


def _summary(ring: Mapping[str, Any], user: str) -> RingSummary:
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


def _partners(steps: Lockstep, ring: HeldRing | None) -> tuple[LockstepPartner, ...]:
    inside = ring.members if ring else {}
    return tuple(
        LockstepPartner(
            user=step.user,
            in_ring=step.code in inside,
            cells=step.cells,
            expected=round(step.expected, 6),
            log10_p=round(step.log10_p, 3),
            beyond_chance=step.beyond_chance,
            text=_in_words(step),
        )
        for step in steps.partners[:_PARTNERS_SHOWN]
    )


def _in_words(step: Partner) -> str:
    return (
        f"{visible(step.user)} traded the same item in the same 3 hours {step.cells} times; chance "
        f"would give {small(step.expected)} ({one_in(step.log10_p)})"
    )


def _unknown(source: CaseSource, user: str) -> InputError:
    near = near_ids(source, user)
    offered = ", ".join(fit(name, _OFFERED) for name in near)
    return InputError(
        f"there is no user '{fit(user, _OFFERED)}'",
        f"no event up to {iso(source.as_of)} names that id",
        f"did you mean {offered}?" if near else "the log holds no user; ingest one first",
    )
