"""What a user or a ring shares with others, how many hold it in all, and how rare that is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from ringfinder.cases.chance import log10_tail
from ringfinder.cases.source import CaseSource, HeldRing, Holding, Standing

_NAMED_HOLDERS = 10
_BY_CHANCE = -1.0
_LEAST_LOG10 = -300.0
_RARE_FROM = 1.5


@dataclass(frozen=True)
class SharedEntity:
    """One entity that a user or a ring shares.

    `holders` users hold it in all; `in_ring` ring members do (the user in question not counted),
    chance would give `expected`, and `log10_p` is the decimal logarithm of the chance of at least
    `in_ring`. One in `one_in` entities of the type is held by so many. `weak` marks addresses of
    carriers, offices and the like, whose sharing says little. `users` names up to ten holders: ring
    members, then others where it is an identifier that few hold.
    """

    kind: str
    entity: str
    code: int
    identifier: bool
    holders: int
    in_ring: int
    expected: float
    log10_p: float
    one_in: float
    weak: bool
    users: tuple[str, ...]

    @property
    def rarity(self) -> str:
        """How rare it is for an entity of the type to be held by so many, in words."""
        if self.weak:
            return "shared by a crowd: weak evidence"
        if self.one_in < _RARE_FROM:
            return "common"
        return f"1 in {self.one_in:,.0f} {self.kind}s"


def shared_by_user(
    source: CaseSource,
    user: Standing,
    ring: HeldRing | None,
    in_common: Sequence[Holding],
    *,
    limit: int,
) -> list[SharedEntity]:
    """List the entities that `user` shares, those that tell most first, at most `limit`.

    With company in a `ring` these are what it shares with the ring (`in_common` holds them), items
    and sellers only where chance gives so many one time in ten at most; without, the identifiers
    it shares with anybody.
    """
    others = len(ring.members) - 1 if ring else 0
    if ring is not None and others:
        held = [one for one in in_common if user.code in one.by]
    else:
        held = source.held(user, identifiers_only=True, limit=limit)
    users = source.n_users - 1
    drafts = _drafts(source, held, others, users, asked=1, limit=limit)
    return _named(source, user, ring, _varied(drafts)[:limit], held)


def shared_by_ring(
    source: CaseSource, ring: HeldRing, in_common: Sequence[Holding], *, limit: int
) -> list[SharedEntity]:
    """List entities that two or more members hold, most telling first; `users` are members.

    Items and sellers are left out where chance gives so many more than one time in ten.
    """
    by = {(one.type, one.code): one.by for one in in_common}
    drafts = _drafts(source, in_common, len(ring.members), source.n_users, asked=0, limit=limit)
    return [
        replace(one, users=_members(ring, by[one.kind, one.code]))
        for one in _varied(drafts)[:limit]
    ]


def _drafts(
    source: CaseSource,
    held: Sequence[Holding],
    company: int,
    users: int,
    *,
    asked: int,
    limit: int,
) -> list[SharedEntity]:
    """The most telling `limit` of each type, without names.

    `company` of all `users` are looked at for holders, `asked` users hold every entity anyhow.
    """
    shared: list[SharedEntity] = []
    for _, of_type in groupby(held, key=lambda one: one.type):
        weighed = []
        for one in of_type:
            in_ring = len(one.by) - asked
            expected = (one.holders - asked) * company / max(1, users)
            tail = log10_tail(in_ring, expected) if company else 0.0
            if tail <= _BY_CHANCE or not company or one.identifier:
                weighed.append((one.weak, tail, one.holders, one.code, in_ring, expected, one))
        shared += [
            SharedEntity(
                kind=one.type,
                entity=one.entity,
                code=one.code,
                identifier=one.identifier,
                holders=one.holders,
                in_ring=in_ring,
                expected=expected,
                log10_p=max(tail, _LEAST_LOG10),
                one_in=source.one_in(one.type, one.holders),
                weak=one.weak,
                users=(),
            )
            for _, tail, _, _, in_ring, expected, one in sorted(weighed, key=lambda row: row[:4])[
                :limit
            ]
        ]
    return shared


def _named(
    source: CaseSource,
    user: Standing,
    ring: HeldRing | None,
    shared: list[SharedEntity],
    held: Sequence[Holding],
) -> list[SharedEntity]:
    """Name the holders; ten strangers of a shop or of a carrier's address would tell nothing."""
    by_key = {(one.type, one.code): one for one in held}
    holdings = [by_key[one.kind, one.code] for one in shared]
    few = [one for one in holdings if one.identifier and not one.weak]
    strangers = source.other_holders(user, few, besides=ring, limit=_NAMED_HOLDERS)
    others = dict(zip(((one.type, one.code) for one in few), strangers, strict=True))
    named = []
    for one, holding in zip(shared, holdings, strict=True):
        codes = tuple(code for code in holding.by if code != user.code)
        members = _members(ring, codes) if ring else ()
        users = (*members, *others.get((one.kind, one.code), ()))[:_NAMED_HOLDERS]
        named.append(replace(one, users=users))
    return named


def _members(ring: HeldRing, codes: Sequence[int]) -> tuple[str, ...]:
    return tuple(ring.members[code] for code in codes[:_NAMED_HOLDERS])


def _varied(found: list[SharedEntity]) -> list[SharedEntity]:
    """Put the most telling of each kind first, then the others, crowds last."""
    ordered = sorted(found, key=_telling)
    best: dict[str, SharedEntity] = {}
    for one in ordered:
        if not one.weak:
            best.setdefault(one.kind, one)
    heads = list(best.values())
    return heads + [one for one in ordered if best.get(one.kind) is not one]


def _telling(shared: SharedEntity) -> tuple[bool, float, int, str, int]:
    return (shared.weak, shared.log10_p, shared.holders, shared.kind, shared.code)
