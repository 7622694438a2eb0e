"""The table of innocent hypotheses; a new one is one function and one row."""

from importlib import import_module

from ringfinder.rings.hypotheses.protocol import Figures, Hypothesis
from ringfinder.rings.ring import Check

HYPOTHESES = (
    "ringfinder.rings.hypotheses.closure:open_crowd",
    "ringfinder.rings.hypotheses.closure:common_taste",
    "ringfinder.rings.hypotheses.closure:one_basket",
    "ringfinder.rings.hypotheses.event:flash_sale",
    "ringfinder.rings.hypotheses.event:live_stream",
    "ringfinder.rings.hypotheses.event:friends",
    "ringfinder.rings.hypotheses.event:group_buying",
    "ringfinder.rings.hypotheses.event:campaign",
    "ringfinder.rings.hypotheses.hobby:hobby",
    "ringfinder.rings.hypotheses.place:shared_place",
    "ringfinder.rings.hypotheses.place:family",
    "ringfinder.rings.hypotheses.place:office",
    "ringfinder.rings.hypotheses.place:carrier",
    "ringfinder.rings.hypotheses.place:cafe",
    "ringfinder.rings.hypotheses.place:agent",
    "ringfinder.rings.hypotheses.trade:company",
    "ringfinder.rings.hypotheses.trade:reseller",
    "ringfinder.rings.hypotheses.trade:regulars",
)


def check_all(figures: Figures) -> tuple[Check, ...]:
    """Every hypothesis tested on one group, in the order of the table."""
    checks = []
    for reference in HYPOTHESES:
        module, name = reference.split(":")
        hypothesis: Hypothesis = getattr(import_module(module), name)
        checks.append(hypothesis(figures))
    return tuple(checks)
