"""Closure: whether others who did most of this do likewise, or take the same things together."""

from ringfinder.rings.hypotheses.protocol import Figures, untested, verdict
from ringfinder.rings.ring import Check

OPEN = 1.0
"""Outsiders for each member above which the group is an arbitrary cut through a crowd."""

TOGETHER = 2.0
"""Times above chance at which outsiders tell of one taste, a bundle or a recipe."""

ONE_VISIT = 0.5
STRANGERS = 0.3
"""Share of members with a shared device or address below which they are strangers."""


def open_crowd(figures: Figures) -> Check:
    """An open crowd: as many outsiders as members did much of the same."""
    name = "open crowd"
    if figures["targets"] < 2:
        return untested(
            name, "fewer than two items are shared, so there is no list to have half of"
        )
    near = figures["near40"]
    outsiders = round(near * figures["size"])
    text = (
        f"{outsiders} others did at least 40 % of what a member did, "
        f"{near:.2f} for each of the {figures['size']:.0f} members"
    )
    return verdict(name, near, text, supported=near >= OPEN)


def common_taste(figures: Figures) -> Check:
    """One taste: people outside the group, too, take the listed things together."""
    name = "one taste"
    if "lift" not in figures:
        return untested(name, "no two listed items can be compared")
    lift = figures["lift"]
    text = f"others took two listed items together {lift:.1f} times as often as chance would"
    return verdict(name, lift, text, supported=lift >= TOGETHER)


def one_basket(figures: Figures) -> Check:
    """Things recommended together, a recipe, a list: several of them in one visit."""
    name = "bundle, recipe or list"
    if "visits" not in figures:
        return untested(name, "no member made several of the listed deals")
    share = figures["visits"]
    cover = max(figures["things_cover"], figures["places_cover"])
    text = (
        f"where a member made several listed deals, {100 * share:.0f} % fell in one visit with "
        f"another, and {100 * cover:.0f} % of the members share a device or address"
    )
    return verdict(name, share, text, supported=share >= ONE_VISIT and cover < STRANGERS)
