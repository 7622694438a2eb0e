"""Users at the same entity at the same time, against what chance would give.

Time is cut into cells of a width, on two grids shifted by half of it, so that a burst falls whole
into a cell of one of them. In a cell with n > 1 users of an entity, chance gives
lambda = max(0.5, d * r): d is the entity's number of (user, cell) pairs, r the cell's share of the
whole log. The surprise is max(0, ln(n / lambda)), kept in whole millionths of a nat.
"""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from ringfinder.features.feature import (
    HOUR,
    Feature,
    Inputs,
    Theme,
    Value,
    count_where,
    floor_to,
    ratio,
)
from ringfinder.vocabulary import ACTION_CODE, LinkType

WIDTHS = (3, 36)
"""Cell widths in hours; the first's half divides every cell edge."""

_STEP = WIDTHS[0] * HOUR // 2
_MILLION = 1_000_000
_LEAST_EXPECTED = 0.5
_GRIDS = tuple((hours, shift) for hours in WIDTHS for shift in (0, hours * HOUR // 2))


def _gridded(table: ir.Table, grids: Sequence[tuple[int, int]]) -> ir.Table:
    """Repeat rows with a `step` once for each grid, with its `width` (hours), `shift`, `cell`."""
    parts = [
        table.mutate(
            width=ibis.literal(hours, "int64"),
            shift=ibis.literal(shift, "int64"),
            cell=floor_to(table.step + shift, hours * HOUR),
        )
        for hours, shift in grids
    ]
    return ibis.union(*parts)


def _meetings(inputs: Inputs, link: LinkType) -> ir.Table:
    """List a row for each user in a surprising cell of an entity: width (hours), surprise."""
    events = inputs.events.filter(inputs.events[link.entity].notnull())
    if link.actions:
        events = events.filter(events.action.isin([ACTION_CODE[name] for name in link.actions]))
    steps = events.select(
        "user", entity=events[link.entity], step=floor_to(events.ts, _STEP)
    ).distinct()
    by_step = steps.group_by("step").aggregate(all=lambda t: t.count())
    links = inputs.links[link.name]
    shared = links.group_by("entity").having(links.count() > 1).aggregate()
    met = steps.semi_join(shared, "entity")
    apart = [[grid] for grid in _GRIDS] if inputs.large else [_GRIDS]
    return ibis.union(*(_in_grids(met, by_step, grids) for grids in apart))


def _in_grids(met: ir.Table, by_step: ir.Table, grids: Sequence[tuple[int, int]]) -> ir.Table:
    """List the meetings in the cells of some grids, which take their memory together."""
    grid = ["width", "shift", "cell"]
    rhythm = _gridded(by_step, grids).group_by(grid).aggregate(here=lambda t: t["all"].sum())
    total = by_step.aggregate(total=lambda t: t["all"].sum())
    present = _gridded(met, grids).drop("step").distinct()
    cells = present.group_by(["entity", *grid]).aggregate(n=lambda t: t.count())
    degree = cells.group_by(["entity", "width", "shift"]).aggregate(d=lambda t: t.n.sum())
    crowded = (
        cells.filter(cells.n > 1)
        .join(degree, ["entity", "width", "shift"])
        .join(rhythm, grid)
        .cross_join(total)
        .mutate(
            expected=lambda t: ibis.greatest(
                _LEAST_EXPECTED, t.d.cast("float64") * t.here / t.total.cast("float64")
            )
        )
        .mutate(surprise=lambda t: ((t.n / t.expected).ln() * _MILLION).round().cast("int64"))
        .filter(lambda t: t.surprise > 0)
        .select("entity", *grid, "surprise")
    )
    return present.join(crowded, ["entity", *grid]).select("user", "width", "surprise")


def together(link: LinkType, plural: str) -> Theme:
    """List the features over one link type; `plural` names its entities."""
    return Theme(
        lambda inputs: _meetings(inputs, link),
        tuple(
            Feature(f"{link.name}_together_{hours}h_{name}", words, value)
            for hours in WIDTHS
            for name, words, value in _values(
                hours, f"{plural} the user {link.forward} in the same {hours} hours as others"
            )
        ),
    )


def _values(hours: int, what: str) -> tuple[tuple[str, str, Value], ...]:
    return (
        (
            "count",
            f"number of {what}, more than chance gives (mean of two grids)",
            lambda t: ratio(count_where(t.width == hours), ibis.literal(2)),
        ),
        (
            "sum",
            f"surprise added over {what}, nats (mean of two grids)",
            lambda t: ratio(t.surprise.sum(where=t.width == hours), ibis.literal(2 * _MILLION)),
        ),
        (
            "mean",
            f"mean surprise of {what}, nats",
            lambda t: ratio(
                t.surprise.sum(where=t.width == hours),
                count_where(t.width == hours) * ibis.literal(_MILLION),
            ),
        ),
        (
            "max",
            f"largest surprise of {what}, nats",
            lambda t: ratio(t.surprise.max(where=t.width == hours), ibis.literal(_MILLION)),
        ),
    )
