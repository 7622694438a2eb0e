"""What every ring needs: a scene to work in, orders to place, times, cover."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import DAY, DAYS, END, HOUR
from ringfinder.events.simulator.knobs import Knobs
from ringfinder.events.simulator.trips import NEVER, Trips, make_trips
from ringfinder.events.simulator.world import AnyWorld

Ints = NDArray[np.int64]
_SHORTEST_LIST = 4
_DRAWS = 20
_TURNS = 20
_CARE = 0.8


@dataclass(frozen=True)
class Scene:
    """Where a ring is planted: its members (int64, distinct), whether it hides, and the knobs.

    `sought` int64 [n_items] counts the innocent trips that are planned to each item.
    What is drawn here follows the knobs `strength`, `density` and `pace`.
    """

    world: AnyWorld
    rng: np.random.Generator
    members: Ints
    stealth: bool
    knobs: Knobs
    sought: Ints

    def span(self, low: float, high: float) -> tuple[int, int]:
        """A random interval of `low` to `high` days inside the log: start and length."""
        length = min(int(self.rng.uniform(low, high) * self.knobs.pace * DAY), (DAYS - 1) * DAY)
        return int(self.rng.integers(0, max(1, END - length))), length

    def hours(self, low: float, high: float) -> int:
        """A random length of `low` to `high` hours, at most twelve days, in milliseconds."""
        return min(int(self.rng.uniform(low, high) * self.knobs.pace * HOUR), 12 * DAY)

    def any_time(self, count: int) -> Ints:
        """Times in the rhythm of people, anywhere in the log, or in a part where the pace is up."""
        length = int(END * min(1.0, self.knobs.pace))
        start = 0 if length == END else int(self.rng.integers(0, END - length))
        return self.world.rhythm.times(self.rng, count, start=start, end=start + length)

    def longer(self, items: int) -> int:
        """The length of a list that has `items` with the knobs at rest.

        More orders an account and a lower density both need a longer list.
        """
        wanted = round(items * self.knobs.strength / self.knobs.density)
        fewest = min(items, _SHORTEST_LIST) if self.knobs.density > 1 else 1
        return max(fewest, min(wanted, len(self.world.market.seller) // 10))

    def listing(self, items: int, sellers: int) -> Ints:
        """The list of a paying client: about `items` items of at least `sellers` sellers."""
        return self.goods(self.longer(items), sellers)

    def goods(self, items: int, sellers: int) -> Ints:
        """`items` items of at least `sellers` sellers that no crowd buys anyway."""
        return self._unsought(lambda: self.world.market.listing(self.rng, items, sellers))

    def dear(self, items: int) -> Ints:
        """About `items` items out of the dearest tenth that no crowd buys anyway."""
        return self._unsought(lambda: self.world.market.dear(self.rng, self.longer(items)))

    def _unsought(self, draw: Callable[[], Ints]) -> Ints:
        """The least sought of a few draws: who pays for sales has not got them."""
        least = draw()
        for _ in range(_DRAWS):
            if not self.sought[least].any():
                break
            other = draw()
            least = min(least, other, key=lambda items: int(self.sought[items].sum()))
        return least

    def orders(
        self, items: Ints, density: tuple[float, float], each: tuple[int, int]
    ) -> tuple[Ints, Ints]:
        """Which member orders which item: positions in `members` and items.

        A member takes about `density` of the items, at least `each[0]` and at most `each[1]`.
        """
        share = min(1.0, self.rng.uniform(*density) * self.knobs.density)
        least, most = (max(1, round(bound * self.knobs.strength)) for bound in each)
        wanted = self.rng.binomial(len(items), share, len(self.members))
        wanted = np.minimum(np.clip(wanted, least, most), len(items))
        rank = self.rng.random((len(self.members), len(items))).argsort(axis=1).argsort(axis=1)
        who, what = np.nonzero(rank < wanted[:, None])
        return who, items[what]

    def partly(self, share: float, shared: Ints, own: Ints) -> Ints:
        """`shared` with probability `share`, else `own`, row by row."""
        return np.where(self.rng.random(len(shared)) < share, shared, own)

    def work(self, who: Ints, items: Ints, t: Ints, **columns: object) -> Trips:
        """Ring orders: quick visits, few looks, often reviewed when reviews are the goods."""
        n = len(who)
        given = {
            "views": self.rng.binomial(3, 0.3, n),
            "login": self.rng.random(n) < 0.4,
            "review": np.where(
                self.rng.random(n) < 0.15, self.rng.integers(1, 7 * 24, n) * HOUR, NEVER
            ),
            **columns,
        }
        return make_trips(self.members[who], items, t, **given)

    def draw_a_crowd(self, kind: str, orders: Trips, for_each: float) -> None:
        """Let honest people buy the same in the same time, `for_each` of the ring's orders."""
        trips = passers_by(self.world, self.rng, orders, self.members, for_each)
        self.world.trips.append(trips)
        self.world.crowds.append((kind, np.unique(trips.user.astype(np.int64))))


