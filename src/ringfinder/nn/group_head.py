"""The community head: one score from the members of a group."""

import torch
from torch import Tensor, nn
from torch_geometric.utils import segment

_DROPOUT = 0.2


class GroupHead(nn.Module):
    """Scores a group from its members' states and logits, its statistics and its size.

    Statistics enter as signed logarithms only: ranks among the groups of one call would make a
    group's score depend on what else was asked.
    """

    def __init__(self, state: int, stats: int, hidden: int) -> None:
        super().__init__()
        self.pooled = nn.Sequential(nn.Dropout(_DROPOUT), nn.Linear(3 * state, hidden), nn.ReLU())
        self.mixed = nn.Sequential(
            nn.Linear(hidden + 4 + stats, hidden),
            nn.ReLU(),
            nn.Dropout(_DROPOUT),
            nn.Linear(hidden, 1),
        )

    def forward(self, state: Tensor, logit: Tensor, ptr: Tensor, stats: Tensor) -> Tensor:
        """Raw scores, float32 [g].

        `state` float32 [members, state] and `logit` float32 [members] list the members group by
        group, `ptr` int64 [g + 1] where each group begins; `stats` float32 [g, stats].
        """
        mean, std, highest = _moments(state, ptr)
        logits = torch.cat(_moments(logit[:, None], ptr), dim=1)
        size = ptr.diff()[:, None].float().log1p()
        numbers = stats.sign() * stats.abs().log1p()
        pooled = self.pooled(torch.cat([mean, std, highest], dim=1))
        out: Tensor = self.mixed(torch.cat([pooled, logits, size, numbers], dim=1))[:, 0]
        return out


def _moments(values: Tensor, ptr: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Mean, standard deviation and maximum of each segment."""
    mean = segment(values, ptr, "mean")
    spread = values - mean.repeat_interleave(ptr.diff(), dim=0)
    std = (segment(spread.square(), ptr, "mean") + 1e-6).sqrt()
    return mean, std, segment(values, ptr, "max")
