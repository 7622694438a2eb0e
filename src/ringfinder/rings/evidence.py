"""Evidence of one group: which targets and identifiers, who, and what chance would give."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ringfinder.features.coded_events import MISSING
from ringfinder.rings.channels.protocol import Log
from ringfinder.rings.deals import FAMILIES, identifier_types
from ringfinder.rings.member_rows import rows_at
from ringfinder.rings.ring import OPERATOR, Fact
from ringfinder.rings.weighing import (
    IN_STEP,
    Scratch,
    choose,
    clear,
    entity_rate,
    kind_of,
    target_rate,
    weigh,
)

MAX_FACTS = 12
MAX_EVENTS = 20
VERBS = (
    "bought",
    "sent back or cancelled",
    "reviewed",
    "bought three times within hours",
    "looked at or put into the cart",
)
"""What members did, for each of `rings.deals.FAMILIES`."""

BORDERLINE = np.log(20.0)
"""Nats above the threshold below which a member is told as peripheral: odds under 20 to 1."""

Codes = npt.NDArray[np.int32]


class Shared(NamedTuple):
    """One thing that members share: `members` did, `expected` would by chance, `rows` show it.

    `joint` is its code among all targets or all identifiers (`rings.deals`). `rows` are at most
    `MAX_EVENTS`, and none but of the `MAX_FACTS` most telling things: one of each member before a
    second of any, and of a member's events at a shared identifier its deals with the group's
    targets before all others. `family` is a position in `FAMILIES`, -1 for an identifier; `in_step`
    counts the members who dealt at the same time as others; `others` counts the outsiders who hold
    it; `time_nats` is what the members' common times are worth; `seller` is the seller's code, -1
    where there is none.
    """

    kind: str
    code: int
    joint: int
    family: int
    members: Codes
    expected: float
    others: int
    in_step: int
    time_nats: float
    seller: int
    rows: npt.NDArray[np.int64]


class Dossier(NamedTuple):
    """What is known of one group.

    `margin` float64 [members] are nats above the threshold of membership; `sellers` are codes of
    the sellers behind the shared targets, the one with most members first; `window` is the first
    and last time (microseconds UTC, inclusive) at which something was shared; `deals` int64 [2]
    counts what the members traded and what they browsed.
    """

    shared: tuple[Shared, ...]
    margin: npt.NDArray[np.float64]
    sellers: tuple[int, ...]
    window: tuple[int, int]
    deals: npt.NDArray[np.int64]

    @property
    def targets(self) -> tuple[Shared, ...]:
        """What is shared by dealing with it."""
        return tuple(one for one in self.shared if one.family >= 0)


def inspect(log: Log, members: Codes, cells: Scratch) -> Dossier:
    """Everything that the members share beyond chance, the most telling first."""
    deals, idents = log.deals, log.idents
    n, n_users = len(members), len(deals.ptr) - 1
    seen_t, seen_e, kept_t, kept_e, mean = choose(members, deals, idents, cells)
    touched, base = weigh(n, kept_t, kept_e, mean, deals, idents, cells)
    margin = cells.llr[members] + base - np.log(n_users / n)
    things_t = [_target(log, x) for x in kept_t.tolist()]
    things_e = [_identifier(log, x) for x in kept_e.tolist()]
    at_kind = _touching(log, members, [*things_t, *things_e])
    none = np.empty(0, np.int64)
    found: list[Shared] = []
    shown: list[npt.NDArray[np.int64]] = []
    for x, (kind, code) in zip(kept_t.tolist(), things_t, strict=True):
        at = np.arange(deals.target_ptr[x], deals.target_ptr[x + 1])
        inside = cells.inside[deals.target_user[at]]
        others = int(len(at) - inside.sum())
        shown.append(_rows_at(log, at_kind[kind], kind, code, deals.target_ts[at[inside]]))
        found.append(
            Shared(
                kind,
                code,
                x,
                x // deals.n_plain,
                np.sort(deals.target_user[at[inside]]),
                n * target_rate(others, mean[kind_of(x, deals)], kind_of(x, deals), deals),
                others,
                int((cells.sync[at[inside]] > IN_STEP).sum()),
                float(cells.sync[at[inside]].sum()),
                int(deals.seller[x]),
                shown[-1],
            )
        )
    listed = np.concatenate(shown or [none])
    for x, (kind, code) in zip(kept_e.tolist(), things_e, strict=True):
        at = np.arange(idents.entity_ptr[x], idents.entity_ptr[x + 1])
        inside = cells.inside[idents.user[at]]
        others = int(len(at) - inside.sum())
        shown.append(_rows_at(log, at_kind[kind], kind, code, None))
        found.append(
            Shared(
                kind,
                code,
                x,
                -1,
                idents.user[at[inside]],
                n * entity_rate(others, n_users - n),
                others,
                0,
                0.0,
                MISSING,
                shown[-1],
            )
        )
    counts = cells.target[kept_t].copy()
    clear(members, seen_t, seen_e, kept_t, touched, deals, cells)
    found.sort(key=lambda one: (-_surprise(one), one.kind, one.code, one.family))
    shared = [
        one._replace(rows=_cited(log, one.rows, one.rows if one.family >= 0 else listed))
        for one in found[:MAX_FACTS]
    ]
    shared += [one._replace(rows=none) for one in found[MAX_FACTS:]]
    ts = np.asarray(log.snapshot.events.ts)
    when = ts[np.concatenate(shown) if shown else _rows_of(log, members)]
    window = (int(when.min()), int(when.max()))
    total = np.rint(mean * n).astype(np.int64)
    return Dossier(tuple(shared), margin, _sellers(log, kept_t, counts), window, total)


def _sellers(log: Log, targets: Codes, counts: Codes) -> tuple[int, ...]:
    weight: dict[int, int] = {}
    for x, k in zip(targets.tolist(), counts.tolist(), strict=True):
        seller = int(log.deals.seller[x])
        if seller != MISSING:
            weight[seller] = weight.get(seller, 0) + k
    return tuple(sorted(weight, key=lambda seller: (-weight[seller], seller)))


def _surprise(one: Shared) -> float:
    k = len(one.members)
    return float(k * np.log(k / one.expected))


def _rows_of(log: Log, members: Codes) -> npt.NDArray[np.int64]:
    events = log.snapshot.events
    parts = [events.by_user[events.user_ptr[v] : events.user_ptr[v + 1]] for v in members]
    return np.concatenate(parts)


def _touching(
    log: Log, members: Codes, things: Sequence[tuple[str, int]]
) -> dict[str, npt.NDArray[np.int64]]:
    """Rows of the members' events at any of the things, by kind: a busy member has many others."""
    codes: dict[str, list[int]] = {}
    for kind, code in things:
        codes.setdefault(kind, []).append(code)
    return {kind: rows_at(log.snapshot, members, kind, some) for kind, some in codes.items()}


