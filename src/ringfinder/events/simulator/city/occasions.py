"""What brings people of the city together: one row a kind."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ringfinder.events.progress import Progress
from ringfinder.events.simulator.city import audiences, hearsay, local
from ringfinder.events.simulator.city.gathering import gathering
from ringfinder.events.simulator.city.standing import standing_crowds
from ringfinder.events.simulator.city.town import Town
from ringfinder.events.simulator.trips import Trips

_ROOM_FOR_ALL = 20_000
"""From so many events on, a world holds each kind at least once."""


@dataclass(frozen=True)
class Occasion:
    """One kind of crowd: what it does, and in how many events there is one.

    An `asked` kind is held only in mixes that name it, a `needed` one in the smallest world too.
    """

    kind: str
    happen: Callable[[Town, np.random.Generator], Trips]
    every: int
    asked: bool = False
    needed: bool = False


OCCASIONS = (
    Occasion("new_user_campaign", hearsay.new_user_campaign, 100_000),
    Occasion("flash_sale", audiences.flash_sale, 60_000, needed=True),
    Occasion("live_stream", audiences.live_stream, 75_000),
    Occasion("fan_club", audiences.fan_club, 55_000),
    Occasion("group_buying", hearsay.group_buying, 15_000),
    Occasion("gift_card", audiences.gift_cards, 150_000),
    Occasion("staple", audiences.weekly_bargain, 150_000),
    Occasion("company", local.company_purchasing, 60_000),
    Occasion("reseller", audiences.resellers, 75_000),
    Occasion("travel_agent", local.travel_agent, 75_000),
    Occasion("reading_list", local.reading_list, 50_000),
    Occasion("team_kit", local.team_kit, 60_000),
    Occasion("bulk_order", local.bulk_order, 60_000),
    Occasion("regulars", local.regulars, 60_000),
    Occasion("storm", local.storm, 150_000),
    Occasion("charity_drive", local.charity_drive, 100_000),
    Occasion("viral_trend", hearsay.viral_trend, 75_000),
    Occasion("flu_wave", hearsay.flu_wave, 150_000),
    Occasion("wedding", hearsay.wedding, 75_000),
    Occasion("recipe_fad", audiences.recipe_fad, 75_000),
    Occasion("game_release", audiences.game_release, 150_000),
    Occasion("match_evening", audiences.match_evening, 150_000),
    Occasion("gathering", gathering, 12_000, asked=True),
)
"""The campaign comes first: it says when accounts are opened."""


def hold(town: Town, asked: tuple[str, ...], progress: Progress) -> None:
    """Hold the occasions and record every crowd, those that need no occasion too."""
    town.crowds.extend(standing_crowds(town))
    for place, row in enumerate(OCCASIONS):
        progress("gathering crowds", place, len(OCCASIONS))
        if row.asked and row.kind not in asked:
            continue
        fewest = 1 if row.needed or town.events >= _ROOM_FOR_ALL else 0
        for number in range(max(fewest, round(town.events / row.every))):
            trips = _of_the_living(town, row.happen(town, town.stage(f"{row.kind} {number}")))
            came = np.unique(trips.user).astype(np.int64)
            if len(came) > 1:
                town.trips.append(trips)
                town.crowds.append((row.kind, came))


def _of_the_living(town: Town, trips: Trips) -> Trips:
    """The trips of people whose account exists at that time."""
    people = town.people
    here = (trips.t >= people.join[trips.user]) & (trips.t < people.leave[trips.user])
    return Trips(**{name: column[here] for name, column in vars(trips).items()})
