"""Groups that are planted into a log: random rings, and random innocent gatherings.

Every trait is drawn by itself and widely, as nobody knows which rings a marketplace will meet: the
shape, how many accounts, over how long a list of how many sellers, for how long and in how many
common slots of time, with which devices and addresses, behind how much cover. Items, prices, hours
and the accounts' own devices are the log's. Innocents use what is their own.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ringfinder.evaluate.background import Background, Ints, Names, log_uniform
from ringfinder.evaluate.moments import DAY, amid_crowd, length_of, times_of
from ringfinder.evaluate.shapes import SHAPES, of_each, pairs

RING = "injected"
RING_SIZE = (5, 200)
MEETINGS = 8
"""The most common slots of time a ring has; none in every third ring."""

AMID_CROWD = 0.25
"""Share of rings that hide in a crowd, a flash sale for one, and buy what it buys when it does."""

COVER = (0.0, 4.0)
"""Visits to popular items for each ring order of an account made for the ring, if there are any."""

_LARGEST_SHARE = 10
"""No group holds more than one in so many of the log's users."""


@dataclass(frozen=True)
class Planted:
    """One planted group: its kind (`RING` or that of a gathering), shape, members and events.

    `events` have the columns of the log and `is_camouflage`; `slots` is the number of common slots
    of time, 0 for any time.
    """

    kind: str
    shape: str
    slots: int
    members: tuple[str, ...]
    events: pd.DataFrame

    @property
    def is_ring(self) -> bool:
        """Whether it is a ring."""
        return self.kind == RING


def ring(log: Background, rng: np.random.Generator, number: int) -> Planted:
    """A ring of drawn traits; `number` makes the names of its new accounts."""
    size = _size(log, rng, *RING_SIZE)
    names = [name for name in SHAPES if name != "scattered" or log.shared]
    shape = names[int(rng.integers(len(names)))]
    drawn, lengths = SHAPES[shape]
    members, made = _accounts(log, rng, size, number)
    count = log_uniform(rng, *lengths)
    if rng.random() < AMID_CROWD:
        slots, like, who, ts = amid_crowd(log, rng, lambda most: drawn(rng, size, min(count, most)))
    else:
        things = _list(log, rng, count)
        who, what = pairs(drawn(rng, size, len(things)))
        slots = int(rng.integers(1, MEETINGS + 1)) if rng.random() < 2 / 3 else 0
        ts, like = (
            times_of(log, rng, what, slots, length_of(log, rng)),
            log.sample(rng, things)[what],
        )
    events = _events(log, like, members[who], ts)
    ways = [_ways(rng) for _ in log.shared]
    if shape == "scattered" and "own" in ways:
        ways[int(rng.integers(len(ways)))] = "pool"
    for column, way in zip(log.shared, ways, strict=True):
        events[column] = _identifiers(log, rng, column, way, members, who, ts)
    if log.undone and rng.random() < 0.15:
        events = pd.concat([events, _undone(log, rng, events)], ignore_index=True)
    cover = _cover(log, rng, members, np.bincount(who, minlength=size) * made)
    events["is_camouflage"], cover["is_camouflage"] = False, True
    whole = pd.concat([events, cover], ignore_index=True) if len(cover) else events
    return Planted(RING, shape, slots, tuple(members), whole)


def gathering(log: Background, rng: np.random.Generator) -> Planted:
    """An innocent group that acts together, of a kind of `GATHERINGS`."""
    names = list(GATHERINGS)
    kind = names[int(rng.integers(len(names)))]
    if kind == "one roof" and "ip" not in log.shared:
        kind = "one taste"
    return GATHERINGS[kind](log, rng)


