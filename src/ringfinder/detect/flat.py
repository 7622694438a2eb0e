"""The baseline: a logistic regression on flat user features, trained beside the hybrid.

It is fitted to its optimum on the same users and read from the same bundle, so that what the hybrid
adds to it is the lift of events and graph.
"""

from pathlib import Path

import torch

from ringfinder.detect.protocol import Scores
from ringfinder.features.snapshot import Snapshot
from ringfinder.nn.bundle import Bundle, load_bundle
from ringfinder.nn.device import choose_device
from ringfinder.nn.model import calibrated
from ringfinder.nn.user_inputs import user_inputs


class Flat:
    """Scores users by the linear head of a bundle."""

    def __init__(self, bundle: Bundle, device: str = "auto") -> None:
        self.version = bundle.version
        self._features = bundle.dimensions.features
        self._device = choose_device(device)
        self._model = bundle.model(self._device)

    @classmethod
    def load(cls, directory: Path, device: str = "auto") -> "Flat":
        """Read a bundle; `InputError` and `StoreError` as in `nn.bundle.load_bundle`."""
        return cls(load_bundle(directory), device)

    @torch.inference_mode()
    def score(self, snapshot: Snapshot) -> Scores:
        """Calibrated scores of all users."""
        x = torch.from_numpy(user_inputs(snapshot.features, self._features).of(slice(None)))
        values = (
            calibrated(self._model.flat_logit(x.to(self._device)), self._model.flat_calibration)
            .cpu()
            .numpy()
        )
        scores = Scores(values, "flat", self.version, snapshot.as_of)
        scores.validate(snapshot.n_users)
        return scores
