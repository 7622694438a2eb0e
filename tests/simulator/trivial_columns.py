"""What anybody would look at first: columns that must not give a ring user away."""

import numpy as np
import pandas as pd

TRIVIAL = (
    "events",
    "first",
    "last",
    "hour",
    "null_rate",
    "amount",
    "dearest",
    "devices",
    "ips",
    "id_order",
)


def columns(log: pd.DataFrame) -> pd.DataFrame:
    by_user = log.assign(
        seconds=log.ts.astype("int64") // 1_000_000,
        hour=log.ts.dt.hour,
        hidden=log[["device_id", "ip"]].isna().mean(axis=1),
    ).groupby("user_id")
    table = by_user.agg(
        events=("ts", "size"),
        first=("seconds", "min"),
        last=("seconds", "max"),
        hour=("hour", "mean"),
        null_rate=("hidden", "mean"),
        amount=("amount", "mean"),
        dearest=("amount", "max"),
        devices=("device_id", "nunique"),
        ips=("ip", "nunique"),
    ).sort_index()
    return table.fillna(0).assign(id_order=np.linspace(0, 1, len(table)))


def shared(log: pd.DataFrame, entity: str) -> float:
    users = log[["user_id", entity]].drop_duplicates()[entity].value_counts()
    return float((users > 1).mean())
