"""Innocent groups that share a place: a home, an office, a carrier, a counter.

Each function builds one group; it changes the networks and devices of its people, or sends them
on trips, and returns the people.
"""

from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import DAY, DAYS, END, HOUR
from ringfinder.events.simulator.tastes.background import habits
from ringfinder.events.simulator.tastes.town import Town
from ringfinder.events.simulator.trips import make_trips

Ints = NDArray[np.int64]
_SHARES_A_COMPUTER = 0.32
_FAMILIES = (0.925, 0.055, 0.01, 0.006, 0.004)
"""Shares of couples and of families of three to six accounts."""


def family(world: Town, rng: np.random.Generator) -> Ints:
    """A couple or a family: one line, mostly one tablet, tastes that rub off."""
    users = _homeless(world, rng, int(rng.choice(5, p=_FAMILIES)) + 2)
    _one_line(world, users)
    if rng.random() < _SHARES_A_COMPUTER:
        place = rng.choice(2, len(users))
        world.people.device[users, place] = world.people.device[users[0], 0]
    world.people.taste[users, 1] = world.people.taste[users[0], 0]
    return users


def shared_flat(world: Town, rng: np.random.Generator) -> Ints:
    """A shared flat: one line, own devices, own tastes."""
    users = _homeless(world, rng, world.crowd_size(rng, 4, 20))
    _one_line(world, users)
    return users


def dorm(world: Town, rng: np.random.Generator) -> Ints:
    """A dormitory: everybody at home behind one lasting address, same age, similar tastes."""
    users = _homeless(world, rng, world.crowd_size(rng, 30, 120))
    _one_line(world, users)
    world.people.lease[users] = 2 * END
    fashion = rng.integers(world.market.communities)
    follow = rng.random(len(users)) < 0.4
    world.people.taste[users[follow], 1] = fashion
    return users


def office_nat(world: Town, rng: np.random.Generator) -> Ints:
    """An office: one address in working hours."""
    users = world.anybody(rng, world.crowd_size(rng, 15, 300))
    world.people.work[users] = world.counters.new_addresses(1)[0]
    return users


def campus_nat(world: Town, rng: np.random.Generator) -> Ints:
    """A campus: a large group behind two or three addresses in the daytime."""
    users = world.anybody(rng, world.crowd_size(rng, 100, 700))
    addresses = world.counters.new_addresses(int(rng.integers(2, 4)))
    world.people.work[users] = rng.choice(addresses, len(users))
    return users


def cgnat(world: Town, rng: np.random.Generator) -> Ints:  # noqa: ARG001 one signature for all
    """The users of one mobile carrier who share its few addresses on the move."""
    told = takewhile(lambda crowd: crowd[0] == "cgnat", reversed(world.crowds))
    customers = world.people.customers(sum(1 for _ in told))
    return customers[world.people.behind_nat[customers]]


def cafe(world: Town, rng: np.random.Generator) -> Ints:
    """An internet cafe or a kiosk: passers-by at a few public machines, one address."""
    users = world.anybody(rng, world.crowd_size(rng, 25, 80))
    visits = np.repeat(users, rng.integers(1, 4, len(users)))
    machines = world.counters.new_devices(int(rng.integers(3, 9)))
    t = world.present(rng, visits, world.rhythm.times(rng, len(visits)))
    trips = make_trips(
        visits,
        world.people.pick_items(rng, world.market, visits),
        t,
        device=rng.choice(machines, len(visits)),
        ip=world.counters.new_addresses(1)[0],
        buy=rng.random(len(visits)) < 0.6,
    )
    world.trips.append(habits(rng, trips))
    return users


def company(world: Town, rng: np.random.Generator) -> Ints:
    """Company purchasing: the same supplies from the same sellers, again and again."""
    users = world.anybody(rng, world.crowd_size(rng, 12, 28))
    address = world.counters.new_addresses(1)[0]
    world.people.work[users] = address
    supplies = world.market.listing(rng, int(rng.integers(6, 15)), 3)
    orders = np.repeat(users, rng.integers(2, 7, len(users)))
    day = rng.integers(DAYS, size=len(orders)) * DAY
    day -= np.where(day // DAY % 7 >= 5, 2 * DAY, 0)
    t = world.present(rng, orders, day + (rng.uniform(9, 18, len(orders)) * HOUR).astype(np.int64))
    trips = make_trips(orders, rng.choice(supplies, len(orders)), t, ip=address)
    world.trips.append(habits(rng, trips))
    return users


def reseller(world: Town, rng: np.random.Generator) -> Ints:
    """A reseller's buyers: a few accounts on shared machines that buy stock in small lots."""
    users = world.anybody(rng, world.crowd_size(rng, 4, 12))
    machines = world.counters.new_devices(int(rng.integers(1, 4)))
    stock = world.market.listing(rng, int(rng.integers(8, 20)), 4)
    orders = np.repeat(users, rng.integers(4, 12, len(users)))
    t = world.present(rng, orders, world.rhythm.times(rng, len(orders)))
    trips = make_trips(
        orders,
        rng.choice(stock, len(orders)),
        t,
        device=rng.choice(machines, len(orders)),
        ip=world.counters.new_addresses(1)[0],
    )
    world.trips.append(habits(rng, trips))
    return users


def agent(world: Town, rng: np.random.Generator) -> Ints:
    """A travel agent: customers' accounts at the agent's counter, each buying its own things."""
    users = world.anybody(rng, world.crowd_size(rng, 5, 12))
    orders = np.repeat(users, rng.integers(2, 5, len(users)))
    t = world.present(rng, orders, world.rhythm.times(rng, len(orders)))
    trips = make_trips(
        orders,
        world.market.popular(rng, len(orders)),
        t,
        device=rng.choice(world.counters.new_devices(2), len(orders)),
        ip=world.counters.new_addresses(1)[0],
    )
    world.trips.append(habits(rng, trips))
    return users


def _homeless(world: Town, rng: np.random.Generator, count: int) -> Ints:
    """`count` different users, as far as can be such as do not share a home yet."""
    users = world.anybody(rng, min(4 * count + 20, len(world.people)))
    return users[np.argsort(world.people.lodged[users], kind="stable")[:count]]


def _one_line(world: Town, users: Ints) -> None:
    """Let the users live at the first one's address."""
    people = world.people
    people.lodged[users] = True
    people.home[users] = people.home[users[0]]
    people.lease[users] = min(int(people.lease[users[0]]), END)
