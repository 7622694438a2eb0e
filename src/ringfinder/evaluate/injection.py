"""Plant random rings, and random innocent gatherings, into a log that is really somebody's.

Every trait is drawn by itself and widely, as nobody knows which rings a marketplace will meet: how
many accounts, how long a list, what share of it each takes, in how many common slots of time, with
how many shared devices and addresses, behind how much cover. Items, prices, hours and the accounts'
own devices are the log's. A gathering is drawn likewise, but from people who already like the same
things, each picking a little, on devices of their own.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ringfinder.errors import InputError
from ringfinder.vocabulary import TRADING

Ints = NDArray[np.int64]

SIZE = (8, 80)
ITEMS = (2, 30)
RING_DENSITY = (0.25, 0.9)
GATHERING_SHARE = (0.05, 0.35)
MEETINGS = 8
"""The most common slots of time a ring has; none in the mean of one ring in `MEETINGS` + 1."""

SLOT_SHARE = (0.001, 0.05)
"""The length of a common slot, as a share of the log's whole span."""

COVER = (0.0, 2.0)
"""Visits to popular items for each ring order of an account made for the ring."""

_FEWEST_USERS = 50
_FEWEST_ITEMS = 10
_SHARED = ("device_id", "ip")
_COLUMNS = ("event_id", "ts", "user_id", "action", "item_id", "seller_id", *_SHARED, "amount")


@dataclass(frozen=True)
class Planted:
    """One planted group: its kind ("injected" for a ring, "gathering"), members and events."""

    kind: str
    members: tuple[str, ...]
    events: pd.DataFrame


@dataclass(frozen=True)
class _Log:
    """A log as its traits are drawn from: events that trade, by user, item and time."""

    events: pd.DataFrame
    thing: str
    users: NDArray[np.object_]
    degree: Ints
    start: int
    span: int


def inject(
    log: pd.DataFrame, out: Path, *, rings: int, gatherings: int, seed: int
) -> dict[str, int]:
    """Write the log with what was planted into it as a world into the directory `out`.

    `log` has the columns of events (README), `ts` as UTC timestamps; of item_id, seller_id,
    device_id, ip and amount any may be missing, but not both of the first two. Events of the log
    that trade lend their items, amounts and hours. Same arguments, same bytes. Raises `InputError`
    for a log that is too small to hide anything in. Returns what was planted, in numbers.
    """
    drawn = _read(log)
    rng = np.random.default_rng([seed, *b"inject"])
    planted = [_ring(drawn, rng, number) for number in range(rings)]
    planted += [_gathering(drawn, rng) for _ in range(gatherings)]
    _write(log, planted, out, seed)
    return {"rings": rings, "gatherings": gatherings, "events": sum(len(p.events) for p in planted)}


def _read(log: pd.DataFrame) -> _Log:
    thing = "item_id" if "item_id" in log and log["item_id"].notna().any() else "seller_id"
    trades = log[log["action"].isin(TRADING) & log[thing].notna()] if thing in log else log[:0]
    users, counts = np.unique(trades["user_id"].to_numpy(object), return_counts=True)
    if len(users) < _FEWEST_USERS or trades[thing].nunique() < _FEWEST_ITEMS:
        raise InputError(
            "the log is too small to plant rings in",
            f"it tells of trades by {len(users)} users with "
            f"{trades[thing].nunique() if len(trades) else 0} items",
            f"name a log with at least {_FEWEST_USERS} users and {_FEWEST_ITEMS} items or sellers",
        )
    ts = trades["ts"].astype("datetime64[us, UTC]").astype(np.int64)
    start, end = int(ts.min()), int(ts.max())
    return _Log(trades, thing, users, counts, start, max(1, end - start))