def _rows_at(
    log: Log,
    rows: npt.NDArray[np.int64],
    kind: str,
    code: int,
    times: npt.NDArray[np.int64] | None,
) -> npt.NDArray[np.int64]:
    """The members' events at an entity, only those at the given times where there are any."""
    events = log.snapshot.events
    at: npt.NDArray[np.int64] = rows[np.asarray(events.entity[kind])[rows] == code]
    if kind == "seller" and times is not None:
        at = at[np.asarray(events.entity["item"])[at] == MISSING]
    return at if times is None else at[np.isin(np.asarray(events.ts)[at], times)]


def _cited(
    log: Log, rows: npt.NDArray[np.int64], listed: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """The rows that are shown of these, ascending; a member's `listed` ones come first."""
    user, late = np.asarray(log.snapshot.events.user)[rows], ~np.isin(rows, listed)
    order = np.lexsort((rows, late, user))
    first = np.flatnonzero(np.diff(user[order], prepend=-1))
    turn = np.arange(len(rows)) - np.repeat(first, np.diff(first, append=len(rows)))
    chosen = np.lexsort((rows[order], late[order], turn))[:MAX_EVENTS]
    return np.sort(rows[order[chosen]])


def _target(log: Log, x: int) -> tuple[str, int]:
    """Kind and code of a target."""
    plain, items = x % log.deals.n_plain, log.deals.n_items
    return ("item", plain) if plain < items else ("seller", plain - items)


def _identifier(log: Log, x: int) -> tuple[str, int]:
    """Type and code of an identifier in the joint code space."""
    for kind in identifier_types(log.snapshot):
        count = log.snapshot.graph.n_entities[kind.name]
        if x < count:
            return kind.name, x
        x -= count
    raise IndexError(x)


def facts(
    dossier: Dossier, names: Mapping[str, Sequence[str]], event_ids: Mapping[int, str], size: int
) -> tuple[Fact, ...]:
    """The dossier in words, at most `MAX_FACTS`; `names` are ids by kind and code."""
    return tuple(
        Fact(
            _kind(one),
            _sentence(one, names[one.kind][one.code], size),
            one.kind,
            names[one.kind][one.code],
            tuple(sorted(names["user"][v] for v in one.members.tolist())),
            float(len(one.members)),
            round(one.expected, 4),
            tuple(event_ids[row] for row in one.rows.tolist()),
        )
        for one in dossier.shared[:MAX_FACTS]
    )


def is_operator(one: Shared) -> bool:
    """Whether it is an identifier most of whose users are members."""
    return one.family < 0 and one.others < len(one.members)


def _kind(one: Shared) -> str:
    if one.family < 0:
        return f"{OPERATOR if is_operator(one) else 'shared'} {one.kind}"
    if one.in_step >= 0.5 * len(one.members):
        return "same hours"
    return f"{FAMILIES[one.family]} at one {one.kind}"


def _sentence(one: Shared, name: str, size: int) -> str:
    k, chance = len(one.members), _by_chance(one.expected)
    others = "nobody else" if not one.others else f"{one.others} other{'s' * (one.others > 1)}"
    if one.family < 0:
        return f"{k} of {size} used {one.kind} {name}, as did {others}; by chance {chance} would."
    where = "at seller" if one.kind == "seller" else one.kind
    step = f", {one.in_step} of them in step" if one.in_step else ""
    return (
        f"{k} of {size} {VERBS[one.family]} {where} {name}{step}, as did {others}; "
        f"by chance {chance} would."
    )


def _by_chance(expected: float) -> str:
    return f"{expected:.1f}" if expected >= 0.1 else "fewer than 0.1"