def one_taste(log: Background, rng: np.random.Generator) -> Planted:
    """People who bought one thing, and those who bought what these bought, pick from a menu.

    They come in their own time, over a quarter of the log and more.
    """
    people = near(log, rng, _size(log, rng, 8, 80))
    liked = np.unique(log.what[log.rows_of_users(people)])
    menu = rng.permutation(liked)[: log_uniform(rng, 5, 40)]
    leaning = rng.uniform(0.4, 1.6, (len(people), 1)) * rng.uniform(0.4, 1.6, (1, len(menu)))
    share = max(1.5 / len(menu), rng.uniform(0.05, 0.35))
    taken = rng.random(leaning.shape) < share * leaning
    return _innocent("one taste", log, rng, people, menu, pairs(taken), 0)


def one_moment(log: Background, rng: np.random.Generator) -> Planted:
    """Strangers take one or two of a few things that are offered in a common slot of time."""
    size = _size(log, rng, 20, 300)
    people = rng.choice(len(log.users), size, replace=False)
    menu = rng.permutation(len(log.things))[: log_uniform(rng, 1, 12)]
    wanted = rng.integers(1, 3, size)
    taken = of_each(rng, wanted, len(menu))
    return _innocent("one moment", log, rng, people, menu, pairs(taken), 1)


def one_roof(log: Background, rng: np.random.Generator) -> Planted:
    """People of one address buy what anybody buys, each for himself."""
    size = _size(log, rng, 4, 100)
    people = rng.choice(len(log.users), size, replace=False)
    who = np.repeat(np.arange(size), rng.integers(1, 5, size))
    rows = rng.integers(0, len(log.trades), len(who))
    menu, what = np.unique(log.what[rows], return_inverse=True)
    found = _innocent("one roof", log, rng, people, menu, (who, what), 0)
    found.events["ip"] = f"roof-{rng.integers(1 << 40):010x}"
    return found


def friends(log: Background, rng: np.random.Generator) -> Planted:
    """Three to six of much the same taste buy one to three things within hours."""
    people = near(log, rng, int(rng.integers(3, 7)))
    menu = rng.permutation(len(log.things))[: int(rng.integers(1, 4))]
    taken = rng.random((len(people), len(menu))) < 0.9
    return _innocent("friends", log, rng, people, menu, pairs(taken), 1)


GATHERINGS: dict[str, Callable[[Background, np.random.Generator], Planted]] = {
    "one taste": one_taste,
    "one moment": one_moment,
    "one roof": one_roof,
    "friends": friends,
}
"""The kinds of innocent groups, by name."""


def near(log: Background, rng: np.random.Generator, size: int) -> Ints:
    """`size` users around a random one by what they bought, filled up with others; ascending."""
    users = np.array([rng.integers(len(log.users))])
    for _ in range(4):
        things = np.unique(log.what[log.rows_of_users(users)])
        wider = np.setdiff1d(np.unique(log.user[log.rows_of_things(things)]), users)
        users = np.union1d(users, rng.permutation(wider)[: size - len(users)])
        if len(users) >= size or not len(wider):
            break
    others = np.setdiff1d(np.arange(len(log.users)), users)
    return np.union1d(users, rng.choice(others, size - len(users), replace=False))


def _innocent(
    kind: str,
    log: Background,
    rng: np.random.Generator,
    people: Ints,
    menu: Ints,
    orders: tuple[Ints, Ints],
    slots: int,
) -> Planted:
    """A gathering of people with devices and addresses of their own."""
    who, what = orders
    if not len(who):
        who, what = np.arange(min(2, len(people))), np.zeros(min(2, len(people)), np.int64)
    members = log.users[people]
    length = length_of(log, rng) if slots else int(log.span * rng.uniform(0.25, 1.0))
    ts = times_of(log, rng, what, slots, length)
    events = _events(log, log.sample(rng, menu)[what], members[who], ts)
    for column in log.shared:
        events[column] = log.own(column, members)[who]
    events["is_camouflage"] = False
    return Planted(kind, kind, slots, tuple(dict.fromkeys(members[who])), events)


