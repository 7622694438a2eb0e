"""A shared place: home, office, cafe, counter or carrier."""

from ringfinder.rings.hypotheses.protocol import Figures, untested, verdict
from ringfinder.rings.ring import Check

COMMON_LIST = 8.0
"""Nats a member from common targets below which people merely share a place."""
EVERYBODY = 0.7
ALWAYS = 0.7
HOUSEHOLD = 8
MOST = 0.5
CROWDED = 0.3
"""Share of members among all who use the shared identifiers below which strangers use them."""
AN_ERRAND = 2.0
"""Listed deals a member below which everybody came for something of their own."""


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


def family(figures: Figures) -> Check:
    """A family: few people at one address who do not buy the same."""
    name = "family"
    if figures["places_cover"] == 0:
        return untested(name, "the members share no address beyond chance")
    size, cover = figures["size"], figures["top_place_cover"]
    text = (
        f"{size:.0f} people, {100 * cover:.0f} % of them at one address, with "
        f"{figures['target_nats']:.1f} nats each of common purchases"
    )
    supported = size <= HOUSEHOLD and cover >= EVERYBODY and figures["target_nats"] < COMMON_LIST
    return verdict(name, size, text, supported=supported)


def carrier(figures: Figures) -> Check:
    """A carrier: addresses that many strangers use as well, and no device in common."""
    name = "carrier network"
    if figures["places_cover"] == 0:
        return untested(name, "the members share no address beyond chance")
    own, things = figures["exclusivity"], figures["things_cover"]
    text = (
        f"members are {100 * own:.0f} % of those who use what they share, and "
        f"{100 * things:.0f} % of them share a device"
    )
    supported = own <= CROWDED and things < CROWDED and figures["places_cover"] >= MOST
    return verdict(name, own, text, supported=supported)


def cafe(figures: Figures) -> Check:
    """An internet cafe or kiosk: public machines at one address, everybody buys their own."""
    name = "cafe or kiosk"
    if figures["things_cover"] == 0:
        return untested(name, "the members share no device beyond chance")
    nats, cover = figures["target_nats"], min(figures["things_cover"], figures["top_place_cover"])
    text = (
        f"{100 * cover:.0f} % of the members used shared machines at one address, with "
        f"{nats:.1f} nats each of common purchases"
    )
    return verdict(name, nats, text, supported=cover >= MOST and nats < COMMON_LIST)


def agent(figures: Figures) -> Check:
    """A travel agent: customers' accounts at one counter, each for an errand of its own."""
    name = "travel agent"
    if figures["things_cover"] == 0:
        return untested(name, "the members share no device beyond chance")
    each, cover = figures["deals_each"], min(figures["things_cover"], figures["top_place_cover"])
    text = (
        f"{100 * cover:.0f} % of the members were served on shared machines at one address, "
        f"{each:.1f} listed deals each"
    )
    return verdict(name, each, text, supported=cover >= EVERYBODY and each < AN_ERRAND)
