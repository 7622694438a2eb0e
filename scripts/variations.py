"""Worlds of the simulator whose rings work otherwise than any mix at rest has them."""

from pathlib import Path

import numpy as np

from ringfinder.events.simulator.knobs import Knobs
from ringfinder.pipeline.simulate import simulate

MIXES = ("mixed", "mixed", "mixed", "improvised", "slow", "bursty", "identifier")
EVENTS = (300_000, 150_000)
"""Taken in turn, by seed."""

FACTORS = {
    "size": (0.5, 2.0),
    "strength": (0.4, 1.6),
    "density": (0.5, 1.6),
    "camouflage": (0.5, 8.0),
    "pace": (0.5, 4.0),
}
ORGANIC = (0.5, 8.0)
"""Ends of what is drawn, log-uniform."""

SHARES = {"rotation": 0.7, "clean": 0.8, "overlap": 0.3}
"""Greatest share of each, uniform from zero; overlap and organic rest in every other world."""


def drawn_knobs(seed: int) -> Knobs:
    """Knobs drawn one by one and widely: nobody knows how the rings of a team's log hide."""
    rng = np.random.default_rng([seed, *b"knobs"])
    drawn = {name: float(np.exp(rng.uniform(*np.log(ends)))) for name, ends in FACTORS.items()}
    drawn |= {name: float(rng.uniform(0, most)) for name, most in SHARES.items()}
    drawn["organic"] = float(np.exp(rng.uniform(*np.log(ORGANIC))))
    for name in ("overlap", "organic"):
        if rng.random() < 0.5:
            drawn[name] = 0.0
    return Knobs(**drawn)


def vary(directory: Path, engine: str, seed: int) -> None:
    """Write a world of an engine with knobs, mix and length that follow from the seed."""
    simulate(
        directory,
        events=EVENTS[seed % len(EVENTS)],
        seed=seed,
        mix=MIXES[seed % len(MIXES)],
        engine=engine,
        knobs=drawn_knobs(seed),
    )
