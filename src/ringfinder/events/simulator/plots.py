"""What every ring needs: a scene to work in, orders to place, times, cover."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import DAY, HOUR
from ringfinder.events.simulator.trips import NEVER, Trips, make_trips
from ringfinder.events.simulator.world import AnyWorld

Ints = NDArray[np.int64]
_CARE = 0.6


@dataclass(frozen=True)
class Scene:
    """Where a ring is planted: its members (int64, distinct) and whether it hides."""

    world: AnyWorld
    rng: np.random.Generator
    members: Ints
    stealth: bool

    def span(self, low: float, high: float) -> tuple[int, int]:
        """A random interval of `low` to `high` days inside the log: start and length."""
        length = int(self.rng.uniform(low, high) * DAY)
        return int(self.rng.integers(0, max(1, 28 * DAY - length))), length

    def orders(
        self, items: Ints, density: tuple[float, float], each: tuple[int, int]
    ) -> tuple[Ints, Ints]:
        """Which member orders which item: positions in `members` and items.

        A member takes about `density` of the items, at least `each[0]` and at most `each[1]`.
        """
        share = self.rng.uniform(*density)
        wanted = self.rng.binomial(len(items), share, len(self.members))
        wanted = np.minimum(np.clip(wanted, *each), len(items))
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
    popular = rng.random(len(users)) < 0.4
    items[popular] = world.market.popular(rng, int(popular.sum()))
    return make_trips(
        users,
        items,
        t,
        views=rng.geometric(0.4, len(users)) - 1,
        login=rng.random(len(users)) < 0.6,
        buy=rng.random(len(users)) < 0.8,
    )
