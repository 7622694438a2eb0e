"""The training loop over groups."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from ringfinder.nn.fitting import Epoch, Progress, step, surely_less
from ringfinder.nn.group_head import EXPERTS
from ringfinder.nn.model import Hybrid, weights_of

_BATCH = 512
_SEEN = 0.85
"""Part of the snapshots, or else of the groups, that each expert learns from."""


@dataclass(frozen=True)
class GroupExamples:
    """Groups of one snapshot with what to learn: a target in [0, 1] each.

    `stats` float32 [g, F], `target` float32 [g], `held` bool [g] what to judge by only.
    """

    stats: npt.NDArray[np.float32]
    target: npt.NDArray[np.float32]
    held: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        """Count the groups."""
        return len(self.target)


def train_groups(
    model: Hybrid,
    parts: Sequence[GroupExamples],
    *,
    epochs: int,
    seed: int,
    gentle: bool,
    progress: Progress,
) -> list[Epoch]:
    """Train the group head for a fixed number of epochs.

    There is no early stopping from scratch: groups held out of the same generator ask for more
    epochs than a foreign log forgives. `gentle`, for a warm start, keeps the moments and the state
    it started from unless the new one is better by more than a standard error on held-out groups.
    """
    device = next(model.parameters()).device
    head, rng = model.group_head, np.random.default_rng(seed)
    stats, target, visible = _learned(parts, rng)
    inputs, wanted = torch.from_numpy(stats).to(device), torch.from_numpy(target).to(device)
    mask = torch.from_numpy(visible).to(device)
    if not gentle:
        head.standardise(inputs)
    optimizer = torch.optim.AdamW(head.parameters(), lr=3e-4 if gentle else 3e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(epochs, 1))
    first, before = _held_out_losses(model, parts), weights_of(model)
    history = [Epoch(0, None, float(first.mean()), kept=True)]
    for epoch in range(1, epochs + 1):
        progress("train groups", epoch - 1, epochs)
        head.train()
        losses = []
        for chosen in np.array_split(rng.permutation(len(stats)), max(1, len(stats) // _BATCH)):
            if not len(chosen):
                continue
            at = torch.from_numpy(chosen).to(device)
            opinions = head.opinions(inputs[at])
            apart = binary_cross_entropy_with_logits(
                opinions, wanted[at].expand_as(opinions), reduction="none"
            )
            loss = (apart * mask[:, at]).sum() / mask[:, at].sum().clamp(min=1)
            losses.append(float(loss.detach()))
            step(head, optimizer, loss)
        schedule.step()
        held_out = float(_held_out_losses(model, parts).mean())
        train = float(np.mean(losses)) if losses else 0.0
        history.append(Epoch(epoch, train, held_out, kept=not gentle))
    progress("train groups", epochs, epochs)
    if gentle and not surely_less(_held_out_losses(model, parts), first):
        model.load_state_dict(before)
    head.eval()
    return history


def _learned(
    parts: Sequence[GroupExamples], rng: np.random.Generator
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Statistics and targets that teach, and who sees them: float32 [EXPERTS, g] of 0 and 1."""
    stats = np.concatenate([part.stats[~part.held] for part in parts])
    target = np.concatenate([part.target[~part.held] for part in parts])
    several = len(parts) > 1
    unit = (
        np.repeat(np.arange(len(parts)), [int((~part.held).sum()) for part in parts])
        if several
        else np.arange(len(target))
    )
    count = len(parts) if several else len(target)
    visible = np.zeros((EXPERTS, len(target)), np.float32)
    for expert in range(EXPERTS):
        seen = rng.permutation(count)[: max(1, round(_SEEN * count))]
        visible[expert] = np.isin(unit, seen)
    return stats, target, visible


@torch.no_grad()
def _held_out_losses(model: Hybrid, parts: Sequence[GroupExamples]) -> Tensor:
    """Loss of each held-out group; where none is held out, the learned ones stand in."""
    model.eval()
    device = next(model.parameters()).device
    side = any(part.held.any() for part in parts)
    stats = np.concatenate([part.stats[part.held == side] for part in parts])
    target = np.concatenate([part.target[part.held == side] for part in parts])
    logit = model.group_head(torch.from_numpy(stats).to(device)).cpu()
    loss = binary_cross_entropy_with_logits(logit, torch.from_numpy(target), reduction="none")
    return loss.double()
