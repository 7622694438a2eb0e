"""The verdict on a user in words: two sentences, each no longer than a terminal line."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ringfinder.cases.lockstep import Partner
from ringfinder.cases.plain_text import LINE, cells_of, count, fit
from ringfinder.cases.shared_entities import SharedEntity

LEVELS = ("suspicious", "worth a look", "not suspicious")

_HIGH_SCORE = 0.5
_TOP_SHARE = 100
_RARE_BY_CHANCE = -3.0
_NAME_WIDTHS = (28, 20, 14, 10)


def user_verdict(
    user: str,
    *,
    score: float,
    rank: int,
    users: int,
    ring: Mapping[str, Any] | None,
    shared: Sequence[SharedEntity],
    lockstep: Sequence[Partner],
    bursts: Sequence[str],
) -> tuple[str, tuple[str, str]]:
    """Give the level, one of `LEVELS`, and two sentences of at most `LINE` columns each.

    `shared` come most telling first; `lockstep` are the partners beyond chance, `bursts` sentences
    on repeat orders.
    """
    if ring is not None and ring["alert"]:
        level, words = LEVELS[0], "is suspicious"
    elif score >= _HIGH_SCORE or rank * _TOP_SHARE <= users:
        level, words = LEVELS[1], "is worth a look"
    else:
        level, words = LEVELS[2], "is not suspicious"
    first = _fitting(
        lambda width: (
            f"User {fit(user, width)} {words}: score {score:.2f}, "
            f"rank {rank:,} of {count(users, 'user')}."
        )
    )
    telling = [one for one in shared if not one.weak]
    named = (one for one in telling if one.identifier and one.log10_p < _RARE_BY_CHANCE)
    strong = next(named, telling[0] if telling else None)
    if ring is None and bursts:
        return level, (first, fit(bursts[0], LINE))
    if ring is None:
        return level, (first, _outside(strong, len(lockstep)))
    return level, (first, _inside(user, ring, strong, len(lockstep)))


def _outside(strong: SharedEntity | None, in_step: int) -> str:
    if in_step:
        verb = "trades" if in_step == 1 else "trade"
        return (
            f"It is in no ring, but {count(in_step, 'user')} {verb} in step with it beyond chance."
        )
    if strong is not None:
        return _fitting(
            lambda width: (
                f"It is in no ring; it shares {strong.kind} {fit(strong.entity, width)} "
                f"with {count(strong.holders - 1, 'other user')}."
            )
        )
    return "It is in no ring, shares no private identifier, and trades in step with nobody."


def _inside(user: str, ring: Mapping[str, Any], strong: SharedEntity | None, in_step: int) -> str:
    line = "" if ring["alert"] else ", no alert"
    where = f"Ring {ring['rank']} ({count(ring['size'], 'user')}{line})"
    role = ring["roles"].get(user, "member")
    if strong is not None:
        return _fitting(
            lambda width: (
                f"{where}, as {role}: {count(strong.in_ring, 'other member')} "
                f"{'holds' if strong.in_ring == 1 else 'hold'} {strong.kind} "
                f"{fit(strong.entity, width)}."
            )
        )
    return f"{where}, as {role}: {count(in_step, 'user')} in step with it beyond chance."


def _fitting(sentence: Callable[[int], str]) -> str:
    for width in _NAME_WIDTHS:
        text = sentence(width)
        if cells_of(text) <= LINE:
            return text
    return fit(text, LINE)
