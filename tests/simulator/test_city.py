"""The city's mechanics: who is where, who hears of what, and what a visit leads to."""

from collections import Counter

import numpy as np
import pytest

from ringfinder.events.progress import silent
from ringfinder.events.simulator.city.choice import Ranking
from ringfinder.events.simulator.city.circles import circles, parted
from ringfinder.events.simulator.city.engine import ENGINE
from ringfinder.events.simulator.city.meetings import spread, wishes
from ringfinder.events.simulator.city.occasions import OCCASIONS
from ringfinder.events.simulator.city.routine import MOVE, OFFICE, SHIFT, awake, places
from ringfinder.events.simulator.city.standing import STANDING
from ringfinder.events.simulator.clock import DAY, DAYS, END, HOUR
from ringfinder.events.simulator.engine import engine
from ringfinder.events.simulator.mixes import MIXES
from ringfinder.events.simulator.told import ACTIONS, NOTHING, Events
from ringfinder.events.simulator.trips import join_trips, make_trips

ORDER = ACTIONS.index("order")


@pytest.fixture(scope="module")
def town():
    """A city of 60,000 events without its occasions."""
    return ENGINE.found(3, 60_000)


@pytest.fixture(scope="module")
def life(town) -> Events:
    """The city's ordinary life alone."""
    parts = list(ENGINE.live_on(town, 60_000))
    assert len(parts) == DAYS
    return Events(
        **{name: np.concatenate([getattr(p, name) for p in parts]) for name in vars(parts[0])}
    )


def test_the_engine_is_listed_and_its_catalogue_keeps_the_protocol(town):
    assert engine("city") is ENGINE
    market, rng = town.market, np.random.default_rng(0)
    for items, sellers in ((1, 1), (6, 1), (16, 16), (40, 40), (14, 5), (40, 1)):
        listed = market.listing(rng, items, sellers)
        assert len(np.unique(listed)) == items
        assert len(np.unique(market.seller[listed])) >= sellers
    assert len(np.unique(market.seller[market.listing(rng, 6, 1)])) == 1
    assert market.seller.max() < market.sellers
    dear = market.dear(rng, 9)
    assert len(np.unique(dear)) == 9
    assert market.price[dear].min() >= np.quantile(market.price, 0.9)
    drawn = Counter(market.popular(rng, 20_000).tolist())
    assert max(drawn.values()) > 50 * np.median(list(drawn.values()))


def test_similar_things_lie_on_the_same_shelf(town):
    market, rng = town.market, np.random.default_rng(0)
    items = rng.integers(0, len(market.seller), 3_000)
    other = market.similar(rng, items)
    assert (market.aisle[other] == market.aisle[items]).all()
    assert (other != items).mean() > 0.95
    ratio = np.abs(np.log(market.price[other] / market.price[items]))
    random = market.searched(rng, market.aisle[items])
    assert np.median(ratio) < 0.3 * np.median(
        np.abs(np.log(market.price[random] / market.price[items]))
    )


def test_circles_hold_each_person_once():
    of = np.array([5, -1, 2, 5, 2, 2, -1])
    found = circles(of)
    assert [found.members(0).tolist(), found.members(1).tolist()] == [[2, 4, 5], [0, 3]]
    assert found.of.tolist() == [1, -1, 0, 1, 0, 0, -1]
    mates = found.mates(np.random.default_rng(0), np.arange(7))
    assert (found.of[np.maximum(mates, 0)] == found.of)[found.of >= 0].all()
    assert mates[[1, 6]].tolist() == [-1, -1]
    sizes = np.bincount(parted(np.random.default_rng(0), np.arange(900), 900, 16, 32))
    assert sizes[:-1].min() >= 16
    assert sizes.max() <= 32


