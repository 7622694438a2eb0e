"""Trade: people who come back to the same goods because they use or sell them."""

from ringfinder.rings.hypotheses.protocol import Figures, untested, verdict
from ringfinder.rings.ring import Check

BACK = 0.15
"""Share of listed purchases made again on another day above which people come back."""
HANDFUL = 12
LONG = 0.7
ONE_DESK = 0.5
PASSERS_BY = 0.3
FEW_SHOPS = 2

_UNKNOWN = "no listed purchase could be made again"


def company(figures: Figures) -> Check:
    """Company purchasing: one lasting office address, the same supplies again and again."""
    name = "company purchasing"
    if "returns" not in figures:
        return untested(name, _UNKNOWN)
    if figures["places_cover"] == 0:
        return untested(name, "the members share no address beyond chance")
    desk, life = figures["top_place_cover"], figures["top_place_life"]
    text = (
        f"{_again(figures)}; {100 * desk:.0f} % used one address, in use during "
        f"{100 * life:.0f} % of the window"
    )
    supported = figures["returns"] >= BACK and desk >= ONE_DESK and life >= LONG
    return verdict(name, figures["returns"], text, supported=supported)


def reseller(figures: Figures) -> Check:
    """A reseller: a handful of buyers at one desk who buy stock again and again."""
    name = "reseller"
    if "returns" not in figures:
        return untested(name, _UNKNOWN)
    cover = max(figures["things_cover"], figures["places_cover"])
    text = (
        f"{figures['size']:.0f} buyers, {100 * cover:.0f} % sharing a device or address; "
        f"{_again(figures)}"
    )
    supported = figures["returns"] >= BACK and figures["size"] <= HANDFUL and cover >= ONE_DESK
    return verdict(name, figures["returns"], text, supported=supported)


def regulars(figures: Figures) -> Check:
    """Regulars of a shop: neighbours who come back for much the same, week after week."""
    name = "regulars of a shop"
    if "returns" not in figures:
        return untested(name, _UNKNOWN)
    cover = max(figures["things_cover"], figures["top_place_cover"])
    text = (
        f"{_again(figures)}, over {100 * figures['span']:.0f} % of the window, at "
        f"{figures['sellers']:.0f} seller{'s' * (figures['sellers'] != 1)}"
    )
    supported = (
        figures["returns"] >= BACK
        and figures["span"] >= LONG
        and figures["sellers"] <= FEW_SHOPS
        and cover < PASSERS_BY
    )
    return verdict(name, figures["returns"], text, supported=supported)


def _again(figures: Figures) -> str:
    return f"{100 * figures['returns']:.0f} % of the listed purchases were made again another day"
