"""Which device a model runs on, and the switch for bit-equal runs."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ringfinder.errors import InputError

DEVICES = ("auto", "cpu", "cuda")


def choose_device(device: str) -> torch.device:
    """Find the torch device for 'auto', 'cpu' or 'cuda'; `InputError` where it is not to be had."""
    if device not in DEVICES:
        raise InputError(
            "the device is not usable", f"{device!r} is not one of {', '.join(DEVICES)}", "use auto"
        )
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError(
            "the device is not usable",
            "cuda was asked for, but this machine offers no CUDA device to torch",
            "use `--device auto` or `--device cpu`",
        )
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(device)


@contextmanager
def deterministic(seed: int) -> Iterator[None]:
    """Seed torch and prefer deterministic kernels inside; the caller's state comes back after.

    Kernels with no deterministic form only warn: on CUDA a few backward passes have none.
    """
    before = torch.are_deterministic_algorithms_enabled()
    warned = torch.is_deterministic_algorithms_warn_only_enabled()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        torch.use_deterministic_algorithms(True, warn_only=True)
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(before, warn_only=warned)
