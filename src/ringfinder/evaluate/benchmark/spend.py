"""What the rings of a world spend on not being seen, measured from its files."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc

from ringfinder.evaluate.benchmark.worlds import LOG
from ringfinder.evaluate.truth import read_columns
from ringfinder.events.mapping import AUTO_FORMAT
from ringfinder.events.times import times_us

_DAY_US = 86_400_000_000
_WANTED = ("event_id", "ts", "action", "device_id")


@dataclass(frozen=True)
class Spend:
    """Over the rings of a world; None where its files do not say, or no ring ordered anything.

    A ring's orders are its orders that are no cover. `devices` used by them and `orders`, for each
    account that placed any, and `cover` orders for each of them, are means over rings; `days` from
    first to last of them is the median.
    """

    devices: float | None
    cover: float | None
    days: float | None
    orders: float | None


UNKNOWN = Spend(None, None, None, None)


def spent(world: Path) -> Spend:
    """What the rings of the world in that directory spend; `InputError` for unreadable files."""
    marks, log = world / "truth_events.parquet", world / LOG
    if not marks.is_file():
        return UNKNOWN
    marked = read_columns(marks, ("event_id", "ring_id", "is_camouflage"))
    events = read_columns(log, ("user_id",), _WANTED)
    if not {"event_id", "ts"} <= set(events.column_names):
        return UNKNOWN
    if "action" in events.column_names:
        events = events.filter(pc.equal(events["action"], "order"))
    events = events.filter(pc.is_in(events["event_id"], value_set=marked["event_id"]))
    ts = times_us(events["ts"].combine_chunks(), AUTO_FORMAT, "UTC")
    orders = events.to_pandas().assign(ts=ts).merge(marked.to_pandas(), on="event_id")
    return of_orders(orders[orders["ring_id"].fillna("") != ""])


def of_orders(orders: pd.DataFrame) -> Spend:
    """The spend of orders with the columns ring_id, user_id, ts, is_camouflage and device_id.

    `ts` is in microseconds UTC; device_id may be missing.
    """
    cover = orders["is_camouflage"].astype(bool)
    work = orders[~cover].groupby("ring_id")
    placed = work.size()
    if not len(placed):
        return UNKNOWN
    accounts = work["user_id"].nunique()
    hidden = orders[cover].groupby("ring_id").size().reindex(placed.index, fill_value=0)
    took = work["ts"].max() - work["ts"].min()
    devices = work["device_id"].nunique() if "device_id" in orders else None
    return Spend(
        devices=None if devices is None else float((devices / accounts).mean()),
        cover=float((hidden / placed).mean()),
        days=float(took.median()) / _DAY_US,
        orders=float((placed / accounts).mean()),
    )
