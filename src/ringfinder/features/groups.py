"""Groups of users: ragged member lists that channels propose and heads score."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Groups:
    """Groups over user codes: group g holds `user[ptr[g]:ptr[g + 1]]`, ascending and distinct.

    `ptr` int64 [groups + 1], `user` int32 [total members].
    """

    ptr: npt.NDArray[np.int64]
    user: npt.NDArray[np.int32]

    def __len__(self) -> int:
        """Count the groups."""
        return len(self.ptr) - 1

    def members(self, group: int) -> npt.NDArray[np.int32]:
        """User codes of one group, ascending."""
        return self.user[self.ptr[group] : self.ptr[group + 1]]

    @cached_property
    def sizes(self) -> npt.NDArray[np.int64]:
        """Members of each group, int64 [groups]."""
        return np.diff(self.ptr)

    @staticmethod
    def of(members: Iterable[npt.NDArray[np.int32]]) -> "Groups":
        """Groups from arrays of distinct user codes, each sorted here."""
        lists = [np.sort(np.asarray(group, np.int32)) for group in members]
        ptr = np.zeros(len(lists) + 1, np.int64)
        np.cumsum([len(group) for group in lists], out=ptr[1:])
        return Groups(ptr, np.concatenate(lists) if lists else np.empty(0, np.int32))
