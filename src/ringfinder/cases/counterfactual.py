"""The smallest changes that would weaken the case against a user, counted and not guessed."""

from collections.abc import Mapping, Sequence

from ringfinder.cases.lockstep import Lockstep, lockstep
from ringfinder.cases.plain_text import count, visible
from ringfinder.cases.ring_words import what_clears
from ringfinder.cases.shared_entities import SharedEntity
from ringfinder.cases.source import Company, HeldRing, Holding

_IDENTIFIERS_TRIED = 2


def what_would_change(
    *,
    ring: HeldRing | None,
    in_common: Sequence[Holding],
    shared: Sequence[SharedEntity],
    company: Company,
    steps: Lockstep,
    n_users: int,
) -> tuple[str, ...]:
    """Sentences on what falls away without one identifier or item, and what would clear the ring.

    `in_common` holds all identifiers, but hubs, that two members of the user's `ring` hold. The
    score itself is the model's and is not worked out again here.
    """
    return (
        *(_without_identifiers(ring, in_common, shared) if ring else ()),
        *_without_item(company, steps, n_users),
        *(f"The ring: {visible(text)}" for text in (what_clears(ring.line) if ring else ())),
    )


def _without_identifiers(
    ring: HeldRing, in_common: Sequence[Holding], shared: Sequence[SharedEntity]
) -> list[str]:
    # Hubs do not count as shared identifiers: a carrier's address links nobody.
    tried = [one for one in shared if one.identifier and one.in_ring and not one.weak]
    holding = {(one.type, one.code): one.by for one in in_common if one.identifier and not one.weak}
    linked = _linked(holding, None)
    sentences = []
    for one in tried[:_IDENTIFIERS_TRIED]:
        left = _linked(holding, (one.kind, one.code))
        name = f"Without {one.kind} {visible(one.entity)}"
        still, now = ("still ", "") if len(left) == len(linked) else ("", f" (now {len(linked)})")
        sentences.append(
            f"{name}, {still}{len(left)} of {count(len(ring.members), 'member')} share an "
            f"identifier{now}."
        )
    return sentences


def _linked(
    holding: Mapping[tuple[str, int], tuple[int, ...]], without: tuple[str, int] | None
) -> set[int]:
    return {member for entity, by in holding.items() if entity != without for member in by}


def _without_item(company: Company, steps: Lockstep, n_users: int) -> list[str]:
    before = steps.beyond_chance
    if not before:
        return []
    fewest, item = min(
        (len(lockstep(company, n_users, without_item=code).beyond_chance), code)
        for code in company.items
    )
    name = visible(company.items[item].entity)
    partners = count(len(before), "lockstep partner")
    return [f"Without item {name}, {fewest} of {partners} stay beyond chance."]
