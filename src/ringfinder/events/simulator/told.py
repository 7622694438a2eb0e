"""The events of a world as columns, as an engine tells them and the files hold them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ACTIONS = ("login", "view", "cart", "order", "pay", "review", "refund")
NOTHING = -1
"""The code of an absent item, device or address."""


@dataclass(frozen=True)
class Events:
    """Columns of equal length; `t` in milliseconds, `action` a position in `ACTIONS`.

    Entities are numbers that the engine handed out, `NOTHING` where absent; `amount` is NaN where
    absent; `ring` the number of a planted ring or -1, `camouflage` whether it is that ring's cover.
    """

    t: NDArray[np.int64]
    user: NDArray[np.int32]
    action: NDArray[np.int8]
    item: NDArray[np.int32]
    device: NDArray[np.int32]
    ip: NDArray[np.int32]
    amount: NDArray[np.float64]
    ring: NDArray[np.int32]
    camouflage: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.t)