def at_least_one(size: float) -> int:
    """A whole number of shared things near `size`."""
    return max(1, round(size))


def cover(scene: Scene, orders: Trips, factor: float) -> Trips:
    """Camouflage: about `factor` honest-looking visits for each ring order, at a human rhythm.

    Members differ: some hardly bother, some lead a life.
    """
    rng, world = scene.rng, scene.world
    care = rng.gamma(_CARE, 1 / _CARE, len(scene.members))
    accounts, each = np.unique(orders.user.astype(np.int64), return_inverse=True)
    users = np.repeat(accounts[each], rng.poisson(factor * care[each]))
    t = world.present(rng, users, world.rhythm.times(rng, len(users)))
    items = world.people.pick_items(rng, world.market, users)
    popular = rng.random(len(users)) < 0.1
    items[popular] = world.market.popular(rng, int(popular.sum()))
    return make_trips(
        users,
        items,
        t,
        views=rng.geometric(0.4, len(users)) - 1,
        login=rng.random(len(users)) < 0.6,
        buy=rng.random(len(users)) < 0.8,
    )


def rotated(world: AnyWorld, orders: Trips, share: float) -> Trips:
    """The same orders; of the days on which an account used a shared thing, `share` are different.

    There the account has a device, or an address, that nobody else ever has.
    """
    rng = world.stage(f"rotation {len(world.rings)}")
    columns = {}
    for name, fresh in (
        ("device", world.counters.new_devices),
        ("ip", world.counters.new_addresses),
    ):
        things = getattr(orders, name).astype(np.int64)
        shared = np.flatnonzero(things >= 0)
        day = orders.t[shared] // DAY
        uses = np.stack([orders.user[shared].astype(np.int64), day, things[shared]])
        names, use = np.unique(uses, axis=1, return_inverse=True)
        other = np.full(names.shape[1], NEVER, dtype=np.int64)
        turned = rng.random(len(other)) < share
        other[turned] = fresh(int(turned.sum()))
        things[shared] = np.where(turned[use], other[use], things[shared])
        columns[name] = things.astype(np.int32)
    return replace(orders, **columns)


def passers_by(
    world: AnyWorld, rng: np.random.Generator, orders: Trips, barred: Ints, for_each: float
) -> Trips:
    """Orders of honest people on the items of a ring while it works, `for_each` of its own orders.

    None of the `barred` users is among them, and none without a life of their own.
    """
    count = round(for_each * len(orders))
    start, end = max(0, int(orders.t.min())), min(END, int(orders.t.max()) + 1)
    t = world.rhythm.times(rng, count, start=start, end=max(end, start + 1))
    users = np.empty(count, dtype=np.int64)
    away, people = np.arange(count), world.people
    for turn in range(_TURNS):
        drawn = world.visitors(rng, len(away))
        able = (people.activity[drawn] > 0) & ~np.isin(drawn, barred)
        here = (people.join[drawn] <= t[away]) & (t[away] < people.leave[drawn])
        found = able & (here | (turn > _TURNS // 2))
        users[away[found]] = drawn[found]
        away = away[~found]
    users, t = np.delete(users, away), np.delete(t, away)
    world.gather(users, t)
    return make_trips(
        users,
        rng.choice(orders.item, len(users)),
        t,
        views=rng.geometric(0.4, len(users)) - 1,
        login=rng.random(len(users)) < 0.6,
    )
