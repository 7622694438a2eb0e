"""Model bundles: a directory with weights, what they fit, and a card for people."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_weights
from safetensors.torch import save as save_weights
from torch import Tensor

from ringfinder.errors import InputError, StoreError
from ringfinder.nn.card import card
from ringfinder.nn.model import Dimensions, Hybrid
from ringfinder.nn.tensors import CODES, EDGE_FEATURES, ENTITY_FEATURES
from ringfinder.store.workspace import new_directory
from ringfinder.vocabulary import ACTIONS, LINK_TYPES

FORMAT = 2
WEIGHTS, CONFIG, CARD = "weights.safetensors", "config.json", "card.md"

_INPUTS: Mapping[str, Any] = {
    "actions": list(ACTIONS),
    "relations": [link.name for link in LINK_TYPES],
    "event": CODES,
    "edge": EDGE_FEATURES,
    "entity": ENTITY_FEATURES,
}
"""What the code feeds a model beside the user features; a bundle made for other inputs is old."""


@dataclass(frozen=True)
class Bundle:
    """A trained model and where it came from.

    `weights` are keyed by parameter name. `has_group_head` tells whether the group head was
    trained; `threshold` is the calibrated user score with the best held-out F1; `training` holds
    plain facts and held-out metrics, without times or paths.
    """

    dimensions: Dimensions
    weights: Mapping[str, Tensor]
    has_group_head: bool
    threshold: float
    training: Mapping[str, Any]

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits of the SHA-256 of the weights file."""
        return hashlib.sha256(self._serialised()).hexdigest()[:12]

    def model(self, device: torch.device) -> Hybrid:
        """Build the model with these weights, ready to score."""
        model = Hybrid(self.dimensions)
        model.load_state_dict(dict(self.weights))
        return model.to(device).eval()

    def save(self, directory: Path) -> None:
        """Write the bundle as a new directory, whole or not at all; an old one is replaced."""
        weights = self._serialised()
        config = {
            "format": FORMAT,
            "weights_sha256": hashlib.sha256(weights).hexdigest(),
            "dimensions": asdict(self.dimensions),
            "inputs": _INPUTS,
            "has_group_head": self.has_group_head,
            "threshold": self.threshold,
            "training": self.training,
        }
        text = json.dumps(config, indent=1, sort_keys=True) + "\n"
        with new_directory(directory) as building:
            (building / WEIGHTS).write_bytes(weights)
            (building / CONFIG).write_text(text, encoding="utf-8")
            (building / CARD).write_text(
                card(self.dimensions, self.version, self.training), encoding="utf-8"
            )

    def _serialised(self) -> bytes:
        tensors = {name: tensor.contiguous() for name, tensor in sorted(self.weights.items())}
        return bytes(save_weights(tensors))


def load_bundle(directory: Path) -> Bundle:
    """Read a bundle.

    Raises `InputError` where there is none or another version of ringfinder wrote it, `StoreError`
    where its files are damaged.
    """
    if not (directory / CONFIG).is_file():
        raise InputError(
            "no model was found",
            f"{directory} holds no {CONFIG}",
            "train one with `ringfinder train`, or leave out --model for the shipped one",
        )
    try:
        config = json.loads((directory / CONFIG).read_text(encoding="utf-8"))
        written_as, inputs = config["format"], config["inputs"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(directory, f"{CONFIG} cannot be read ({error})") from error
    if written_as != FORMAT or inputs != _INPUTS:
        raise InputError(
            "the model does not fit this version of ringfinder",
            f"{directory} was written for other inputs (format {written_as}, here {FORMAT})",
            "retrain it with `ringfinder train`",
        )
    try:
        raw = (directory / WEIGHTS).read_bytes()
        if hashlib.sha256(raw).hexdigest() != config["weights_sha256"]:
            raise _damaged(directory, f"{WEIGHTS} is not the file that {CONFIG} was written for")
        sizes = dict(config["dimensions"])
        bundle = Bundle(
            Dimensions(
                **{
                    **sizes,
                    "features": tuple(sizes["features"]),
                    "group": tuple(sizes["group"]),
                }
            ),
            load_weights(raw),
            bool(config["has_group_head"]),
            float(config["threshold"]),
            config["training"],
        )
        bundle.model(torch.device("cpu"))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise _damaged(directory, f"its parts do not fit together ({error})") from error
    return bundle


def _damaged(directory: Path, why: str) -> StoreError:
    return StoreError(
        "the model is damaged", f"{directory}: {why}", "train it again with `ringfinder train`"
    )
