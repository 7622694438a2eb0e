"""Detectors side by side on real data: rings planted in real logs, and the real labels there are.

Planted: random rings and as many innocent gatherings (`ringfinder.evaluate.injection`) in the
Shopee orders without the buyers of flagged pairs, and in the YelpChi reviews. The reviews have no
dates: each gets a random time of 28 days, so that time tells nothing there but of planted groups.
Real labels: users of YelpChi with a review that was filtered as fake, and flagged pairs of buyer
and shop of Shopee. A list of groups ranks a user by the first group that holds it; ringfinder ranks
by its scores. Labels serve to measure only.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from data import data_directory, write_result
from side_by_side import RUNS, keep

from ringfinder.evaluate.benchmark.detectors import RINGS, SCORES, chosen
from ringfinder.evaluate.benchmark.process import run
from ringfinder.evaluate.benchmark.worlds import LOG
from ringfinder.evaluate.injection import inject
from ringfinder.evaluate.reported import read_groups, read_scores
from ringfinder.evaluate.user_metrics import average_precision
from ringfinder.features.load import ids
from ringfinder.features.repeats import repeat_bursts
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.store.workspace import Workspace

SEEDS = (1, 2, 3)
PLANTED = 20
DAYS = 28
LIMIT_S = 300.0
NAME = "real_backgrounds"


def shopee(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The orders, and the judged pairs: user_id, seller_id, label."""
    orders = pd.read_csv(folder / "orders.csv.gz", dtype=str)
    local = pd.to_datetime(orders["event_time"]).dt.tz_localize("Asia/Singapore")
    log = pd.DataFrame(
        {
            "event_id": orders["orderid"],
            "ts": local.dt.tz_convert("UTC"),
            "user_id": orders["userid"],
            "action": "order",
            "seller_id": orders["shopid"],
        }
    )
    pairs = pd.read_csv(folder / "labels_user_shop.csv.gz", dtype={"shopid": str, "userid": str})
    return log, pairs.rename(columns={"shopid": "seller_id", "userid": "user_id"})


