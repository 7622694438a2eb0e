"""The table of innocent hypotheses; a new one is one function and one row."""

from importlib import import_module

from ringfinder.rings.hypotheses.protocol import Figures, Hypothesis
from ringfinder.rings.ring import Check

HYPOTHESES = (
    "ringfinder.rings.hypotheses.closure:open_crowd",
    "ringfinder.rings.hypotheses.event:crowd_event",
    "ringfinder.rings.hypotheses.event:friends",
    "ringfinder.rings.hypotheses.event:campaign",
    "ringfinder.rings.hypotheses.hobby:hobby",
    "ringfinder.rings.hypotheses.place:shared_place",
    "ringfinder.rings.hypotheses.place:office",
)


def check_all(figures: Figures) -> tuple[Check, ...]:
    """Every hypothesis tested on one group, in the order of the table."""
    checks = []
    for reference in HYPOTHESES:
        module, name = reference.split(":")
        hypothesis: Hypothesis = getattr(import_module(module), name)
        checks.append(hypothesis(figures))
    return tuple(checks)
