"""The events of a snapshot as integer columns: what loops over events reads."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MISSING = -1
"""The code of an entity that an event does not name."""

NO_AMOUNT = np.iinfo(np.int64).min
"""The amount of an event that names none."""


@dataclass(frozen=True)
class CodedEvents:
    """Events sorted by (ts, event_id), one array a column, row r at position r.

    `ts` int64 microseconds UTC, `user` int32, `action` int8 (a position in `vocabulary.ACTIONS`),
    `entity` int32 by entity type (`MISSING` where absent), `amount` int64 in 1/`AMOUNT_SCALE` units
    (`NO_AMOUNT` where absent). `by_user` int64 [events] lists rows grouped by user, in time order
    inside a user; user u's rows are `by_user[user_ptr[u]:user_ptr[u + 1]]`.
    """

    ts: npt.NDArray[np.int64]
    user: npt.NDArray[np.int32]
    action: npt.NDArray[np.int8]
    entity: Mapping[str, npt.NDArray[np.int32]]
    amount: npt.NDArray[np.int64]
    by_user: npt.NDArray[np.int64]
    user_ptr: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """Count the events."""
        return len(self.ts)

    @property
    def first_seen(self) -> npt.NDArray[np.int64]:
        """The time of each user's first event, int64 [users], microseconds UTC."""
        return np.asarray(self.ts)[np.asarray(self.by_user)[np.asarray(self.user_ptr)[:-1]]]

    def digest(self) -> str:
        """Name what was done, when and how it hangs together, in sixteen hex digits.

        Names of users and entities are no part of it, as of no other array.
        """
        found = hashlib.sha256()
        for values in (self.ts, self.user, self.action, self.amount):
            found.update(values.tobytes())
        for codes in self.entity.values():
            found.update(codes.tobytes())
        return found.hexdigest()[:16]