def test_who_stays_keeps_device_and_address(town):
    rng, networks = np.random.default_rng(0), town.people.networks
    users = np.repeat(rng.integers(0, len(town.people), 500), 2)
    t = np.repeat(rng.integers(0, END // HOUR, 500) // 2 * 2 * HOUR, 2)
    t[1::2] += 5_000
    device, ip, moves = networks.at(rng, users, t)
    assert (device[::2] == device[1::2]).all()
    assert (ip[::2] == ip[1::2])[~moves[::2]].all()
    assert (device >= 0).all()
    assert (ip >= 0).all()
    ties = town.people.ties
    where = places(ties.job[users], ties.zone[users], t, networks.chances(users, t, 1))
    assert ((where == MOVE) == moves).all()


def test_a_home_shares_its_line_and_an_office_its_gateway(town):
    networks, ties = town.people.networks, town.people.ties
    pairs = np.flatnonzero((ties.home.of[1:] == ties.home.of[:-1]) & (networks.dormitory[1:] < 0))
    assert len(pairs) > 100
    assert (networks.home_ip[pairs] == networks.home_ip[pairs + 1]).all()
    small = int(np.flatnonzero((ties.work.sizes > 3) & (ties.work.sizes < 60))[0])
    assert len(np.unique(networks.work_ip[ties.work.members(small)])) == 1


def test_everybody_who_lives_is_seen_in_life_and_nobody_else(town, life):
    assert abs(len(life) / 60_000 - 1) < 0.03
    assert set(life.user.tolist()) == set(range(len(town.people)))
    first, last = np.full(len(town.people), END), np.zeros(len(town.people), dtype=np.int64)
    np.minimum.at(first, life.user, life.t)
    np.maximum.at(last, life.user, np.where(life.action <= ORDER, life.t, 0))
    assert (first >= town.people.join).all()
    assert ((last < town.people.leave + 2 * HOUR) | (last == 0)).all()
    away = ENGINE.found(3, 20_000)
    away.people.activity[:400] = 0
    users = np.concatenate([part.user for part in ENGINE.live_on(away, 20_000)])
    assert users.min() >= 400


def test_news_of_the_night_waits_for_the_morning():
    t = np.repeat(np.array([3, 12]), 500) * HOUR + 5 * DAY
    later = awake(np.random.default_rng(0), np.full(1_000, OFFICE), np.zeros(1_000, np.int64), t)
    assert (later[500:] == t[500:]).all()
    assert 0.75 < (later[:500] >= 5 * DAY + 7 * HOUR).mean() < 0.95
    assert later.max() < 6 * DAY
    workers = awake(np.random.default_rng(0), np.full(1_000, SHIFT), np.zeros(1_000, np.int64), t)
    assert (workers == t).all()


def test_a_visit_makes_a_further_visit_likelier(life):
    """Against the same visits with their days dealt out anew, which keeps every hour of the day."""
    order = np.lexsort((life.t, life.user))
    user, t = life.user[order], life.t[order]
    begins = np.concatenate(([True], (np.diff(user) != 0) | (np.diff(t) > HOUR // 2)))
    begins &= life.action[order] <= ORDER
    user, t = user[begins], t[begins]

    def close(times):
        again = np.lexsort((times, user))
        gap = np.diff(times[again])[np.diff(user[again]) == 0]
        return (gap < 4 * HOUR).mean()

    rng = np.random.default_rng(0)
    dealt = rng.permutation(t // DAY) * DAY + t % DAY
    assert close(t) > 2 * close(dealt)


def test_friends_buy_what_friends_bought_soon_after(town, life):
    """Purchases of a thing within three days meet in a team or class oftener than by chance."""
    rng, ties = np.random.default_rng(0), town.people.ties
    bought = np.flatnonzero(life.action == ORDER)
    bought = bought[np.lexsort((life.t[bought], life.item[bought]))]
    user, item, t = life.user[bought], life.item[bought], life.t[bought]
    pairs = []
    for step in range(1, 40):
        near = (item[step:] == item[:-step]) & (t[step:] - t[:-step] < 3 * DAY)
        near &= user[step:] != user[:-step]
        pairs.append(np.stack([user[:-step][near], user[step:][near]]))
    one, other = np.concatenate(pairs, axis=1)

    def together(names):
        a, b = names[one], names[other]
        team = (ties.team.of[a] == ties.team.of[b]) & (ties.team.of[a] >= 0)
        grade = (ties.grade.of[a] == ties.grade.of[b]) & (ties.grade.of[a] >= 0)
        return int((team | grade).sum())

    people = np.arange(len(town.people))
    by_chance = np.mean([together(rng.permutation(people)) for _ in range(20)])
    assert together(people) > 2 * by_chance


def test_what_sells_is_shown_and_fades_when_it_sells_no_more(town):
    market, rng = town.market, np.random.default_rng(0)
    ranking = Ranking(rng, market)
    item = int(market.edges[3] + np.argmin(market.fame[market.edges[3] : market.edges[4]]))

    def share() -> float:
        return float((ranking.ranked(np.full(20_000, 3)) == item).mean())

    others = market.searched(rng, np.full(60, 3))
    assert share() < 0.02
    ranking.announce(0, np.full(400, item))
    ranking.close(0)
    risen = share()
    assert 0.05 < risen < 0.12
    for day in range(1, 8):
        ranking.bought(others)
        ranking.close(day)
    assert share() < 0.4 * risen


def test_word_of_mouth_reaches_each_once_and_takes_time(town):
    rng = np.random.default_rng(0)
    seeds = np.array([5, 900, 1300, 2000])
    people, since = spread(town, rng, seeds, DAY, reach=2.5, hours=6.0, most=150)
    assert len(np.unique(people)) == len(people) == 150
    assert set(seeds) <= set(people.tolist())
    assert since.min() >= DAY
    assert np.median(since) > DAY + 6 * HOUR
    ties = town.people.ties
    for person, t in zip(people[len(seeds) :], since[len(seeds) :], strict=True):
        before = people[since < t]
        assert any(
            circle.of[person] >= 0 and (circle.of[before] == circle.of[person]).any()
            for circle in (ties.home, ties.street, ties.team, ties.grade, ties.club)
        )


def test_wishes_have_the_density_asked_for():
    rng = np.random.default_rng(0)
    who, what = wishes(rng, np.arange(10, 410), np.arange(30), 0.2)
    assert 0.17 < len(who) / (400 * 30) < 0.23
    assert who.min() >= 10
    assert np.bincount(what).std() > 2 * np.sqrt(400 * 0.2 * 0.8)


@pytest.mark.parametrize("row", OCCASIONS, ids=lambda row: row.kind)
def test_every_occasion_brings_several_people_to_the_same_things(row):
    """But at a wedding, where what is taken is taken."""
    town = ENGINE.found(6, 60_000)
    several = 0
    for number in range(4):
        trips = row.happen(town, np.random.default_rng(number))
        assert (trips.ring == -1).all()
        assert len(trips) > 1
        pairs = np.unique(np.stack([trips.user, trips.item]), axis=1)
        several += np.bincount(pairs[1]).max() >= 2 or row.kind == "wedding"
    assert several >= 3


def test_gather_records_every_kind_and_an_asked_one_only_where_it_is_asked():
    kinds = {row.kind for row in OCCASIONS if not row.asked} | set(STANDING)
    for mix, extra in (("none", set()), ("gatherings", {"gathering"})):
        town = ENGINE.found(8, 60_000)
        ENGINE.gather(town, MIXES[mix], silent)
        assert {kind for kind, _ in town.crowds} == kinds | extra
        assert all(len(np.unique(users)) == len(users) > 1 for _, users in town.crowds)
        trips = join_trips(town.trips)
        people = town.people
        assert (trips.t >= people.join[trips.user]).mean() == 1
        for sale in town.promotions:
            there = (trips.item == sale.item) & (trips.t >= sale.start)
            assert (there & (trips.t < sale.start + sale.span)).sum() >= 10


def test_the_smallest_city_has_a_promotion():
    town = ENGINE.found(0, 2_000)
    ENGINE.gather(town, MIXES["mixed"], silent)
    assert len(town.promotions) == 1


def test_planned_trips_are_told_whole(town):
    trips = make_trips(
        np.array([1, 2, 3, 4]),
        np.array([10, 11, 12, 13]),
        np.array([DAY, DAY, END - 1, END + 5]),
        views=2,
        device=np.array([-2, 99, -2, -2]),
        ip=np.array([-2, 77, -2, -2]),
        buy=np.array([True, True, False, True]),
        refund=np.array([3 * DAY, -1, -1, -1]),
        review=np.array([-1, 2 * DAY, -1, -1]),
    )
    events = ENGINE.tell(town, np.random.default_rng(0), trips)
    assert set(events.user.tolist()) == {1, 2, 3}
    assert (events.t < END).all()
    mine = events.user == 1
    names = [ACTIONS[code] for code in events.action[mine][np.argsort(events.t[mine])]]
    assert names == ["login", "view", "view", "view", "cart", "order", "pay", "refund"]
    second = events.user == 2
    assert set(events.device[second].tolist()) <= {99, NOTHING}
    assert set(events.ip[second].tolist()) <= {77, NOTHING}
    priced = np.isin(events.action, [2, 3, 4, 6])
    assert (np.isnan(events.amount) == ~priced).all()
