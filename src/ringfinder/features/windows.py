"""What a user did lately: windows (as_of - d, as_of] of one, seven and 28 days."""

import ibis
import ibis.expr.types as ir

from ringfinder.events.schema import AMOUNT_SCALE
from ringfinder.features.activity import ORDER
from ringfinder.features.feature import DAY, Feature, Inputs, Theme, Value, count_where, ratio

_DAYS = (1, 7, 28)


def _aged(inputs: Inputs) -> ir.Table:
    return inputs.events.select("user", "amount", "age", ordered=inputs.events.action == ORDER)


def _window(days: int) -> tuple[Feature, ...]:
    span = days * DAY
    values: tuple[tuple[str, str, Value], ...] = (
        (
            f"events_{days}d",
            f"number of events in the last {days} days",
            lambda t: count_where(t.age < span),
        ),
        (
            f"events_{days}d_share",
            f"share of the user's events that lie in the last {days} days",
            lambda t: ratio(count_where(t.age < span), t.count()),
        ),
        (
            f"orders_{days}d",
            f"number of orders in the last {days} days",
            lambda t: count_where((t.age < span) & t.ordered),
        ),
        (
            f"amount_{days}d",
            f"ordered amount of the last {days} days, currency units",
            lambda t: ratio(
                t.amount.sum(where=(t.age < span) & t.ordered), ibis.literal(AMOUNT_SCALE)
            ),
        ),
        (
            f"new_{days}d",
            f"1 when the user was first seen in the last {days} days, else 0",
            lambda t: (t.age.max() < span).cast("int64"),
        ),
    )
    return tuple(Feature(name, words, value) for name, words, value in values)


WINDOWS = Theme(_aged, tuple(feature for days in _DAYS for feature in _window(days)))
