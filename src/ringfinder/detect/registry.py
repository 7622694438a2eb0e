"""The detectors by name; listing them imports none of them."""

from importlib import import_module

from ringfinder.detect.protocol import Detector
from ringfinder.errors import InputError

DETECTORS = {
    "hybrid": "ringfinder.detect.hybrid:Hybrid",
    "flat": "ringfinder.detect.flat:Flat",
}


def detector(name: str) -> type[Detector]:
    """Import the class of a detector; `InputError` names the known ones."""
    if name not in DETECTORS:
        raise InputError(
            "there is no such detector",
            f"{name!r} is unknown",
            f"use one of {', '.join(DETECTORS)}",
        )
    module, _, attribute = DETECTORS[name].partition(":")
    found: type[Detector] = getattr(import_module(module), attribute)
    return found
