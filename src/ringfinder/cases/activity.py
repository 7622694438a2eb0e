"""A ring's activity over time as a picture: a bar for each day, a row for each shared item."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

import numpy as np
import numpy.typing as npt

from ringfinder.cases.plain_text import fit

Int64 = npt.NDArray[np.int64]

_DAY = 86_400_000_000
_WIDTH = 760
_LEFT = 170
_BARS = 60
_TOP = 24
_ROW = 18


@dataclass(frozen=True)
class Row:
    """One shared entity: its caption and the times (microseconds) of the ring's events on it."""

    caption: str
    ts: Int64


def activity(
    ts: Int64, rows: Sequence[Row], *, start: int, as_of: int, window: tuple[int, int], label: str
) -> str:
    """Draw an SVG of the events at `ts` between `start` and `as_of`, the ring's window shaded."""
    span = max(1, as_of - start)
    plot = _WIDTH - _LEFT - 10

    def place(moment: float) -> float:
        return round(_LEFT + plot * min(max((moment - start) / span, 0.0), 1.0), 1)

    bins = max(1, min(120, -(-span // _DAY)))
    heights, edges = np.histogram(ts, bins=bins, range=(start, as_of))
    tallest = max(1, int(heights.max(initial=0)))
    bottom = _TOP + _BARS
    height = bottom + _ROW * len(rows) + 26
    left, right = place(window[0]), place(window[1])
    parts = [
        (
            f'<svg viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img" '
            f'aria-label="{escape(label)}" class="activity">'
        ),
        (
            f'<rect x="{left}" y="{_TOP - 8}" width="{max(2.0, round(right - left, 1))}" '
            f'height="{height - _TOP - 12}" class="window"/>'
        ),
        f'<text x="{_LEFT - 10}" y="{bottom - 4}" text-anchor="end">all events</text>',
        (
            f'<text x="{_LEFT - 10}" y="{_TOP + 4}" text-anchor="end" class="dim">'
            f"up to {tallest:,} a {'day' if bins > 1 else 'bar'}</text>"
        ),
    ]
    step = plot / bins
    for count, edge in zip(heights.tolist(), edges.tolist(), strict=False):
        if count:
            tall = max(1.0, round(_BARS * count / tallest, 1))
            parts.append(
                f'<rect x="{place(edge)}" y="{round(bottom - tall, 1)}" '
                f'width="{max(1.0, round(step - 1, 1))}" height="{tall}" class="bar"/>'
            )
    for position, row in enumerate(rows):
        y = bottom + _ROW * position + 14
        spots = sorted({place(moment) for moment in row.ts.tolist()})
        ticks = "".join(f"M{x} {y - 9}v10" for x in spots)
        caption = escape(fit(row.caption, 24))
        parts.append(
            f'<text x="{_LEFT - 10}" y="{y}" text-anchor="end">{caption}</text>'
            f'<path d="{ticks}" class="tick"/>'
        )
    foot = height - 6
    parts += [
        f'<path d="M{_LEFT} {height - 20}h{plot}" class="axis"/>',
        f'<text x="{_LEFT}" y="{foot}">{_day(start)}</text>',
        f'<text x="{_LEFT + plot}" y="{foot}" text-anchor="end">{_day(as_of)}</text>',
        "</svg>",
    ]
    return "".join(parts)


def _day(us: int) -> str:
    return f"{datetime.fromtimestamp(us // 1_000_000, UTC):%d %b %Y}"
