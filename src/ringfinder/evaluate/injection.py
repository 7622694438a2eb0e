"""Plant random rings, and random innocent gatherings, into a log that is really somebody's."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from ringfinder.evaluate.background import SHARED, Background, read_background
from ringfinder.evaluate.planted import RING_SIZE, Planted, gathering, ring
from ringfinder.evaluate.traits import PLANTED_FILE, measured, write_traits

_COLUMNS = ("event_id", "ts", "user_id", "action", "item_id", "seller_id", *SHARED, "amount")
_FEWEST, _MOST = 3, 24
_GUILTY_SHARE = 0.2
"""The most of the log's users that rings of the mean size may be as many as."""


def inject(
    log: pd.DataFrame,
    out: Path,
    *,
    rings: int | None = None,
    gatherings: int | None = None,
    seed: int,
) -> dict[str, int]:
    """Write the log with what was planted into it as a world into the directory `out`.

    `log` has the columns of events (README), `ts` as UTC timestamps; of item_id, seller_id,
    device_id, ip and amount any may be missing, but not both of the first two. Events of the log
    that trade lend their items, amounts and hours. Without a number there are as many `rings` as
    its users can hide, 3 to 24, and as many `gatherings` as rings. Beside the files of a world,
    `planted.csv` tells the traits of each group. Same arguments, same bytes. Raises `InputError`
    for a log that is too small to hide anything in. Returns what was planted, in numbers.
    """
    drawn = read_background(log)
    rings = fitting(drawn) if rings is None else rings
    gatherings = rings if gatherings is None else gatherings
    rng = np.random.default_rng([seed, *b"inject"])
    planted = [ring(drawn, rng, number) for number in range(rings)]
    planted += [gathering(drawn, rng) for _ in range(gatherings)]
    _write(log, planted, out, seed)
    groups = [(_group_id(number, one), one) for number, one in enumerate(planted)]
    write_traits(out / PLANTED_FILE, measured(log, drawn.thing, groups))
    return {"rings": rings, "gatherings": gatherings, "events": sum(len(p.events) for p in planted)}


def fitting(log: Background) -> int:
    """How many rings the log can hide."""
    low, high = RING_SIZE
    high = max(low + 1, min(high, len(log.users) // 10))
    mean_size = (high - low) / np.log(high / low)
    return int(np.clip(_GUILTY_SHARE * len(log.users) / mean_size, _FEWEST, _MOST))


def _write(log: pd.DataFrame, planted: list[Planted], out: Path, seed: int) -> None:
    """Write the world, in the layout of the contract."""
    out.mkdir(parents=True, exist_ok=True)
    columns = [name for name in _COLUMNS if name in log or name == "event_id"]
    real = log.assign(is_camouflage=False, ring_id=None, of=-1)
    parts = [real] + [
        one.events.assign(of=number, ring_id=_group_id(number, one) if one.is_ring else None)
        for number, one in enumerate(planted)
    ]
    whole = pd.concat(parts, ignore_index=True)
    planted_rows = whole["of"] >= 0
    order = np.random.default_rng([seed, *b"ids"]).permutation(len(whole))
    mark = _mark(log, seed)
    ids = np.array([f"{mark}{number:09x}" for number in order], object)
    own = whole["event_id"] if "event_id" in log else pd.Series(ids)
    whole["event_id"] = np.where(planted_rows, ids, own)
    whole["ts"] = whole["ts"].astype("datetime64[us, UTC]")
    whole = whole.sort_values(["ts", "event_id"], kind="stable").reset_index(drop=True)
    whole[columns].to_parquet(out / "events.parquet", index=False)
    marked = whole[whole["ring_id"].notna()]
    marked[["event_id", "ring_id", "is_camouflage"]].to_parquet(
        out / "truth_events.parquet", index=False
    )
    _table(out / "truth_users.csv", "user_id,ring_id,typology,role", _users(whole, planted))
    _table(
        out / "truth_rings.csv",
        "ring_id,typology,n_users",
        ((_group_id(n, p), p.kind, len(p.members)) for n, p in enumerate(planted) if p.is_ring),
    )
    _table(
        out / "benign_groups.csv",
        "group_id,kind,user_id",
        (
            (_group_id(n, p), p.kind, u)
            for n, p in enumerate(planted)
            if not p.is_ring
            for u in p.members
        ),
    )
    meta = {"seed": seed, "rings": sum(one.is_ring for one in planted), "events": len(whole)}
    (out / "meta.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")


def _group_id(number: int, one: Planted) -> str:
    return f"injected-{number}" if one.is_ring else f"g{number}"


def _mark(log: pd.DataFrame, seed: int) -> str:
    """What the ids of planted events begin with, and no id of the log."""
    rng, known = np.random.default_rng([seed, *b"mark"]), log.get("event_id")
    while True:
        mark = f"e{rng.integers(1 << 32):08x}"
        if known is None or not known.str.startswith(mark).any():
            return mark


def _users(whole: pd.DataFrame, planted: list[Planted]) -> Iterator[tuple[str, ...]]:
    guilty = {user for one in planted if one.is_ring for user in one.members}
    for number, one in enumerate(planted):
        if one.is_ring:
            yield from ((user, _group_id(number, one), one.kind, "member") for user in one.members)
    yield from ((u, "", "", "") for u in sorted(set(whole["user_id"]) - guilty))


def _table(path: Path, header: str, rows: Iterator[tuple[object, ...]]) -> None:
    pd.DataFrame(list(rows), columns=header.split(",")).to_csv(
        path, index=False, lineterminator="\n"
    )
