"""The community head: one score from what is measured of a group."""

import torch
from torch import Tensor, nn

EXPERTS = 5
_DROPOUT = 0.1
_NOISE = 0.3


class GroupHead(nn.Module):
    """Scores a group from its statistics by a committee of small networks.

    Statistics enter as signed logarithms, standardised with the moments of the training groups.
    Members' learned states are left out on purpose: they carry the marketplace they were learned
    on, and on logs of another generator they cost a fifth of ring AP (docs/decisions). Noise on the
    inputs and experts that learn from different logs serve the same end.
    """

    center: Tensor
    scale: Tensor

    def __init__(self, stats: int, widths: tuple[int, int]) -> None:
        super().__init__()
        self.experts = nn.ModuleList(_expert(stats, *widths) for _ in range(EXPERTS))
        self.register_buffer("center", torch.zeros(stats))
        self.register_buffer("scale", torch.ones(stats))

    def standardise(self, stats: Tensor) -> None:
        """Take the moments of the training groups, `stats` float32 [g, stats]."""
        numbers = _signed_log(stats)
        self.center.copy_(numbers.mean(0))
        self.scale.copy_(numbers.std(0, correction=0).clamp(min=1e-3))

    def opinions(self, stats: Tensor) -> Tensor:
        """Raw scores of every expert, float32 [experts, g]."""
        numbers = (_signed_log(stats) - self.center) / self.scale
        if self.training:
            numbers = numbers + _NOISE * torch.randn_like(numbers)
        return torch.stack([expert(numbers)[:, 0] for expert in self.experts])

    def forward(self, stats: Tensor) -> Tensor:
        """Raw scores, float32 [g]: the experts' mean."""
        return self.opinions(stats).mean(0)


def _expert(stats: int, first: int, second: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(stats, first),
        nn.ReLU(),
        nn.Dropout(_DROPOUT),
        nn.Linear(first, second),
        nn.ReLU(),
        nn.Linear(second, 1),
    )


def _signed_log(values: Tensor) -> Tensor:
    return values.sign() * values.abs().log1p()