def _size(log: Background, rng: np.random.Generator, low: int, high: int) -> int:
    most = max(low, min(high, len(log.users) // _LARGEST_SHARE))
    return log_uniform(rng, low, most)


def _list(log: Background, rng: np.random.Generator, count: int) -> Ints:
    """Things anywhere in popularity; those of one seller in some lists, as many as it has."""
    if log.thing == "item_id" and "seller_id" in log.trades and rng.random() < 0.4:
        row = int(log.sample(rng, rng.integers(0, len(log.things), 1))[0])
        sellers = log.trades["seller_id"]
        rows = np.flatnonzero(sellers == sellers.iloc[row])
        if len(rows):
            return rng.permutation(np.unique(log.what[rows]))[:count]
    return rng.permutation(len(log.things))[:count]


def _accounts(
    log: Background, rng: np.random.Generator, size: int, number: int
) -> tuple[Names, Ints]:
    """The members' names, and 1 for each that is made for the ring; the others trade little."""
    made = rng.random(size) < rng.random()
    quiet = 1 / (0.2 + log.degree)
    known = log.users[rng.choice(len(log.users), size, replace=False, p=quiet / quiet.sum())]
    fresh = np.array([f"x{number:04x}{rng.integers(1 << 40):010x}" for _ in range(size)], object)
    return np.where(made, fresh, known), made.astype(np.int64)


def _events(log: Background, like: Ints, users: Names, ts: Ints) -> pd.DataFrame:
    """Events like the rows `like`, by these users at these times, on devices yet to be set."""
    events = log.trades.iloc[like].reset_index(drop=True)
    events["user_id"] = users
    events["ts"] = pd.to_datetime(ts, unit="us", utc=True)
    return events


def _ways(rng: np.random.Generator) -> str:
    return str(rng.choice(["own", "pool", "daily", "borrowed"], p=[0.45, 0.3, 0.15, 0.1]))


def _identifiers(
    log: Background,
    rng: np.random.Generator,
    column: str,
    way: str,
    members: Names,
    who: Ints,
    ts: Ints,
) -> Names:
    """Own values; or those of the ring's pool, or a pool of each day, in a share of the uses.

    Borrowed ones are what random people of the log use.
    """
    own = log.own(column, members)[who]
    if way == "own":
        return own
    if way == "borrowed":
        found = log.trades[column].iloc[rng.integers(0, len(log.trades), len(who))].to_numpy(object)
        return np.where(pd.isna(found), own, found)
    pool = max(1, len(members) // log_uniform(rng, 2, len(members)))
    mark, of = f"{rng.integers(1 << 40):010x}", rng.integers(0, pool, len(members))[who]
    day = ts // DAY if way == "daily" else np.zeros(len(who), np.int64)
    shared = [f"pool-{column[0]}-{mark}-{d}-{n}" for d, n in zip(day, of, strict=True)]
    used = rng.random(len(who)) < rng.uniform(0.3, 1.0)
    return np.where(used, np.array(shared, object), own)


def _undone(log: Background, rng: np.random.Generator, events: pd.DataFrame) -> pd.DataFrame:
    """Most of the events taken back, some days later, as far as the log is long."""
    back = events[rng.random(len(events)) < rng.uniform(0.5, 1.0)].copy()
    days = rng.uniform(0.1, rng.uniform(0.5, 14), len(back))
    back["ts"] += pd.to_timedelta((days * DAY).astype(np.int64), unit="us")
    back["action"] = str(rng.choice(log.undone))
    kept: pd.DataFrame = back[back["ts"] <= log.trades["ts"].iloc[-1]]
    return kept


def _cover(log: Background, rng: np.random.Generator, members: Names, orders: Ints) -> pd.DataFrame:
    """Orders like anybody's by the new accounts, which place `orders` each for the ring."""
    much = 0.0 if rng.random() < 0.25 else rng.uniform(*COVER)
    who = np.repeat(np.arange(len(members)), rng.poisson(much * orders))
    rows = rng.integers(0, len(log.trades), len(who))
    looks = _events(log, rows, members[who], log.ts[rows])
    for column in log.shared:
        looks[column] = log.own(column, members)[who]
    return looks
