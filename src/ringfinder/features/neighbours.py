"""What a user's entities say: how widely they are shared, and by whom.

Partners are the other users of the user's entities, hubs left out; a partner counts once for each
entity shared. Aggregates over neighbours are what makes plain features strong on fraud graphs
(Tang et al., "GADBench", NeurIPS 2023).
"""

import ibis
import ibis.expr.types as ir

from ringfinder.features.activity import ORDER
from ringfinder.features.feature import DAY, Feature, Inputs, Theme, count_where, ratio
from ringfinder.vocabulary import LinkType

_MILLION = 1_000_000
_FEW = 5


def people(inputs: Inputs) -> ir.Table:
    """Sum up each user: events, orders and age (microseconds), the activity partners lend."""
    return inputs.events.group_by("user").aggregate(
        events=lambda t: t.count(),
        orders=lambda t: count_where(t.action == ORDER),
        age=lambda t: t.age.max(),
    )


def _shares(inputs: Inputs, link: LinkType) -> ir.Table:
    """Give each link what its entity's other users add up to."""
    links = inputs.links[link.name].join(people(inputs), "user")
    entities = links.group_by("entity").aggregate(
        users=lambda t: t.count(),
        all_events=lambda t: t.events.sum(),
        all_orders=lambda t: t.orders.sum(),
        all_age=lambda t: t.age.sum(),
        opened=lambda t: t.first_seen.min(),
    )
    rows = links.join(entities, "entity").join(inputs.hubs[link.entity], "entity")
    return rows.mutate(
        others=lambda t: ibis.ifelse(t.hub == 1, 0, t.users - 1),
        other_events=lambda t: ibis.ifelse(t.hub == 1, 0, t.all_events - t.events),
        other_orders=lambda t: ibis.ifelse(t.hub == 1, 0, t.all_orders - t.orders),
        other_age=lambda t: ibis.ifelse(t.hub == 1, 0, t.all_age - t.age),
        delay=lambda t: t.first_seen - t.opened,
    )


def neighbours(link: LinkType, plural: str) -> Theme:
    """List the features over one link type; `plural` names its entities."""
    what = f"{plural} the user {link.forward}"
    return Theme(
        lambda inputs: _shares(inputs, link),
        tuple(
            Feature(f"{link.name}_{name}", words, value)
            for name, words, value in (
                ("entities", f"number of {what}", lambda t: t.count()),
                (
                    "shared",
                    f"number of {what} that another user shares",
                    lambda t: count_where(t.users > 1),
                ),
                ("users_max", f"most users of one of the {what}", lambda t: t.users.max()),
                (
                    "users_mean",
                    f"mean users of the {what}",
                    lambda t: ratio(t.users.sum(), t.count()),
                ),
                (
                    "weight",
                    f"{what} that another user shares, each weighed by how few share it",
                    lambda t: ratio(t.weight.sum(where=t.users > 1), ibis.literal(_MILLION)),
                ),
                (
                    "few_share",
                    f"share of the {what} that have two to {_FEW} users",
                    lambda t: ratio(count_where((t.users > 1) & (t.users <= _FEW)), t.count()),
                ),
                (
                    "top_share",
                    f"share of the user's events at the most used of the {what}",
                    lambda t: ratio(t["count"].max(), t["count"].sum()),
                ),
                (
                    "delay_days",
                    f"mean days from an entity's first link to the user's, over the {what}",
                    lambda t: ratio(t.delay.sum(), t.count() * ibis.literal(DAY)),
                ),
                (
                    "partners",
                    f"other users of the {what}, once for each shared",
                    lambda t: t.others.sum(),
                ),
                (
                    "partner_events",
                    f"mean events of the other users of the {what}",
                    lambda t: ratio(t.other_events.sum(), t.others.sum()),
                ),
                (
                    "partner_events_less",
                    f"the user's events less the mean of the other users of the {what}",
                    lambda t: t.events.max() - ratio(t.other_events.sum(), t.others.sum()),
                ),
                (
                    "partner_orders",
                    f"mean orders of the other users of the {what}",
                    lambda t: ratio(t.other_orders.sum(), t.others.sum()),
                ),
                (
                    "partner_orders_max",
                    f"largest mean of orders of the other users of one of the {what}",
                    lambda t: ratio(t.other_orders, t.others).max(),
                ),
                (
                    "partner_age_days",
                    f"mean days since the other users of the {what} were first seen",
                    lambda t: ratio(t.other_age.sum(), t.others.sum() * ibis.literal(DAY)),
                ),
            )
        ),
    )
