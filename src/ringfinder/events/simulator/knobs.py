"""The knobs of a world: how hard its rings are to see, beside what the mix says."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

from ringfinder.errors import InputError


@dataclass(frozen=True)
class Knobs:
    """Factors and shares by which the rings of a world differ from those of its mix.

    Factors, 1 as the mix has it: `rings` of their number, so of the fraud share; `size` of a
    ring's accounts; `strength` of the ring orders an account places; `density` of the share of the
    ring's items that a member takes; `camouflage` of the cover visits; `pace` of the time the work
    takes. Shares: `rotation` of the uses of shared devices and addresses that get one nobody else
    has; `clean` of the rings that work in the stealthy form, the mix's own where None; `overlap`
    of a ring's accounts that work for another ring too. `organic` counts honest orders on the
    ring's items for each ring order.
    """

    rings: float = 1.0
    size: float = 1.0
    strength: float = 1.0
    density: float = 1.0
    camouflage: float = 1.0
    pace: float = 1.0
    rotation: float = 0.0
    clean: float | None = None
    overlap: float = 0.0
    organic: float = 0.0

    def told(self) -> dict[str, float]:
        """The knobs that are not at rest, by name."""
        return {
            name: value for name, value in asdict(self).items() if value != getattr(AT_REST, name)
        }


AT_REST = Knobs()
FACTORS = ("rings", "size", "strength", "density", "camouflage", "pace")
SHARES = ("rotation", "clean", "overlap")

_LIMITS = {
    "rings": (0.0, 20.0),
    "size": (0.1, 20.0),
    "strength": (0.1, 20.0),
    "density": (0.1, 10.0),
    "camouflage": (0.0, 50.0),
    "pace": (0.1, 30.0),
    "rotation": (0.0, 1.0),
    "clean": (0.0, 1.0),
    "overlap": (0.0, 0.9),
    "organic": (0.0, 100.0),
}
"""The least and the greatest value of each knob."""


def parse_knobs(settings: Iterable[str]) -> Knobs:
    """Knobs from words like `camouflage=4`; the last word on a knob counts.

    Raises `InputError` for an unknown knob and for a value that is no number or out of range.
    """
    values: dict[str, float] = {}
    for word in settings:
        name, _, text = word.partition("=")
        if name not in _LIMITS:
            known = ", ".join(field.name for field in fields(Knobs))
            raise InputError(f"there is no knob {name!r}", f"you wrote {word!r}", f"use {known}")
        low, high = _LIMITS[name]
        try:
            values[name] = float(text)
        except ValueError:
            values[name] = float("nan")
        if not low <= values[name] <= high:
            raise InputError(
                f"cannot set the knob {name} to {text!r}",
                f"it takes a number from {low:g} to {high:g}",
                f"write it as {name}={max(low, 1.0) if high >= 1 else high:g}",
            )
    return Knobs(**values)
