"""A shared place: home, office, cafe or carrier."""

from ringfinder.rings.hypotheses.protocol import Figures, untested, verdict
from ringfinder.rings.ring import Check

COMMON_LIST = 8.0
"""Nats a member from common targets below which people merely share a place."""
EVERYBODY = 0.7
ALWAYS = 0.7


def shared_place(figures: Figures) -> Check:
    """People at one place: they share machines or addresses but not what they buy."""
    name = "shared home, cafe or network"
    if figures["things_cover"] + figures["places_cover"] == 0:
        return untested(name, "the members share no device or address beyond chance")
    nats = figures["target_nats"]
    text = (
        f"{100 * max(figures['things_cover'], figures['places_cover']):.0f} % of the members share "
        f"a device or address, and {figures['targets']:.0f} items are common to them"
    )
    return verdict(name, nats, text, supported=nats < COMMON_LIST)


def office(figures: Figures) -> Check:
    """Colleagues: one address serves nearly all members during nearly the whole window."""
    name = "office or dormitory"
    if figures["places_cover"] == 0:
        return untested(name, "the members share no address beyond chance")
    cover, life = figures["top_place_cover"], figures["top_place_life"]
    text = (
        f"the busiest shared address serves {100 * cover:.0f} % of the members and was in use "
        f"during {100 * life:.0f} % of the window"
    )
    return verdict(name, min(cover, life), text, supported=cover >= EVERYBODY and life >= ALWAYS)
