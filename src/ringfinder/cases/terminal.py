"""A user's case on one screen: 80 columns, 23 lines, the verdict first."""

from ringfinder.cases.investigation import Investigation, LockstepPartner
from ringfinder.cases.plain_text import LINE, clip, count, fit, one_in, pad, small, visible
from ringfinder.cases.shared_entities import SharedEntity
from ringfinder.cases.source import Happening

_SHARED = 5
_PARTNERS = 5
_CHECKS = 3
_EVENTS = 2
_CHANGES = 2


def screen(case: Investigation) -> list[str]:
    """Give the lines of the case; the first two are the verdict, headings end with a colon."""
    lines = [*case.verdict, *_shared(case), *_lockstep(case), *_checks(case), *_timeline(case)]
    return [clip(line, LINE) for line in (*lines, *_changes(case))]


def _shared(case: Investigation) -> list[str]:
    if not case.shared:
        return ["Shared identifiers: none that another user holds"]
    if case.ring is None:
        heading = f"{pad('Shared with others:', 52)}{'holders':>8}"
    else:
        heading = f"{pad('Shared with its ring:', 28)}{'by chance':>16}{'by ring':>8}{'by all':>8}"
    lines = [_entity_line(one, in_ring=bool(case.ring)) for one in _chosen(case.shared)]
    return [heading + "  how rare", *lines]


def _chosen(shared: tuple[SharedEntity, ...]) -> tuple[SharedEntity, ...]:
    """Keep the most telling, and one crowd's identifier so that nobody wonders about it."""
    weak = tuple(one for one in shared if one.weak)[:1]
    strong = tuple(one for one in shared if not one.weak)[: _SHARED - len(weak)]
    return strong + weak


def _entity_line(one: SharedEntity, *, in_ring: bool) -> str:
    name = pad(f"{one.kind} {one.entity}", 30)
    inside = f"{small(one.expected):>12}{one.in_ring:>8,}" if in_ring else " " * 20
    return f"  {name}{inside}{one.holders:>8,}  {'crowd: weak' if one.weak else one.rarity}"


def _lockstep(case: Investigation) -> list[str]:
    if not case.partners:
        return ["Same items in the same 3 hours: with nobody more than once"]
    lines = [
        f"{pad('Same items in the same 3 hours:', 37)}{'times':>8}{'by chance':>11}   odds of that"
    ]
    return lines + [_partner_line(one) for one in case.partners[:_PARTNERS]]


def _partner_line(one: LockstepPartner) -> str:
    name = f"{pad(one.user, 25)}{' (ring)' if one.in_ring else ''}"
    odds = one_in(one.log10_p)
    return f"  {pad(name, 35)}{one.cells:>8,}{small(one.expected):>11}   {odds}"


def _checks(case: Investigation) -> list[str]:
    if not case.lookalike_checks:
        return []
    lines = [
        f"  {pad(check['hypothesis'], 29)}{pad(check['verdict'], 12)}{visible(check['text'])}"
        for check in case.lookalike_checks[:_CHECKS]
    ]
    return ["Innocent explanations:", *lines]


def _timeline(case: Investigation) -> list[str]:
    story = case.timeline
    heading = (
        f"Timeline: {count(story.events_total, 'event')} from {_minute(story.first_seen)} "
        f"to {_minute(story.last_seen)}"
    )
    return [heading, *(f"  {_event_line(event)}" for event in story.events[-_EVENTS:])]


def _event_line(event: Happening) -> str:
    told = [kind for kind in event.entities if kind != "seller" or "item" not in event.entities]
    named = " ".join(f"{kind} {fit(event.entities[kind], 13)}" for kind in told)
    return f"{_minute(event.ts)} {event.action} {named}"


def _changes(case: Investigation) -> list[str]:
    # Outside a ring the verdict has told the first burst already.
    bursts = case.bursts[: 1 if case.ring else 0]
    return [*_other_rings(case), *bursts, *case.what_would_change][:_CHANGES]


def _other_rings(case: Investigation) -> list[str]:
    if not case.other_rings:
        return []
    first, *rest = case.other_rings
    more = f" and {count(len(rest), 'more ring')}" if rest else ""
    return [f"Also in ring {first.rank} ({first.ring_id}, {count(first.size, 'user')}){more}."]


def _minute(iso: str) -> str:
    return iso[:16].replace("T", " ")
