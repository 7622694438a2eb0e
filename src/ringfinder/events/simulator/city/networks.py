"""Devices and addresses as they come about from where a person is at that hour."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.city.circles import parted
from ringfinder.events.simulator.city.routine import CAFE, HOME, MOVE, STUDENT, WORK, places
from ringfinder.events.simulator.city.ties import Ties
from ringfinder.events.simulator.clock import DAY, DAYS, END, HOUR
from ringfinder.events.simulator.world import Counters

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Numbers = NDArray[np.int32]

STAY = 2 * HOUR
"""Nobody changes place, device or network more often."""
_LEASES = ((60, 14, 7, 3, 1), (0.45, 0.15, 0.2, 0.12, 0.08))
"""Days for which a home keeps its address."""
_SECOND_DEVICE = 0.62
_TABLET_OF_A_HOME = 0.95
_NEW_PHONE = 0.06
_SECOND_HAND = 0.1
_DORMITORY = 0.3
_BUDGET_CARRIER = 0.12
_BEHIND_A_GATEWAY = (30, 1_000)
_PEOPLE_A_CAFE = 220
_CAFE_GOERS = 0.15
_KIOSK_ONE_IN = 4
_HOLD, _SHORTEST_HOLD = 90_000, 10_000
"""Milliseconds for which a mobile address is kept: the median over people, and the least."""
_REUSED = 0.04
"""Of the addresses of mobile carriers, those that somebody else held lately."""


@dataclass(frozen=True)
class Networks:
    """Who has what: int32 [n] device or address numbers by person, -1 for none; times are int64.

    `phone` until `swap` (milliseconds), `next_phone` from then on; `second` is a laptop or
    console; `tablet` belongs to the home. `home_ip` is the first of a home's addresses, kept for
    `lease` milliseconds each from `phase` on, `work_ip` that of the office or school. `gateway` is
    the address of those whose carrier has few; all others keep a mobile one for `hold`
    milliseconds. `cafe` is where one is a regular, `dormitory` the number of the school where one
    lives. `cafe_ip` [DAYS // 7, cafes] and `kiosk` [cafes] are by cafe.
    """

    ties: Ties
    counters: Counters
    salt: int
    phone: Numbers
    next_phone: Numbers
    swap: Ints
    second: Numbers
    tablet: Numbers
    home_ip: Numbers
    lease: Ints
    phase: Ints
    work_ip: Numbers
    gateway: Numbers
    hold: Ints
    cafe: Numbers
    cafe_ip: Ints
    kiosk: Ints
    dormitory: Numbers

    def chances(self, users: Ints, t: Ints, purpose: int) -> Floats:
        """A number in [0, 1) for each that stays the same while a person stays in a place."""
        key = users.astype(np.uint64) * np.uint64(2 * END // STAY) + (t // STAY).astype(np.uint64)
        with np.errstate(over="ignore"):
            key = key * np.uint64(8) + np.uint64(purpose) + np.uint64(self.salt << 40)
            key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return ((key ^ (key >> np.uint64(31))) >> np.uint64(11)) / 2.0**53

    def at(
        self, rng: np.random.Generator, users: Ints, t: Ints
    ) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """Device and address of each of `users` at the times `t`, and who is on the move."""
        job, zone = self.ties.job[users], self.ties.zone[users]
        place = places(job, zone, t, self.chances(users, t, 1))
        cafe = self.cafe[users]
        place[(place == CAFE) & (cafe < 0)] = HOME
        taste = self.chances(users, t, 2)
        phone = np.where(t < self.swap[users], self.phone[users], self.next_phone[users])
        second, tablet, kiosk = self.second[users], self.tablet[users], self.kiosk[cafe]
        device = np.where((place != MOVE) & (second >= 0) & (taste < 0.42), second, phone)
        device = np.where((place == HOME) & (tablet >= 0) & (taste > 0.5), tablet, device)
        device = np.where((place == CAFE) & (kiosk >= 0) & (taste < 0.4), kiosk, device)

        ip = self.home_ip[users] + (t + self.phase[users]) // self.lease[users]
        work = self.work_ip[users]
        ip = np.where((place == WORK) & (work >= 0), work, ip)
        ip = np.where(place == CAFE, self.cafe_ip[t // (7 * DAY), cafe], ip)
        moves = place == MOVE
        ip[moves] = self.mobile(rng, users[moves], t[moves])
        return device, ip, moves

    def mobile(self, rng: np.random.Generator, users: Ints, t: Ints) -> Ints:
        """The addresses of people on the move: a fresh one every few minutes.

        Those whose carrier has few addresses show its gateway at all times.
        """
        hold = self.hold[users]
        cell = users * (END // _SHORTEST_HOLD + 1) + t // hold
        known, each = np.unique(cell, return_inverse=True)
        fresh = self.counters.new_addresses(len(known))
        again = np.flatnonzero(rng.random(len(known)) < _REUSED)
        fresh[again] = fresh[rng.integers(0, max(1, len(known)), len(again))]
        gateway = self.gateway[users]
        return np.where(gateway >= 0, gateway, fresh[each])


def wire(rng: np.random.Generator, ties: Ties, counters: Counters, salt: int) -> Networks:
    """Hand out devices and addresses to people, homes, work places and cafes."""
    n = len(ties.job)
    home = ties.home.of
    homes = len(ties.home)
    second, next_phone = np.full(n, -1), np.full(n, -1)
    phone = counters.new_devices(n)
    has = rng.random(n) < _SECOND_DEVICE
    second[has] = counters.new_devices(int(has.sum()))
    swap = np.full(n, END, dtype=np.int64)
    swappers = rng.permutation(n)[: round(_NEW_PHONE * n)]
    swap[swappers] = rng.integers(2 * DAY, END, len(swappers))
    next_phone[swappers] = counters.new_devices(len(swappers))
    _pass_on(rng, swappers, swap, phone, next_phone)
    tablet_of = np.full(homes, -1)
    lucky = np.flatnonzero((ties.home.sizes > 1) & (rng.random(homes) < _TABLET_OF_A_HOME))
    tablet_of[lucky] = counters.new_devices(len(lucky))

    days = rng.choice(_LEASES[0], homes, p=_LEASES[1])
    leases = DAYS // days + 2
    first = np.cumsum(leases) - leases
    home_ip = (counters.new_addresses(int(leases.sum()))[first])[home]
    lease = days[home] * DAY
    lines = _gateways(counters, ties)
    dormitory = np.where(
        (ties.job == STUDENT) & (ties.home.sizes[home] == 1) & (rng.random(n) < _DORMITORY),
        ties.school.of,
        -1,
    )
    away = dormitory >= 0
    dormitories = counters.new_addresses(max(1, len(ties.school)))
    home_ip[away], lease[away] = dormitories[dormitory[away]], 4 * END
    cafes = n // _PEOPLE_A_CAFE + 1
    kiosk = np.where(np.arange(cafes) % _KIOSK_ONE_IN == 0, 0, -1)
    kiosk[kiosk == 0] = counters.new_devices(int((kiosk == 0).sum()))
    budget = np.flatnonzero(rng.random(n) < _BUDGET_CARRIER)
    behind = parted(rng, budget, n, *_BEHIND_A_GATEWAY)
    masts = counters.new_addresses(int(behind.max()) + 1)
    goes = rng.random(n) < _CAFE_GOERS
    return Networks(
        ties=ties,
        counters=counters,
        salt=salt,
        phone=phone.astype(np.int32),
        next_phone=next_phone.astype(np.int32),
        swap=swap,
        second=second.astype(np.int32),
        tablet=tablet_of[home].astype(np.int32),
        home_ip=home_ip.astype(np.int32),
        lease=lease,
        phase=rng.integers(0, 60 * DAY, homes)[home] % lease,
        work_ip=lines.astype(np.int32),
        gateway=np.where(behind >= 0, masts[behind], -1).astype(np.int32),
        hold=np.maximum(rng.lognormal(np.log(_HOLD), 1.0, n), _SHORTEST_HOLD).astype(np.int64),
        cafe=np.where(goes, np.arange(n) // _PEOPLE_A_CAFE, -1).astype(np.int32),
        cafe_ip=counters.new_addresses(cafes * DAYS // 7).reshape(DAYS // 7, cafes),
        kiosk=kiosk,
        dormitory=dormitory.astype(np.int32),
    )


def _pass_on(
    rng: np.random.Generator, swappers: Ints, swap: Ints, phone: Ints, next_phone: Ints
) -> None:
    """Some who need a phone buy one that somebody gave up a few days before."""
    early = swappers[np.argsort(swap[swappers], kind="stable")]
    pairs = round(_SECOND_HAND * len(early) / 2)
    givers = rng.permutation(early[: len(early) // 2])[:pairs]
    takers = rng.permutation(early[len(early) // 2 :])[:pairs]
    next_phone[takers] = phone[givers]


def _gateways(counters: Counters, ties: Ties) -> Ints:
    """The address that an office or a school shows to the world; large ones have several."""
    line = np.full(len(ties.job), -1)
    for place, seats in ((ties.work, 60), (ties.school, 150)):
        lines = place.sizes // seats + 1
        first = counters.new_addresses(int(lines.sum()))[np.cumsum(lines) - lines]
        inside = np.flatnonzero(place.of >= 0)
        of = place.of[inside]
        line[inside] = first[of] + inside % lines[of]
    return line
