"""The engine of tastes, put together."""

from ringfinder.events.simulator.engine import Engine
from ringfinder.events.simulator.tastes.background import live_on
from ringfinder.events.simulator.tastes.lookalikes import gather_lookalikes
from ringfinder.events.simulator.tastes.market import open_market
from ringfinder.events.simulator.tastes.people import settle
from ringfinder.events.simulator.tastes.rhythm import RHYTHM
from ringfinder.events.simulator.tastes.telling import tell
from ringfinder.events.simulator.tastes.town import Town
from ringfinder.events.simulator.world import Counters, stage


def found(seed: int, events: int) -> Town:
    """An empty world for a log of about `events` events."""
    rng = stage(seed, "found")
    market = open_market(rng, events)
    counters = Counters()
    return Town(seed, events, RHYTHM, market, settle(rng, events, market, counters), counters)


ENGINE = Engine(found=found, gather=gather_lookalikes, tell=tell, live_on=live_on)
