"""A fan club or niche hobby: a long list from which everybody takes something, over weeks."""

from ringfinder.rings.hypotheses.protocol import Figures, untested, verdict
from ringfinder.rings.ring import Check

LONG_LIST = 12
MENU = 0.35
IN_STEP = 1.0


def hobby(figures: Figures) -> Check:
    """Shared taste: many items, thinly covered, no common hour, no shared identifier."""
    name = "fan club or hobby"
    if figures["targets"] < LONG_LIST:
        return untested(name, f"the list holds only {figures['targets']:.0f} items")
    cover = max(figures["things_cover"], figures["places_cover"])
    density = figures["density"]
    text = (
        f"{figures['targets']:.0f} items of {figures['sellers']:.0f} sellers, a member bought "
        f"{100 * density:.0f} % of them, {100 * cover:.0f} % share a device or address"
    )
    supported = density < MENU and figures["time_per_deal"] < IN_STEP and cover < MENU
    return verdict(name, density, text, supported=supported)
