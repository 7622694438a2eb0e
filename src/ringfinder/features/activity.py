"""What a user does: counts, amounts, pace, days and hours."""

import ibis
import ibis.expr.types as ir

from ringfinder.events.schema import AMOUNT_SCALE
from ringfinder.features.feature import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Feature,
    Inputs,
    Theme,
    Value,
    count_where,
    floor_to,
    ratio,
)
from ringfinder.vocabulary import ACTION_CODE

ORDER = ACTION_CODE["order"]
_QUIET = 48  # an hour is quiet below half of an even share, which is 1/24


def _events(inputs: Inputs) -> ir.Table:
    """Give events the gap before them and whether their hour is a quiet one."""
    events = inputs.events.select(
        "row", "ts", "age", "user", "action", "amount", hour=floor_to(inputs.events.ts % DAY, HOUR)
    )
    hours = events.group_by("hour").aggregate(of_hour=lambda t: t.count())
    total = events.aggregate(total=lambda t: t.count())
    quiet = hours.cross_join(total).select("hour", quiet=lambda t: t.of_hour * _QUIET < t.total)
    own = ibis.window(group_by="user", order_by="row")
    return events.join(quiet, "hour").mutate(
        gap=lambda t: t.ts - t.ts.lag().over(own),
        ordered=lambda t: t.action == ORDER,
    )


def _seconds(t: ir.Table) -> ir.IntegerValue:
    return t.gap // SECOND


def _gap_deviation(t: ir.Table) -> ir.NumericValue:
    """Divide the standard deviation of the gaps by their mean, from integer sums."""
    n, total = t.gap.count().cast("float64"), _seconds(t).sum().cast("float64")
    squares = (_seconds(t) * _seconds(t)).sum().cast("float64")
    spread = n * squares - total * total
    return ratio(ibis.greatest(spread, 0.0).sqrt(), total)


def _count(code: int) -> Value:
    return lambda t: count_where(t.action == code)


def _per_order(code: int) -> Value:
    return lambda t: ratio(count_where(t.action == code), count_where(t.ordered))


_COUNTS = tuple(
    Feature(f"{name}_events", f"number of {name} events", _count(code))
    for name, code in ACTION_CODE.items()
)

_PER_ORDER = tuple(
    Feature(f"{name}s_per_order", f"{name} events for each order", _per_order(ACTION_CODE[name]))
    for name in ("view", "cart", "pay", "review", "refund", "cancel")
)

EVENTS = Theme(
    _events,
    (
        Feature("events", "number of events", lambda t: t.count()),
        *_COUNTS,
        *_PER_ORDER,
        Feature(
            "age_days",
            "days since the user was first seen",
            lambda t: ratio(t.age.max(), ibis.literal(DAY)),
        ),
        Feature(
            "silent_days",
            "days since the user's last event",
            lambda t: ratio(t.age.min(), ibis.literal(DAY)),
        ),
        Feature(
            "span_days",
            "days between the user's first and last event",
            lambda t: ratio(t.ts.max() - t.ts.min(), ibis.literal(DAY)),
        ),
        Feature(
            "first_order_hours",
            "hours between the user's first event and first order",
            lambda t: ratio(t.ts.min(where=t.ordered) - t.ts.min(), ibis.literal(HOUR)),
        ),
        Feature(
            "amount_sum",
            "ordered amount, currency units",
            lambda t: ratio(t.amount.sum(where=t.ordered), ibis.literal(AMOUNT_SCALE)),
        ),
        Feature(
            "amount_mean",
            "mean amount of an order, currency units",
            lambda t: ratio(
                t.amount.sum(where=t.ordered), t.amount.count(where=t.ordered) * AMOUNT_SCALE
            ),
        ),
        Feature(
            "amount_max",
            "largest amount of an order, currency units",
            lambda t: ratio(t.amount.max(where=t.ordered), ibis.literal(AMOUNT_SCALE)),
        ),
        Feature(
            "quiet_share",
            "share of events in hours of the day in which the log is quiet (below half its mean)",
            lambda t: ratio(count_where(t.quiet), t.count()),
        ),
        Feature(
            "gap_min",
            "shortest gap between two events, seconds",
            lambda t: ratio(t.gap.min(), ibis.literal(SECOND)),
        ),
        Feature(
            "gap_mean",
            "mean gap between events, seconds",
            lambda t: ratio(t.gap.sum(), t.gap.count() * SECOND),
        ),
        Feature(
            "gap_max",
            "longest gap between two events, seconds",
            lambda t: ratio(t.gap.max(), ibis.literal(SECOND)),
        ),
        Feature("gap_deviation", "standard deviation of the gaps over their mean", _gap_deviation),
        Feature(
            "gap_under_10s_share",
            "share of gaps under ten seconds",
            lambda t: ratio(count_where(t.gap < 10 * SECOND), t.gap.count()),
        ),
        Feature(
            "sessions",
            "number of sessions: runs of events with gaps under thirty minutes",
            lambda t: count_where(t.gap >= 30 * MINUTE) + 1,
        ),
        Feature(
            "session_events",
            "mean number of events in a session",
            lambda t: ratio(t.count(), count_where(t.gap >= 30 * MINUTE) + 1),
        ),
    ),
)


def _days(inputs: Inputs) -> ir.Table:
    events = inputs.events.select("user", "action", day=floor_to(inputs.events.ts, DAY))
    return events.group_by(["user", "day"]).aggregate(
        events=lambda t: t.count(), orders=lambda t: count_where(t.action == ORDER)
    )


DAYS = Theme(
    _days,
    (
        Feature("active_days", "number of UTC days with an event", lambda t: t.count()),
        Feature(
            "order_days", "number of UTC days with an order", lambda t: count_where(t.orders > 0)
        ),
        Feature(
            "events_per_day",
            "mean events on an active day",
            lambda t: ratio(t.events.sum(), t.count()),
        ),
        Feature(
            "orders_per_day",
            "mean orders on an active day",
            lambda t: ratio(t.orders.sum(), t.count()),
        ),
        Feature("events_day_max", "most events on one day", lambda t: t.events.max()),
        Feature("orders_day_max", "most orders on one day", lambda t: t.orders.max()),
    ),
)


def _hours(inputs: Inputs) -> ir.Table:
    events = inputs.events.select("user", hour=floor_to(inputs.events.ts % DAY, HOUR))
    return events.group_by(["user", "hour"]).aggregate(events=lambda t: t.count())


HOURS = Theme(
    _hours,
    (
        Feature("hours", "number of different hours of the day with an event", lambda t: t.count()),
        Feature(
            "hour_share",
            "share of events in the user's busiest hour of the day",
            lambda t: ratio(t.events.max(), t.events.sum()),
        ),
        Feature(
            "hour_concentration",
            "chance that two of the user's events fall into the same hour of the day",
            lambda t: ratio(
                (t.events * t.events).sum(),
                t.events.sum().cast("float64") * t.events.sum().cast("float64"),
            ),
        ),
    ),
)
