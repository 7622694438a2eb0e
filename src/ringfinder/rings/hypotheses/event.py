"""One public event: a flash sale, a live stream, friends who order together, a campaign."""

from ringfinder.rings.hypotheses.protocol import Figures, untested, verdict
from ringfinder.rings.ring import Check

ALONE = 1.5
"""Nats of time a deal below which a group does not act in step at all."""
FEW_FRIENDS = 12
MENU = 0.3
"""Density below which everybody picked something else from the menu."""
AUDIENCE = 40
EVENINGS = 3
OFFERS = 2
GROUP_PRICES = 3
NEWBORN = 1.5


def flash_sale(figures: Figures) -> Check:
    """A flash sale: many people, one offer, one occasion."""
    name = "flash sale"
    if figures["time_per_deal"] < ALONE:
        return untested(name, "too little of what they share was done in step")
    occasions, offers, size = figures["occasions"], figures["targets"], figures["size"]
    told = f"{_times(offers, 'offer')} in step on {_times(occasions, 'occasion')}"
    text = f"{size:.0f} people took {told}"
    supported = offers <= OFFERS and occasions <= OFFERS and size >= AUDIENCE
    return verdict(name, occasions, text, supported=supported)


def live_stream(figures: Figures) -> Check:
    """A live-stream drop: an audience that picks from one menu on an evening or a few."""
    name = "live-stream drop"
    if figures["targets"] <= OFFERS:
        return untested(name, "there is no menu to pick from")
    density, occasions = figures["density"], figures["occasions"]
    text = (
        f"{figures['size']:.0f} people took {100 * density:.0f} % each of {figures['targets']:.0f} "
        f"items, in step on {_times(occasions, 'occasion')}"
    )
    supported = density < MENU and 1 <= occasions <= EVENINGS and figures["size"] >= AUDIENCE
    return verdict(name, density, text, supported=supported)


def friends(figures: Figures) -> Check:
    """Friends who buy together: a handful of people on a single occasion."""
    name = "friends buying together"
    if figures["time_per_deal"] < ALONE:
        return untested(name, "too little of what they share was done in step")
    size, occasions = figures["size"], figures["occasions"]
    text = f"{size:.0f} people acted in step on {_times(occasions, 'occasion')}"
    return verdict(name, size, text, supported=size <= FEW_FRIENDS and occasions <= 1)


def group_buying(figures: Figures) -> Check:
    """Group buying: a handful who need each other to reach the price of one to three things."""
    name = "group buying"
    if figures["time_per_deal"] < ALONE:
        return untested(name, "too little of what they share was done in step")
    size, offers, density = figures["size"], figures["targets"], figures["density"]
    text = f"{size:.0f} people in step took {100 * density:.0f} % each of {_times(offers, 'offer')}"
    supported = size <= FEW_FRIENDS and offers <= GROUP_PRICES and density >= 1 - MENU
    return verdict(name, offers, text, supported=supported)


def campaign(figures: Figures) -> Check:
    """A new-user campaign: newcomers take one offer and share nothing else."""
    name = "new-user campaign"
    if figures["birth_nats"] < NEWBORN:
        return untested(name, "the members did not join together")
    cover = max(figures["things_cover"], figures["places_cover"])
    text = (
        f"the members joined together, took {_times(figures['targets'], 'offer')}, and "
        f"{100 * cover:.0f} % share a device or address"
    )
    supported = figures["targets"] <= OFFERS and cover < MENU
    return verdict(name, cover, text, supported=supported)


def _times(number: float, word: str) -> str:
    return f"{number:.0f} {word}{'s' * (number != 1)}"