def yelpchi(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The reviews with times drawn at random, and the users: user_id, label."""
    reviews = pd.read_csv(folder / "reviews.csv.gz", dtype={"user": str, "product": str})
    seconds = np.random.default_rng(0).integers(0, DAYS * 86_400, len(reviews))
    log = pd.DataFrame(
        {
            "event_id": [f"review{number}" for number in range(len(reviews))],
            "ts": pd.Timestamp("2026-03-02", tz="UTC") + pd.to_timedelta(seconds, unit="s"),
            "user_id": "user" + reviews["user"],
            "action": "review",
            "item_id": "product" + reviews["product"],
        }
    )
    fake = reviews.groupby("user")["fake"].max()
    return log, pd.DataFrame({"user_id": "user" + fake.index, "label": fake.to_numpy()})


def user_scores(place: Path) -> pd.Series:
    """What a detector left, as a score for each user it speaks of."""
    if (place / SCORES).is_file():
        return read_scores(place / SCORES)
    best: dict[str, float] = {}
    for rank, group in enumerate(read_groups(place / RINGS), 1):
        for user in group.members:
            best.setdefault(user, 1 / rank)
    return pd.Series(best, dtype=float)


def of_users(log: pd.DataFrame, labels: pd.DataFrame, scores: pd.Series) -> float | None:  # noqa: ARG001 one signature for both sets
    """Average precision over users."""
    found = scores.reindex(labels["user_id"]).fillna(-1.0).to_numpy()
    return average_precision(labels["label"].to_numpy() == 1, found)


def of_pairs(log: pd.DataFrame, labels: pd.DataFrame, scores: pd.Series) -> float | None:
    """Average precision over pairs: a user's score, times the seller's share of its orders."""
    counts = log.groupby(["user_id", "seller_id"]).size()
    share = counts / counts.groupby("user_id").transform("sum")
    pairs = pd.MultiIndex.from_frame(labels[["user_id", "seller_id"]])
    user = scores.reindex(labels["user_id"]).fillna(0.0).to_numpy()
    return average_precision(labels["label"].to_numpy() == 1, user * share[pairs].to_numpy())


def busiest_hour(log: pd.DataFrame) -> pd.Series:
    """The largest number of orders of each pair within one hour (both ends included)."""
    ordered = log.sort_values(["user_id", "seller_id", "ts"], kind="stable")
    best: dict[tuple[str, str], int] = {}
    for pair, rows in ordered.groupby(["user_id", "seller_id"], sort=False):
        ts = rows["ts"].to_numpy("datetime64[s]").astype(np.int64)
        best[pair] = int((np.searchsorted(ts, ts + 3600, "right") - np.arange(len(ts))).max())
    return pd.Series(best)


def bursts(log: pd.DataFrame) -> pd.Series:
    """What ringfinder says of users by their repeat bursts alone."""
    with tempfile.TemporaryDirectory() as place:
        log.to_parquet(Path(place, LOG), index=False)
        workspace = Workspace(Path(place, "workspace"))
        ingest(workspace, [Path(place, LOG)])
        snapshot = snapshot_at(workspace, as_of=None, window=None)
        strength = repeat_bursts(snapshot.events).strength(snapshot.n_users)
        return pd.Series(strength, index=list(ids(snapshot, "user")))


Measure = Callable[[pd.DataFrame, pd.DataFrame, pd.Series], float | None]


def on_labels(log: pd.DataFrame, labels: pd.DataFrame, measure: Measure) -> dict[str, Any]:
    """Average precision of every detector against the real labels, beside the base rate."""
    found: dict[str, Any] = {"base rate": round(float((labels["label"] == 1).mean()), 4)}
    with tempfile.TemporaryDirectory() as place:
        log.to_parquet(Path(place, LOG), index=False)
        for detector in chosen((), every=False).detectors:
            here = Path(place, detector.name)
            here.mkdir()
            shutil.copyfile(Path(place, LOG), here / LOG)
            taken = run(detector.commands, here, limit_s=LIMIT_S)
            if taken.reason is not None:
                found[detector.name] = taken.reason
                continue
            found[detector.name] = round(measure(log, labels, user_scores(here)) or 0.0, 4)
            print(f"{detector.name}: {found[detector.name]}", flush=True)
    return found


def main() -> None:
    """Write real_backgrounds.json and .md, and real_labels.json, into benchmarks/results."""
    folders = {name: data_directory(name) for name in ("shopee", "yelpchi")}
    missing = [name for name, folder in folders.items() if folder is None]
    if missing:
        print(f"skipped: {' and '.join(missing)} are not here (set RINGFINDER_DATA)")
        return
    orders, pairs = shopee(Path(folders["shopee"] or ""))
    reviews, users = yelpchi(Path(folders["yelpchi"] or ""))
    hour = busiest_hour(orders).reindex(pd.MultiIndex.from_frame(pairs[["user_id", "seller_id"]]))
    one_feature = average_precision(pairs["label"].to_numpy() == 1, hour.to_numpy(np.float64))
    labelled = {
        "shopee, pairs of buyer and shop": on_labels(orders, pairs, of_pairs),
        "yelpchi, users": on_labels(reviews, users, of_users),
    }
    shop = labelled["shopee, pairs of buyer and shop"]
    alone = of_pairs(orders, pairs, bursts(orders))
    shop["ringfinder's repeat bursts alone"] = round(alone or 0.0, 4)
    shop["one feature: most orders of a pair in an hour"] = round(one_feature or 0.0, 4)
    write_result("real_labels", {"average_precision": labelled})
    flagged = pairs["user_id"][pairs["label"] == 1]
    clean = orders[~orders["user_id"].isin(flagged)]
    worlds = []
    for name, log in (("shopee", clean), ("yelpchi", reviews)):
        for seed in SEEDS:
            world = RUNS / f"{NAME}-worlds" / f"{name}-planted-{seed}"
            inject(log, world, rings=PLANTED, gatherings=PLANTED, seed=seed)
            worlds.append(world)
    keep(NAME, worlds=worlds)


if __name__ == "__main__":
    main()
