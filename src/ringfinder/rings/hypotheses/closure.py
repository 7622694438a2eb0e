"""Closure: whether others who did most of this do likewise."""

from ringfinder.rings.hypotheses.protocol import Figures, untested, verdict
from ringfinder.rings.ring import Check

OPEN = 1.0
"""Outsiders for each member above which the group is an arbitrary cut through a crowd."""


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
