"""The hybrid as a detector: LSTM and GraphSAGE, read from a bundle."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from ringfinder.detect.protocol import Scores
from ringfinder.errors import InputError
from ringfinder.features.arrays import let_go
from ringfinder.features.groups import Groups
from ringfinder.features.snapshot import Snapshot
from ringfinder.nn.bundle import Bundle, load_bundle
from ringfinder.nn.device import choose_device, deterministic
from ringfinder.nn.infer import alone, among_neighbours, group_logits
from ringfinder.nn.model import calibrated
from ringfinder.nn.tensors import SnapshotEdges, SnapshotUsers

Float32 = npt.NDArray[np.float32]


class Hybrid:
    """Scores users and groups of a snapshot.

    The user scores of the last snapshot are kept, so that scoring its groups costs no second pass.
    """

    def __init__(self, bundle: Bundle, device: str = "auto") -> None:
        self.bundle = bundle
        self.version = bundle.version
        self._device = choose_device(device)
        self._model = bundle.model(self._device)
        self._last: tuple[Snapshot, Float32] | None = None

    @classmethod
    def load(cls, directory: Path, device: str = "auto") -> "Hybrid":
        """Read a bundle; `InputError` and `StoreError` as in `nn.bundle.load_bundle`."""
        return cls(load_bundle(directory), device)

    def score(self, snapshot: Snapshot) -> Scores:
        """Calibrated scores of all users."""
        scores = Scores(self._users(snapshot), "hybrid", self.version, snapshot.as_of)
        scores.validate(snapshot.n_users)
        return scores

    def score_groups(self, snapshot: Snapshot, groups: Groups, stats: Float32) -> Float32:
        """Calibrated scores of groups, float32 [g] in [0, 1]; `stats` float32 [g, F].

        A bundle whose group head was never trained gives the mean of the members' user scores.
        Raises `InputError` where the bundle was trained on other statistics.
        """
        if not len(groups):
            return np.empty(0, np.float32)
        if not self.bundle.has_group_head:
            values = self._users(snapshot)
            total = np.add.reduceat(values[groups.user].astype(np.float64), groups.ptr[:-1])
            return np.asarray(total / groups.sizes, np.float32)
        return self.judge(stats)

    def judge(self, stats: Float32) -> Float32:
        """Calibrated scores by the group head, float32 [g] in [0, 1]; `stats` float32 [g, F].

        Raises `InputError` where the bundle was trained on other statistics.
        """
        if stats.shape[1] != self.bundle.dimensions.stats:
            raise InputError(
                "the model does not fit these groups",
                f"it reads {self.bundle.dimensions.stats} statistics a group, here are "
                f"{stats.shape[1]}",
                "retrain it with `ringfinder train`",
            )
        with deterministic(0):
            logit = group_logits(self._model, stats.astype(np.float32))
        return np.asarray(calibrated(logit, self._model.group_calibration).cpu().numpy())

    def _users(self, snapshot: Snapshot) -> Float32:
        if self._last is None or self._last[0] is not snapshot:
            dimensions = self.bundle.dimensions
            with deterministic(0):
                users = SnapshotUsers(snapshot, dimensions.features, dimensions.length)
                own = alone(self._model, users, self._device)
                del users  # the ranks of all features are most of the memory that scoring takes
                let_go(snapshot)
                logit = among_neighbours(self._model, SnapshotEdges(snapshot), *own).logit
                let_go(snapshot)
            values = calibrated(logit, self._model.user_calibration).cpu().numpy()
            self._last = (snapshot, values)
        return self._last[1]