def _ring(log: _Log, rng: np.random.Generator, number: int) -> Planted:
    size = _log_uniform(rng, *SIZE)
    made = rng.random(size) < rng.random()
    quiet = 1 / (0.2 + log.degree)
    known = rng.choice(log.users, size, replace=False, p=quiet / quiet.sum())
    fresh = np.array([f"x{number:04x}{rng.integers(1 << 40):010x}" for _ in range(size)], object)
    members = np.where(made, fresh, known)
    count = _log_uniform(rng, *ITEMS)
    samples = _samples(log, rng.permutation(log.events[log.thing].unique())[:count], rng)
    density = rng.uniform(*RING_DENSITY)
    wanted = np.clip(rng.binomial(len(samples), density, size), 2, 8)
    order = rng.random((size, len(samples))).argsort(axis=1).argsort(axis=1)
    who, what = np.nonzero(order < wanted[:, None])
    events = samples.iloc[what].reset_index(drop=True)
    events["user_id"] = members[who]
    events["ts"] = _times(log, rng, what, int(rng.integers(0, MEETINGS + 1)))
    for column in _SHARED:
        if column in events:
            events[column] = _identifiers(log, rng, column, members, who)
    events["is_camouflage"] = False
    cover = np.repeat(np.flatnonzero(made), rng.poisson(rng.uniform(*COVER) * wanted[made]))
    looks = log.events.iloc[rng.integers(0, len(log.events), len(cover))].reset_index(drop=True)
    looks["user_id"] = members[cover]
    for column in _SHARED:
        if column in looks:
            looks[column] = _own(log, column, members)[cover]
    looks["is_camouflage"] = True
    return Planted("injected", tuple(members), pd.concat([events, looks], ignore_index=True))


def _gathering(log: _Log, rng: np.random.Generator) -> Planted:
    """People who bought one thing, and those who bought what these bought, meet over a menu."""
    size, count = _log_uniform(rng, *SIZE), _log_uniform(rng, *ITEMS)
    seed_user = rng.choice(log.users)
    near = _near(log, {seed_user}, size, rng)
    liked = log.events[log.events["user_id"].isin(near)][log.thing].unique()
    menu = rng.permutation(liked)[: max(2, count)]
    samples = _samples(log, menu, rng)
    people = np.array(sorted(near), object)
    leaning = rng.uniform(0.4, 1.6, (len(people), 1)) * rng.uniform(0.4, 1.6, (1, len(samples)))
    share = max(1.5 / len(samples), rng.uniform(*GATHERING_SHARE))
    who, what = np.nonzero(rng.random(leaning.shape) < share * leaning)
    events = samples.iloc[what].reset_index(drop=True)
    events["user_id"] = people[who]
    events["ts"] = _times(log, rng, what, int(rng.integers(0, 2)))
    for column in _SHARED:
        if column in events:
            events[column] = _own(log, column, people)[who]
    return Planted("gathering", tuple(dict.fromkeys(people[who])), events)


def _near(log: _Log, users: set[str], size: int, rng: np.random.Generator) -> set[str]:
    """At least two and at most `size` users around those given, by what they bought."""
    events = log.events
    for _ in range(4):
        things = events[log.thing][events["user_id"].isin(users)].unique()
        wider = np.unique(events["user_id"][events[log.thing].isin(things)].to_numpy(object))
        if len(wider) <= len(users):
            break
        users = users | set(rng.permutation(wider)[: size - len(users)])
        if len(users) >= size:
            break
    if len(users) < size:
        users = users | set(rng.choice(log.users, size - len(users), replace=False))
    return users


def _samples(log: _Log, things: NDArray[np.object_], rng: np.random.Generator) -> pd.DataFrame:
    """One real event of each of the things, to take seller, action and amount from."""
    shuffled = log.events.iloc[rng.permutation(len(log.events))]
    first = shuffled.drop_duplicates(log.thing).set_index(log.thing, drop=False)
    return first.loc[list(things)].reset_index(drop=True)


