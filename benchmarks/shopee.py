"""Find the buyers of brushing shops in real marketplace orders, and measure pair AP.

A pair is a buyer and a shop. Its score is the buyer's score, or that of the best ring that holds
the buyer and names the shop, whichever is higher, times the share of the buyer's orders that the
shop got. The one-feature figure that it stands beside is the largest number of orders of the pair
within one hour. Labels serve to measure only: the shipped model sweeps.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from data import RESULTS, ROOT, data_directory

from ringfinder.evaluate.benchmark.machine import machine
from ringfinder.evaluate.user_metrics import average_precision
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.sweep import sweep
from ringfinder.store.workspace import Workspace


def busiest_hour(orders: pd.DataFrame) -> pd.Series:
    """The largest number of orders of each pair within one hour (both ends included)."""
    ordered = orders.sort_values(["shopid", "userid", "time"], kind="stable")
    best: dict[tuple[str, str], int] = {}
    for pair, rows in ordered.groupby(["shopid", "userid"], sort=False):
        ts = rows["time"].to_numpy("datetime64[s]").astype(np.int64)
        best[pair] = int((np.searchsorted(ts, ts + 3600, "right") - np.arange(len(ts))).max())
    return pd.Series(best)


def main() -> None:
    """Write benchmarks/results/shopee.json."""
    folder = data_directory("shopee")
    if folder is None:
        print("skipped: the Shopee orders are not here (set RINGFINDER_DATA)")
        return
    orders = pd.read_csv(folder / "orders.csv.gz", dtype=str)
    orders["time"] = pd.to_datetime(orders["event_time"])
    truth = pd.read_csv(folder / "labels_user_shop.csv.gz", dtype={"shopid": str, "userid": str})
    with tempfile.TemporaryDirectory() as place:
        workspace = Workspace(Path(place))
        ingest(
            workspace,
            [folder / "orders.csv.gz"],
            mapping=ROOT / "examples" / "maps" / "shopee.toml",
        )
        swept = sweep(workspace)
        scores = pd.read_csv(swept.directory / "scores.csv", dtype={"user_id": str})
    user = scores.set_index("user_id")["score"]
    ring: dict[tuple[str, str], float] = {}
    for row in swept.rings:
        for shop in row["entities"]["seller"]:
            for member in row["members"]:
                ring[shop, member] = max(ring.get((shop, member), 0.0), row["score"])
    counts = orders.groupby(["shopid", "userid"]).size()
    share = counts / counts.groupby("userid").transform("sum")
    hour = busiest_hour(orders)
    pairs = list(zip(truth["shopid"], truth["userid"], strict=True))
    label = truth["label"].to_numpy()
    own = np.array([max(user[u], ring.get((s, u), 0.0)) * share[s, u] for s, u in pairs])
    one_feature = np.array([hour[pair] for pair in pairs], np.float64)
    figures = {
        "pairs": len(pairs),
        "base_rate": round(float(label.mean()), 4),
        "pair_ap": round(average_precision(label == 1, own) or 0.0, 4),
        "pair_ap_one_feature": round(average_precision(label == 1, one_feature) or 0.0, 4),
        "rings": swept.summary["rings"],
        "alerts": swept.summary["alerts"],
    }
    print(figures)
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"machine": machine(), **figures}, indent=1)
    (RESULTS / "shopee.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
