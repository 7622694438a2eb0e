"""Ordinary life, a day at a time: needs come due, visits lead to further visits, friends talk."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.city.aisles import PERIOD, SEASON
from ringfinder.events.simulator.city.choice import Ranking, chosen
from ringfinder.events.simulator.city.citizens import NEEDS
from ringfinder.events.simulator.city.market import Market
from ringfinder.events.simulator.city.parcels import after_purchase
from ringfinder.events.simulator.city.routine import awake, day_share, moments
from ringfinder.events.simulator.city.telling import told
from ringfinder.events.simulator.city.town import Town
from ringfinder.events.simulator.clock import DAY, DAYS, END, HOUR, MINUTE
from ringfinder.events.simulator.told import Events
from ringfinder.events.simulator.trips import Trips, in_parts, make_trips

Ints = NDArray[np.int64]

_BUYS, _BUYS_WHAT_IT_CAME_FOR = 0.5, 0.62
_MORE = 0.34
"""Chance of one more thing in the basket, again and again."""
_MOST_LINES = 8
_LOGS_IN = 0.5
_COMES_BACK = (0.34, 0.16)
"""Chance to come back to the same matter after looking only, and after buying."""
_SOON, _MEAN_SOON, _MEAN_LATER = 0.55, 50 * MINUTE, 26 * HOUR
_TELLS, _TELLS_AT_MOST = 0.12, 0.9
"""Friends who come to look at a thing, for each bought one that is as much talked of as most."""
_TALK_HOURS, _TALK_SPREAD = 9.0, 1.1
_SAME_AGAIN = 0.55
_KNOWN_BEFORE = 0.7
"""Of the needs, those for which there is a usual thing from before the log."""
_EVENTS_A_ROOT = 7.0
_TRUST = 200
"""Visits after which the measured number of events a visit counts as much as the guess."""
_PEOPLE_AT_ONCE = 200_000
_VISITS_AT_ONCE, _TRIPS_AT_ONCE = 250_000, 250_000
"""What is drawn in one go; the bytes of a world whose days are larger depend on it."""


@dataclass(frozen=True)
class Visits:
    """Columns of equal length: who comes when, for which need (-1 a new one) and thing (-1 any)."""

    user: Ints
    t: Ints
    slot: Ints
    item: Ints

    def __len__(self) -> int:
        return len(self.user)

    def take(self, rows: Ints) -> "Visits":
        """The visits at these rows."""
        return Visits(self.user[rows], self.t[rows], self.slot[rows], self.item[rows])


def _join(parts: list[Visits]) -> Visits:
    return Visits(
        *(
            np.concatenate([getattr(p, name) for p in parts] or [np.empty(0, dtype=np.int64)])
            for name in ("user", "t", "slot", "item")
        )
    )


class Life:
    """The state of a city that lives on: what people ran out of, like, and have planned."""

    def __init__(self, town: Town) -> None:
        self._rng = town.stage("life")
        self._people, self._market = town.people, town.market
        self._networks = town.people.networks
        needs = town.people.needs
        self._last = np.empty(needs.shape, dtype=np.float32)
        self._usual = np.empty(needs.shape, dtype=np.int32)
        parts = [slice(at, at + _PEOPLE_AT_ONCE) for at in range(0, len(needs), _PEOPLE_AT_ONCE)]
        for part in parts:
            met = self._rng.exponential(1.0, needs[part].shape)
            self._last[part] = -PERIOD[needs[part]] * met
        for part in parts:
            aisle = needs[part].ravel().astype(np.int64)
            self._usual[part] = town.market.searched(self._rng, aisle).reshape(-1, NEEDS)
        for part in parts:
            known = self._rng.random(needs[part].shape) < _KNOWN_BEFORE
            self._usual[part][~known] = -1
        self._ranking = Ranking(self._rng, town.market)
        self._agenda: list[list[Visits]] = [[] for _ in range(DAYS)]
        self._told = self._roots = 0
        for day, items in _planned_sales(town.market):
            self._ranking.announce(day, items)

    def days(self, left: int) -> Iterator[Events]:
        """About `left` events, day by day in parts, one visit at least for each who lives."""
        people = self._people
        alive = np.flatnonzero(people.activity > 0)
        span = np.maximum(people.leave[alive] - people.join[alive], 1)
        some_day = (people.join[alive] + self._rng.random(len(alive)) * span).astype(np.int64)
        due = np.minimum(some_day, END - 1) // DAY
        share = day_share(DAYS)
        for day in range(DAYS):
            a_root = (self._told + _TRUST * _EVENTS_A_ROOT) / (self._roots + _TRUST)
            wanted = (left - self._told) / a_root * share[day] / share[day:].sum()
            must = alive[due == day]
            extra = self._drawn(max(0, round(wanted) - len(must)), day)
            for events in self._live(np.concatenate([must, extra]), day):
                self._told += len(events)
                yield events
            self._roots += len(must) + len(extra)

    def _drawn(self, count: int, day: int) -> Ints:
        """People by activity out of those whose account lives on that day."""
        people = self._people
        here = (people.join < (day + 1) * DAY) & (people.leave > day * DAY)
        reach = np.cumsum(people.activity * here)
        drawn = self._rng.random(count) * reach[-1]
        found: Ints = np.minimum(np.searchsorted(reach, drawn, side="right"), len(people) - 1)
        return found

    def _live(self, roots: Ints, day: int) -> Iterator[Events]:
        """One day: its roots, what was planned for it, and all visits that these lead to."""
        people, rng = self._people, self._rng
        t = moments(rng, people.ties.job[roots], people.ties.zone[roots], np.full(len(roots), day))
        low = np.maximum(people.join[roots], day * DAY)
        high = np.minimum(people.leave[roots], (day + 1) * DAY)
        elsewhere = low + (rng.random(len(roots)) * np.maximum(high - low, 1)).astype(np.int64)
        t = np.where((t < low) | (t >= high), elsewhere, t)
        none = np.full(len(roots), -1)
        now = _join([Visits(roots, t, none, none), *self._agenda[day]])
        self._agenda[day] = []
        told_trips, checkouts, moving = [], [], []
        while len(now):
            later = []
            for first in range(0, len(now), _VISITS_AT_ONCE):
                some = now.take(np.arange(first, min(first + _VISITS_AT_ONCE, len(now))))
                trips, checkout, moves, after = self._shop(some, day)
                told_trips.append(trips)
                checkouts.append(checkout)
                moving.append(moves)
                later.append(after)
            after = _join(later)
            today = after.t < (day + 1) * DAY
            now = after.take(np.flatnonzero(today))
            self._plan(after.take(np.flatnonzero(~today)))
        self._ranking.close(day)
        yield from self._tell(told_trips, np.concatenate(checkouts), np.concatenate(moving))

    def _plan(self, visits: Visits) -> None:
        day = visits.t // DAY
        for later in np.unique(day):
            if later < DAYS:
                self._agenda[int(later)].append(visits.take(np.flatnonzero(day == later)))

    def _tell(
        self, parts: list[Trips], checkout: Ints, moves: NDArray[np.bool_]
    ) -> Iterator[Events]:
        first = 0
        for trips in in_parts(parts, _TRIPS_AT_ONCE):
            rows = slice(first, first + len(trips))
            own = np.ones(len(trips), dtype=bool)
            yield told(
                self._market,
                self._networks,
                self._rng,
                trips,
                late=(own, own),
                moves=moves[rows],
                checkout=checkout[rows],
            )
            first += len(trips)

    def _shop(self, visits: Visits, day: int) -> tuple[Trips, Ints, NDArray[np.bool_], Visits]:
        """The trips of visits, a row for each thing of the basket, and the visits they lead to.

        Between the two, for each trip: when the basket is paid, and whether one is on the move.
        """
        rng, people, market = self._rng, self._people, self._market
        n = len(visits)
        back = visits.item >= 0
        buys = rng.random(n) < np.where(back, _BUYS_WHAT_IT_CAME_FOR, _BUYS)
        lines = np.where(buys, np.minimum(rng.geometric(1 - _MORE, n), _MOST_LINES), 1)
        of = np.repeat(np.arange(n), lines)
        turn = np.arange(len(of)) - np.repeat(np.cumsum(lines) - lines, lines)
        user = visits.user[of]
        slot = np.where(
            (turn == 0) & ((visits.slot[of] >= 0) | back[of]), visits.slot[of], self._due(user, day)
        )
        tip = (turn == 0) & back[of]
        same = tip & ((slot < 0) | (rng.random(len(of)) < _SAME_AGAIN))
        aisle = people.needs[user, np.maximum(slot, 0)].astype(np.int64)
        usual = np.where(slot >= 0, self._usual[user, np.maximum(slot, 0)], -1).astype(np.int64)
        item = chosen(rng, market, self._ranking, aisle, usual, people.thrift[user], day)
        item = np.where(same, visits.item[of], item)
        item = _once_a_basket(rng, market, of, item)

        bought = buys[of]
        kept = np.flatnonzero(bought & (slot >= 0))
        self._last[user[kept], slot[kept]] = day
        self._usual[user[kept], slot[kept]] = item[kept]
        self._ranking.bought(item[bought])
        t = visits.t[of] + (turn * rng.uniform(20_000, 150_000, len(of))).astype(np.int64)
        long = (np.minimum(lines, _MOST_LINES) * rng.uniform(60_000, 160_000, n)).astype(np.int64)
        device, ip, moves = self._networks.at(rng, visits.user, visits.t)
        review, refund = after_purchase(rng, len(of))
        trips = make_trips(
            user,
            item,
            t,
            device=device[of],
            ip=ip[of],
            views=np.where(turn == 0, rng.geometric(0.45, len(of)) - 1, rng.random(len(of)) < 0.4),
            login=(turn == 0) & (rng.random(len(of)) < _LOGS_IN),
            buy=bought,
            review=review,
            refund=refund,
        )
        first = np.cumsum(lines) - lines
        after = self._after(visits, slot[first], item[first], buys)
        after = _join([after, self._talk(user, item, t, bought)])
        return trips, (visits.t + long)[of], moves[of], after

    def _due(self, user: Ints, day: int) -> Ints:
        """The need of each that is most likely felt today: hazard by time since it was met."""
        aisle = self._people.needs[user].astype(np.int64)
        waited = np.maximum(day - self._last[user], 0.0) / PERIOD[aisle]
        hazard = (
            (0.04 + np.minimum(waited, 1.5) ** 1.5) * SEASON[aisle, day] / np.sqrt(PERIOD[aisle])
        )
        reach = np.cumsum(hazard, axis=1)
        at = self._rng.random(len(user)) * reach[:, -1]
        slot: Ints = np.minimum((reach <= at[:, None]).sum(axis=1), NEEDS - 1)
        return slot

    def _after(self, visits: Visits, slot: Ints, item: Ints, bought: NDArray[np.bool_]) -> Visits:
        """Returns to the same matter: within the hour, or on another day."""
        rng = self._rng
        chance = np.where(bought, _COMES_BACK[1], _COMES_BACK[0])
        rows = np.flatnonzero(rng.random(len(visits)) < chance)
        mean = np.where(rng.random(len(rows)) < _SOON, _MEAN_SOON, _MEAN_LATER)
        lag = (rng.exponential(1.0, len(rows)) * mean).astype(np.int64) + 6 * MINUTE
        user = visits.user[rows]
        t = self._waking(user, visits.t[rows] + lag)
        stays = (t < END) & (t < self._people.leave[user])
        thing = np.where(bought[rows], -1, item[rows])
        return Visits(user, t, slot[rows], thing).take(np.flatnonzero(stays))

    def _waking(self, user: Ints, t: Ints) -> Ints:
        ties = self._people.ties
        return awake(self._rng, ties.job[user], ties.zone[user], t)

    def _talk(self, user: Ints, item: Ints, t: Ints, bought: NDArray[np.bool_]) -> Visits:
        """Friends who hear of a purchase and come to look, hours or days later."""
        rng, people = self._rng, self._people
        chance = np.minimum(_TELLS * self._market.talk[item], _TELLS_AT_MOST)
        rows = np.flatnonzero(bought & (rng.random(len(user)) < chance))
        friend = people.ties.friends(rng, user[rows])
        lag = np.exp(rng.normal(np.log(_TALK_HOURS * HOUR), _TALK_SPREAD, len(rows)))
        at = self._waking(friend, t[rows] + lag.astype(np.int64))
        able = (friend != user[rows]) & (people.activity[friend] > 0) & (at < END)
        able &= (at >= people.join[friend]) & (at < people.leave[friend])
        none = np.full(len(rows), -1)
        return Visits(friend, at, none, item[rows]).take(np.flatnonzero(able))


def _once_a_basket(rng: np.random.Generator, market: Market, basket: Ints, item: Ints) -> Ints:
    """The same things, but another like it where a basket would hold one twice."""
    order = np.lexsort((item, basket))
    twice = np.zeros(len(item), dtype=bool)
    twice[order[1:]] = (np.diff(item[order]) == 0) & (np.diff(basket[order]) == 0)
    rows = np.flatnonzero(twice)
    item[rows] = market.similar(rng, item[rows])
    return item


def _planned_sales(market: Market) -> Iterator[tuple[int, Ints]]:
    """What planned trips bought, by day."""
    if not market.sold:
        return
    times = np.concatenate([t for t, _ in market.sold])
    items = np.concatenate([i for _, i in market.sold])
    day = times // DAY
    for number in np.unique(day):
        yield int(number), items[day == number]
