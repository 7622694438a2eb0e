"""What logs tell: worlds of the simulator as poorer logs have them, and rings planted there."""

import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ringfinder.errors import InputError
from ringfinder.evaluate.injection import inject
from ringfinder.pipeline.simulate import simulate
from ringfinder.vocabulary import BROWSING

WHOLE, NO_BROWSING, NO_IDENTIFIERS, SELLERS_ONLY = "whole", "no browsing", "no ids", "sellers"
"""What a log tells: everything; no logins, views and carts; no device and address; or nothing but
who ordered from which seller. Real logs are often as poor as that."""

EVENTS = (150_000, 300_000)
SHARE_TOLD = (0.2, 1.0)
"""Share of the events that a retold log keeps, log-uniform."""
LENGTH_TOLD = (0.1, 1.0)
"""Share of the days that every other retold log keeps, log-uniform."""


def thin(log: Path, telling: str) -> None:
    """Take out of a log what its telling leaves out."""
    events = pq.read_table(log)
    if telling in (NO_BROWSING, SELLERS_ONLY):
        events = events.filter(pc.invert(pc.is_in(events["action"], pa.array(BROWSING))))
    if telling == SELLERS_ONLY:
        events = events.filter(pc.equal(events["action"], "order")).drop_columns("item_id")
    if telling in (NO_IDENTIFIERS, SELLERS_ONLY):
        events = events.drop_columns(["device_id", "ip"])
        named = [name for name in ("item_id", "seller_id") if name in events.column_names]
        events = events.filter(pc.is_valid(events[named[0]]))
    pq.write_table(events, log)


def retold(events: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The events as some log might tell of them: which actions, columns, days, and how many.

    Each is drawn by itself and widely, as nobody knows what a team's log will hold.
    """
    actions = rng.choice(["all", "trades", "orders", "reviews"], p=[0.3, 0.3, 0.3, 0.1])
    named = rng.choice(["both", "items", "sellers"], p=[0.5, 0.25, 0.25])
    away = [column for column in ("device_id", "ip") if rng.random() < 0.5]
    share, length = (np.exp(rng.uniform(*np.log(ends))) for ends in (SHARE_TOLD, LENGTH_TOLD))
    short = rng.random() < 0.5
    if named != "both":
        away.append("seller_id" if named == "items" else "item_id")
    kept = np.ones(len(events), np.bool_)
    if actions == "trades":
        kept = ~events["action"].isin(BROWSING).to_numpy()
    elif actions != "all":
        kept = (events["action"] == actions.removesuffix("s")).to_numpy()
    if actions != "reviews":  # they are few
        kept = kept & (rng.random(len(events)) < share)
    told = events[kept].drop(columns=away)
    if short:
        first, last = told["ts"].min(), told["ts"].max()
        told = told[told["ts"] >= last - length * (last - first)]
    if {"device_id", "ip"} <= set(away):
        told = told[told["seller_id" if named == "sellers" else "item_id"].notna()]
    return told.reset_index(drop=True)


def plant(directory: Path, engine: str, seed: int) -> None:
    """Write a world: honest life of an engine, retold, with random rings and gatherings in it."""
    rng = np.random.default_rng([seed, *b"retold"])
    with tempfile.TemporaryDirectory() as place:
        simulate(Path(place), events=int(rng.choice(EVENTS)), seed=seed, mix="none", engine=engine)
        events = pd.read_parquet(Path(place, "events.parquet"))
    while True:
        with suppress(InputError):  # a telling too poor to hide anything in is drawn anew
            inject(retold(events, rng), directory, seed=seed)
            return
