"""What follows a purchase: the parcel comes, some write about it, some send it back."""

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.clock import DAY
from ringfinder.events.simulator.trips import NEVER

Ints = NDArray[np.int64]

_REVIEWS, _REFUNDS = 0.13, 0.05


def after_purchase(rng: np.random.Generator, n: int) -> tuple[Ints, Ints]:
    """Delays of review and refund after payment, in milliseconds; `NEVER` for most."""
    delivery = rng.gamma(4.0, 0.8, n)
    review = ((delivery + rng.exponential(2.5, n)) * DAY).astype(np.int64)
    refund = ((delivery + rng.exponential(3.0, n) + 0.3) * DAY).astype(np.int64)
    return (
        np.where(rng.random(n) < _REVIEWS, review, NEVER),
        np.where(rng.random(n) < _REFUNDS, refund, NEVER),
    )
