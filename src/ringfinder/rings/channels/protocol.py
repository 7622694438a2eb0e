"""What every channel gets and gives."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from ringfinder.features.snapshot import Snapshot
from ringfinder.rings.deals import FAMILIES, Deals, Identifiers, deals, identifiers
from ringfinder.rings.window import ordinary

Codes = npt.NDArray[np.int32]


class Log(NamedTuple):
    """A snapshot in the shapes that channels read."""

    snapshot: Snapshot
    deals: Deals
    idents: Identifiers

    @property
    def window(self) -> tuple[int, int]:
        """First and last time of the ordinary window, microseconds."""
        return ordinary(self.snapshot.events.ts)

    @property
    def deal_user(self) -> Codes:
        """User of each user-major deal, int32 [deals]."""
        return np.repeat(
            np.arange(len(self.deals.ptr) - 1, dtype=np.int32), np.diff(self.deals.ptr)
        )

    @property
    def deal_family(self) -> npt.NDArray[np.int64]:
        """Position in `FAMILIES` of each user-major deal, int64 [deals]."""
        return self.deals.target.astype(np.int64) // max(1, self.deals.n_plain)

    @property
    def deal_seller(self) -> npt.NDArray[np.int64]:
        """Family and seller of each user-major deal as one code, -1 without seller."""
        seller = self.deals.seller[self.deals.target].astype(np.int64)
        return np.where(seller >= 0, seller * len(FAMILIES) + self.deal_family, -1)


class Channel(Protocol):
    """Proposes groups of users that leave one kind of trace together."""

    def __call__(self, log: Log) -> Iterator[Codes]:
        """Yield arrays of distinct user codes; the same log gives the same groups in order."""


def read_log(snapshot: Snapshot) -> Log:
    """The deals and identifiers of a snapshot."""
    return Log(snapshot, deals(snapshot), identifiers(snapshot))
