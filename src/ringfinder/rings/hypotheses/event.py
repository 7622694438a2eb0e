"""One public event: a flash sale, a live stream, friends who order together, a campaign."""

from ringfinder.rings.hypotheses.protocol import Figures, untested, verdict
from ringfinder.rings.ring import Check

ALONE = 1.5
"""Nats of time a deal below which a group does not act in step at all."""
FEW_FRIENDS = 12
MENU = 0.3
"""Density below which everybody picked something else from the menu."""
AUDIENCE = 40
NEWBORN = 1.5


def crowd_event(figures: Figures) -> Check:
    """A flash sale or live stream: many people, one occasion, everybody picks from a menu."""
    name = "flash sale or live stream"
    if figures["time_per_deal"] < ALONE:
        return untested(name, "the members do not act in step")
    occasions, density = figures["occasions"], figures["density"]
    text = (
        f"the members acted in step on {occasions:.0f} occasion{'s' * (occasions != 1)}, "
        f"each taking {100 * density:.0f} % of the list"
    )
    supported = (
        occasions <= 1
        and figures["size"] >= AUDIENCE
        and (density < MENU or figures["targets"] == 1)
    )
    return verdict(name, occasions, text, supported=supported)


def friends(figures: Figures) -> Check:
    """Friends who buy together: a handful of people on a single occasion."""
    name = "friends buying together"
    if figures["time_per_deal"] < ALONE:
        return untested(name, "the members do not act in step")
    size, occasions = figures["size"], figures["occasions"]
    text = f"{size:.0f} people acted in step on {occasions:.0f} occasion{'s' * (occasions != 1)}"
    return verdict(name, size, text, supported=size <= FEW_FRIENDS and occasions <= 1)


def campaign(figures: Figures) -> Check:
    """A new-user campaign: newcomers take one offer and share nothing else."""
    name = "new-user campaign"
    if figures["birth_nats"] < NEWBORN:
        return untested(name, "the members did not join together")
    cover = max(figures["things_cover"], figures["places_cover"])
    offers = figures["targets"]
    text = (
        f"the members joined together, took {offers:.0f} offer{'s' * (offers != 1)}, and "
        f"{100 * cover:.0f} % share a device or address"
    )
    return verdict(name, cover, text, supported=figures["targets"] <= 2 and cover < MENU)
