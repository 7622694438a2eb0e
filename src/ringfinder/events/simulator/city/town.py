"""The world of this engine by its own types."""

from ringfinder.events.simulator.city.citizens import Citizens
from ringfinder.events.simulator.city.market import Market
from ringfinder.events.simulator.world import World

Town = World[Market, Citizens]
