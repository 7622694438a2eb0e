"""What a user comes back to: items and sellers, looked at and ordered."""

import ibis
import ibis.expr.types as ir

from ringfinder.features.activity import ORDER
from ringfinder.features.feature import HOUR, Feature, Inputs, Theme, count_where, ratio
from ringfinder.vocabulary import ACTION_CODE, BROWSING

_LOOKING = tuple(ACTION_CODE[name] for name in BROWSING)


def _pairs(inputs: Inputs, entity: str) -> ir.Table:
    """Pair users with items (or sellers): orders, first order and first look before."""
    events = inputs.events
    return (
        events.filter(events[entity].notnull())
        .group_by(["user", entity])
        .aggregate(
            orders=lambda t: count_where(t.action == ORDER),
            ordered=lambda t: t.ts.min(where=t.action == ORDER),
            looked=lambda t: t.ts.min(where=t.action.isin(_LOOKING)),
        )
    )


ITEMS = Theme(
    lambda inputs: _pairs(inputs, "item"),
    (
        Feature("items", "number of different items", lambda t: t.count()),
        Feature(
            "items_ordered",
            "number of different items ordered",
            lambda t: count_where(t.orders > 0),
        ),
        Feature(
            "items_ordered_share",
            "share of the user's items that the user ordered",
            lambda t: ratio(count_where(t.orders > 0), t.count()),
        ),
        Feature(
            "repeat_order_share",
            "share of orders that repeat an item the user had ordered",
            lambda t: ratio(t.orders.sum() - count_where(t.orders > 0), t.orders.sum()),
        ),
        Feature(
            "unseen_order_share",
            "share of ordered items that the user had not looked at before",
            lambda t: ratio(
                count_where(t.ordered.notnull() & ~(t.looked < t.ordered).fill_null(False)),
                count_where(t.orders > 0),
            ),
        ),
        Feature(
            "look_to_order_hours",
            "mean hours from the first look at an item to its first order",
            lambda t: ratio(
                (t.ordered - t.looked).sum(where=t.looked < t.ordered),
                count_where(t.looked < t.ordered) * ibis.literal(HOUR),
            ),
        ),
    ),
)

SELLERS = Theme(
    lambda inputs: _pairs(inputs, "seller"),
    (
        Feature("sellers", "number of different sellers", lambda t: t.count()),
        Feature(
            "sellers_ordered",
            "number of different sellers ordered from",
            lambda t: count_where(t.orders > 0),
        ),
        Feature(
            "seller_order_share",
            "share of orders that went to the user's main seller",
            lambda t: ratio(t.orders.max(), t.orders.sum()),
        ),
        Feature(
            "repeat_seller_share",
            "share of orders that repeat a seller the user had ordered from",
            lambda t: ratio(t.orders.sum() - count_where(t.orders > 0), t.orders.sum()),
        ),
    ),
)