def _times(log: _Log, rng: np.random.Generator, what: Ints, meetings: int) -> pd.Series:
    """The hours of real events, or common slots of time with each thing in one of them."""
    if not meetings:
        drawn = log.events["ts"].iloc[rng.integers(0, len(log.events), len(what))]
        return drawn.reset_index(drop=True)
    slot = int(log.span * rng.uniform(*SLOT_SHARE))
    opens = log.start + (rng.random(meetings) * (log.span - slot)).astype(np.int64)
    at = opens[rng.integers(0, meetings, int(what.max(initial=0)) + 1)[what]]
    t = at + (rng.random(len(what)) * slot).astype(np.int64)
    return pd.Series(pd.to_datetime(t, unit="us", utc=True))


def _own(log: _Log, column: str, members: NDArray[np.object_]) -> NDArray[np.object_]:
    """The value each member used most in the log; one of its own for an account not in it."""
    mine = log.events[log.events["user_id"].isin(members)]
    common = mine.groupby("user_id")[column].agg(_commonest)
    return np.array([common.get(user, f"own-{column[0]}-{user}") for user in members], dtype=object)


def _commonest(values: "pd.Series[str]") -> str | None:
    found = values.mode()
    return None if found.empty else str(found.iloc[0])


def _identifiers(
    log: _Log, rng: np.random.Generator, column: str, members: NDArray[np.object_], who: Ints
) -> NDArray[np.object_]:
    """Own values, or those of a common pool in a drawn share of the uses; half the rings share."""
    own = _own(log, column, members)[who]
    if rng.random() < 0.5:
        return own
    pool = max(1, len(members) // _log_uniform(rng, 2, len(members)))
    mark = f"{rng.integers(1 << 40):010x}"
    shared = np.array([f"pool-{column[0]}-{mark}-{n}" for n in rng.integers(0, pool, len(members))])
    return np.where(rng.random(len(who)) < rng.uniform(0.3, 1.0), shared[who].astype(object), own)


def _log_uniform(rng: np.random.Generator, low: int, high: int) -> int:
    """A whole number, log-uniform in [low, high]."""
    return min(high, int(np.exp(rng.uniform(np.log(low), np.log(high + 1)))))


def _write(log: pd.DataFrame, planted: list[Planted], out: Path, seed: int) -> None:
    """Write the world, in the layout of the contract."""
    out.mkdir(parents=True, exist_ok=True)
    columns = [name for name in _COLUMNS if name in log or name == "event_id"]
    real = log.assign(is_camouflage=False, ring_id=None, of=-1)
    parts = [real] + [
        one.events.assign(of=number, ring_id=_ring_id(number) if one.kind == "injected" else None)
        for number, one in enumerate(planted)
    ]
    whole = pd.concat(parts, ignore_index=True)
    planted_rows = whole["of"] >= 0
    order = np.random.default_rng([seed, *b"ids"]).permutation(len(whole))
    ids = np.array([f"e{number:09x}" for number in order], object)
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
        ((_ring_id(n), p.kind, len(p.members)) for n, p in enumerate(planted) if _is_ring(p)),
    )
    _table(
        out / "benign_groups.csv",
        "group_id,kind,user_id",
        ((f"g{n}", p.kind, u) for n, p in enumerate(planted) if not _is_ring(p) for u in p.members),
    )
    meta = {"seed": seed, "rings": sum(map(_is_ring, planted)), "events": len(whole)}
    (out / "meta.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")


def _is_ring(one: Planted) -> bool:
    return one.kind == "injected"


def _ring_id(number: int) -> str:
    return f"injected-{number}"


def _users(whole: pd.DataFrame, planted: list[Planted]) -> Iterator[tuple[str, ...]]:
    guilty = {user for one in planted if _is_ring(one) for user in one.members}
    for number, one in enumerate(planted):
        if _is_ring(one):
            yield from ((user, _ring_id(number), one.kind, "member") for user in one.members)
    yield from ((u, "", "", "") for u in sorted(set(whole["user_id"]) - guilty))


def _table(path: Path, header: str, rows: Iterator[tuple[object, ...]]) -> None:
    pd.DataFrame(list(rows), columns=header.split(",")).to_csv(
        path, index=False, lineterminator="\n"
    )
