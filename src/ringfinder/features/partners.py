"""Whom a user keeps meeting: other users with several of the same entities, and when.

Two users who share one item met by chance; the same two at a second and third one seldom did.
Entities with more than `CROWD` users are left out, and of the others the widest, where all
together would make more than `MOST_PAIRS` pairs.
"""

import ibis
import ibis.expr.types as ir

from ringfinder.features.feature import HOUR, Feature, Inputs, Theme, Value, count_where, ratio
from ringfinder.vocabulary import LinkType

CROWD = 100
MOST_PAIRS = 4_000_000
NEAR_HOURS = 36
_TWICE = 2


def _pairs(inputs: Inputs, link: LinkType) -> ir.Table:
    """Give each ordered pair of users how many entities they share, and share in time."""
    links = inputs.links[link.name].select("user", "entity", "first_seen")
    degree = links.group_by("entity").aggregate(users=lambda t: t.count())
    narrow_first = ibis.cumulative_window(order_by=["users", "entity"])
    few = (
        degree.filter(degree.users.between(2, CROWD))
        .mutate(pairs=lambda t: (t.users * t.users).sum().over(narrow_first))
        .filter(lambda t: t.pairs <= MOST_PAIRS)
    )
    mine = links.semi_join(few, "entity")
    theirs = mine.rename(other="user", other_seen="first_seen")
    meetings = mine.join(theirs, "entity").filter(lambda t: t.user != t.other)
    pairs = meetings.group_by(["user", "other"]).aggregate(
        shared=lambda t: t.count(),
        near=lambda t: count_where((t.first_seen - t.other_seen).abs() <= NEAR_HOURS * HOUR),
    )
    own = links.group_by("user").aggregate(own=lambda t: t.count())
    return pairs.join(own, "user")


def partners(link: LinkType, plural: str) -> Theme:
    """List the features over one link type; `plural` names its entities."""
    what = f"{plural} the user {link.forward}"
    near = f"{what}, first within {NEAR_HOURS} hours of each other"
    values: tuple[tuple[str, str, Value], ...] = (
        (
            "twice",
            f"number of other users who share two or more of the {what}",
            lambda t: count_where(t.shared >= _TWICE),
        ),
        (
            "twice_near",
            f"number of other users who share two or more of the {near}",
            lambda t: count_where(t.near >= _TWICE),
        ),
        (
            "closest",
            f"most {what} that one other user shares",
            lambda t: t.shared.max(),
        ),
        (
            "closest_near",
            f"most {near}, that one other user shares",
            lambda t: t.near.max(),
        ),
        (
            "closest_share",
            f"share of the {what} that the closest other user shares",
            lambda t: ratio(t.shared.max(), t.own.max()),
        ),
    )
    return Theme(
        lambda inputs: _pairs(inputs, link),
        tuple(Feature(f"{link.name}_{name}", words, value) for name, words, value in values),
    )
