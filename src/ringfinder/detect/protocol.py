"""What every detector promises."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from ringfinder.errors import WorkError
from ringfinder.features.snapshot import Snapshot


@dataclass(frozen=True)
class Scores:
    """One score a user: `values` float32 [n_users] by user code, in [0, 1], higher is riskier.

    `detector` and `version` say what scored, `as_of` (microseconds UTC) what it had seen.
    """

    values: npt.NDArray[np.float32]
    detector: str
    version: str
    as_of: int

    def validate(self, n_users: int) -> None:
        """Raise `WorkError` unless every one of `n_users` has one finite score in [0, 1]."""
        values = self.values
        if values.shape != (n_users,) or values.dtype != np.float32:
            why = f"{n_users} float32 scores were due, {values.dtype} {values.shape} came"
        elif not ((values >= 0) & (values <= 1)).all():
            why = f"{int((~((values >= 0) & (values <= 1))).sum())} of them are not in [0, 1]"
        else:
            return
        raise WorkError(
            f"the scores of {self.detector} are not valid", why, "retrain with `ringfinder train`"
        )


class Detector(Protocol):
    """Scores every user of a snapshot; the same snapshot gives the same scores."""

    @classmethod
    def load(cls, directory: Path, device: str = "auto") -> Self:
        """Read the detector from a model bundle; `device` is auto, cpu or cuda."""
        ...

    @property
    def version(self) -> str:
        """What changes whenever the scores may change."""
        ...

    def score(self, snapshot: Snapshot) -> Scores:
        """One validated score for every user."""
        ...
