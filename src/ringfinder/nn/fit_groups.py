"""The training loop over groups, on finished user states."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from ringfinder.features.groups import Groups
from ringfinder.nn.fitting import PATIENCE, Epoch, Progress, best_epoch, positive_weight, step
from ringfinder.nn.infer import Embedded
from ringfinder.nn.model import Hybrid, weights_of

_BATCH = 256


@dataclass(frozen=True)
class GroupExamples:
    """Groups of one snapshot with what to learn: a target in [0, 1] each.

    `stats` float32 [g, F], `target` float32 [g], `held` bool [g] what to judge by only.
    """

    groups: Groups
    stats: npt.NDArray[np.float32]
    target: npt.NDArray[np.float32]
    held: npt.NDArray[np.bool_]


def train_groups(
    model: Hybrid,
    parts: Sequence[tuple[Embedded, GroupExamples]],
    *,
    epochs: int,
    seed: int,
    gentle: bool,
    progress: Progress,
) -> list[Epoch]:
    """Train the group head on finished user states, and keep the best state."""
    head = model.group_head
    optimizer = torch.optim.AdamW(head.parameters(), lr=3e-4 if gentle else 2e-3, weight_decay=1e-2)
    device = next(model.parameters()).device
    weight = positive_weight(
        torch.from_numpy(np.concatenate([part.target[~part.held] for _, part in parts]))
    ).to(device)
    rng = np.random.default_rng(seed)
    history = [Epoch(0, None, _held_out_group_loss(model, parts, weight), kept=True)]
    best, kept = history[0].held_out, weights_of(model)
    for epoch in range(1, epochs + 1):
        progress("train groups", epoch - 1, epochs)
        model.train()
        losses = []
        for place in rng.permutation(len(parts)):
            embedded, part = parts[place]
            learned = rng.permutation(np.flatnonzero(~part.held))
            for chosen in np.array_split(learned, max(1, len(learned) // _BATCH)):
                if not len(chosen):
                    continue
                loss = _group_loss(model, embedded, part, chosen, weight)
                losses.append(float(loss.detach()))
                step(model, optimizer, loss)
        held_out = _held_out_group_loss(model, parts, weight)
        train = float(np.mean(losses)) if losses else 0.0
        history.append(Epoch(epoch, train, held_out, kept=held_out < best))
        if held_out < best:
            best, kept = held_out, weights_of(model)
        elif epoch - best_epoch(history) >= 2 * PATIENCE:
            break
    progress("train groups", epochs, epochs)
    model.load_state_dict(kept)
    return history


def _group_loss(
    model: Hybrid,
    embedded: Embedded,
    part: GroupExamples,
    chosen: npt.NDArray[np.int64],
    weight: Tensor,
) -> Tensor:
    groups = _chosen(part.groups, chosen)
    members = torch.from_numpy(groups.user.astype(np.int64)).to(weight.device)
    logit = model.group_head(
        embedded.state[members],
        embedded.logit[members],
        torch.from_numpy(groups.ptr).to(weight.device),
        torch.from_numpy(part.stats[chosen]).to(weight.device),
    )
    target = torch.from_numpy(part.target[chosen]).to(weight.device)
    return binary_cross_entropy_with_logits(logit, target, pos_weight=weight)


@torch.no_grad()
def _held_out_group_loss(
    model: Hybrid, parts: Sequence[tuple[Embedded, GroupExamples]], weight: Tensor
) -> float:
    model.eval()
    total, count = 0.0, 0
    side = any(part.held.any() for _, part in parts)
    for embedded, part in parts:
        held = np.flatnonzero(part.held == side)
        if len(held):
            total += float(_group_loss(model, embedded, part, held, weight)) * len(held)
            count += len(held)
    return total / max(count, 1)


def _chosen(groups: Groups, chosen: npt.NDArray[np.int64]) -> Groups:
    """Copy the chosen groups, in that order."""
    sizes = groups.sizes[chosen]
    ptr = np.concatenate([np.zeros(1, np.int64), sizes.cumsum()])
    place = np.repeat(groups.ptr[chosen] - ptr[:-1], sizes) + np.arange(ptr[-1])
    return Groups(ptr, groups.user[place])
