"""The engine "city": a market, a city of people, what brings them together, and their days."""

from collections.abc import Iterator

import numpy as np

from ringfinder.events.progress import Progress
from ringfinder.events.simulator.city.citizens import settle
from ringfinder.events.simulator.city.days import Life
from ringfinder.events.simulator.city.market import open_market
from ringfinder.events.simulator.city.networks import wire
from ringfinder.events.simulator.city.occasions import hold
from ringfinder.events.simulator.city.routine import common_rhythm
from ringfinder.events.simulator.city.telling import planned
from ringfinder.events.simulator.city.ties import tie
from ringfinder.events.simulator.city.town import Town
from ringfinder.events.simulator.engine import Engine
from ringfinder.events.simulator.mixes import Mix
from ringfinder.events.simulator.told import Events
from ringfinder.events.simulator.trips import Trips
from ringfinder.events.simulator.world import Counters, World, stage

PEOPLE_AN_EVENT = 1 / 22.5
FEWEST_PEOPLE = 80


def found(seed: int, events: int) -> Town:
    """A city for a log of about `events` events: some 23 for each of its people."""
    rng = stage(seed, "city")
    counters = Counters()
    ties = tie(rng, max(FEWEST_PEOPLE, round(events * PEOPLE_AN_EVENT)))
    people = settle(rng, ties, wire(rng, ties, counters, salt=seed % 1_000_003))
    return World(
        seed=seed,
        events=events,
        rhythm=common_rhythm(ties.job, ties.zone, people.activity),
        market=open_market(rng, events),
        people=people,
        counters=counters,
    )


def gather(town: Town, mix: Mix, progress: Progress) -> None:
    """Hold what brings people together: see the table of occasions."""
    hold(town, mix.lookalikes, progress)


def tell(town: Town, rng: np.random.Generator, trips: Trips) -> Events:
    """The events of planned trips; what they bought will show in the ranking."""
    return planned(town.market, town.people.networks, rng, trips)


def live_on(town: Town, left: int) -> Iterator[Events]:
    """About `left` further events, one day after another."""
    return Life(town).days(left)


ENGINE = Engine(found=found, gather=gather, tell=tell, live_on=live_on)
