"""The training loop over users, in sampled mini-batches."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch_geometric.data.hetero_data import HeteroData
from torch_geometric.loader.node_loader import NodeLoader

from ringfinder.nn.holdout import platt
from ringfinder.nn.infer import StoredUsers, sequence_states
from ringfinder.nn.model import Hybrid, weights_of
from ringfinder.nn.sampler import NeighborSampler
from ringfinder.nn.tensors import USER

Progress = Callable[[str, int, int | None], None]

PATIENCE = 4
_FAN_OUT = (8, 6)
_BATCH = 512
_SMALL_BATCH = 32
_BATCHES_AN_EPOCH = 8
_HIDE_RELATION = 0.1
_HIDE_FEATURE = 0.1
_PULL = 1e-3
_CLIP = 1.0


@dataclass(frozen=True)
class Examples:
    """Users of one snapshot with what is known of them.

    `data` holds the snapshot; `user` int64 [k] and `target` float32 [k] in [0, 1] what to learn,
    `held` bool [k] what to learn it from no more than to judge by.
    """

    data: HeteroData
    user: Tensor
    target: Tensor
    held: Tensor


@dataclass(frozen=True)
class Epoch:
    """Mean losses of one pass, and whether its state was kept for the time being.

    `train` is None for the state before the first pass.
    """

    epoch: int
    train: float | None
    held_out: float
    kept: bool


def batches(data: HeteroData, user: Tensor, seed: int, *, shuffle: bool) -> Iterator[HeteroData]:
    """Two-hop samples around users, as batches; `batch["user"].input_id` leads back to `user`.

    A batch holds an eighth of the users within bounds, so that few labels still make some steps.
    """
    size = max(_SMALL_BATCH, min(_BATCH, len(user) // _BATCHES_AN_EPOCH))
    fan_out = {
        edge_type: (0, _FAN_OUT[1]) if edge_type[0] == USER else (_FAN_OUT[0], 0)
        for edge_type in data.edge_types
    }
    loader = NodeLoader(
        data,
        NeighborSampler(data, fan_out, seed),
        input_nodes=(USER, user),
        batch_size=size,
        shuffle=shuffle,
        generator=torch.Generator().manual_seed(seed),
    )
    yield from loader


def train_users(
    model: Hybrid,
    parts: Sequence[Examples],
    *,
    epochs: int,
    seed: int,
    gentle: bool,
    progress: Progress,
) -> list[Epoch]:
    """Train encoder and user head, and keep the state with the smallest held-out loss.

    The state before the first epoch competes too. `gentle`, for a warm start, takes smaller steps,
    pulls towards where training started, and leaves that state only for one that beats it by more
    than a standard error on the held-out users: a few dozen labels must not undo a model that saw
    thousands.
    """
    device = next(model.parameters()).device
    learned = torch.cat([part.target[~part.held] for part in parts])
    weight = torch.ones(()) if gentle else positive_weight(learned)
    weight = weight.to(device)
    slope, offset = _label_line(model, parts) if gentle else (1.0, 0.0)
    start = [parameter.detach().clone() for parameter in model.parameters()] if gentle else []
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-4 if gentle else 4e-3)
    # Ever smaller steps: the last epochs settle instead of wandering.
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(epochs, 1))
    chance = torch.Generator().manual_seed(seed)
    first = _held_out_losses(model, parts, weight, (slope, offset))
    history = [Epoch(0, None, float(first.mean()), kept=True)]
    best, kept = first, weights_of(model)
    for epoch in range(1, epochs + 1):
        progress("train", epoch - 1, epochs)
        model.train()
        losses = []
        for place in torch.randperm(len(parts), generator=chance).tolist():
            part = parts[place]
            user, target = part.user[~part.held], part.target[~part.held]
            if not len(user):
                continue
            remember(model, part.data)
            for batch in batches(part.data, user, seed + 7_919 * epoch + place, shuffle=True):
                wanted = target[batch[USER].input_id].to(device)
                hidden = _hide(batch, chance)
                logit = slope * model.user_logit(model(batch.to(device), hidden)) + offset
                loss = binary_cross_entropy_with_logits(logit, wanted, pos_weight=weight)
                losses.append(float(loss.detach()))
                for parameter, origin in zip(model.parameters(), start, strict=False):
                    loss = loss + _PULL * (parameter - origin).square().sum()
                step(model, optimizer, loss)
        schedule.step()
        found = _held_out_losses(model, parts, weight, (slope, offset))
        better = bool(found.mean() < best.mean()) and (not gentle or surely_less(found, first))
        train = float(np.mean(losses)) if losses else 0.0
        history.append(Epoch(epoch, train, float(found.mean()), kept=better))
        if better:
            best, kept = found, weights_of(model)
        elif epoch - best_epoch(history) >= PATIENCE:
            break
    progress("train", epochs, epochs)
    model.load_state_dict(kept)
    return history


def best_epoch(history: Sequence[Epoch]) -> int:
    """Find the epoch whose state was kept at the end."""
    return max(row.epoch for row in history if row.kept)


def train_flat(model: Hybrid, parts: Sequence[Examples]) -> None:
    """Fit the linear baseline to its optimum on the same users, L2-regularised."""
    device = next(model.parameters()).device
    x = torch.cat([part.data[USER].x[part.user[~part.held]] for part in parts]).to(device)
    target = torch.cat([part.target[~part.held] for part in parts]).to(device)
    head = model.flat_head
    optimizer = torch.optim.LBFGS(head.parameters(), max_iter=60, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = binary_cross_entropy_with_logits(head(x)[:, 0], target)
        loss = loss + 1e-3 * head.weight.square().sum()
        torch.autograd.backward(loss)
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]


def remember(model: Hybrid, data: HeteroData) -> None:
    """Note the LSTM's states of all users in the data, so that batches bring their neighbours'.

    The gradient flows through the seeds' sequences only, and neighbours lag by at most one epoch:
    a tenth of the work, as a batch has some ten times as many neighbours as seeds.
    """
    device = next(model.parameters()).device
    data[USER].sequence = sequence_states(model, StoredUsers(data), device).cpu()


def step(model: torch.nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    """One clipped step down the gradient of `loss`."""
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(model.parameters(), _CLIP)
    optimizer.step()


def positive_weight(target: Tensor) -> Tensor:
    """Weigh a positive: the square root of the imbalance, at most 10.

    The full imbalance would make the few positives as heavy as all else and the loss as noisy as
    they are few; calibration sets the level right afterwards.
    """
    positive = target.sum().clamp(min=1.0)
    return ((len(target) - positive) / positive).clamp(1.0, 100.0).sqrt()


def _hide(batch: HeteroData, chance: torch.Generator) -> frozenset[str]:
    """Blank a tenth of the features, and name a tenth of the relations to leave out."""
    x = batch[USER].x
    kept = torch.rand(x.shape[1] // 2, generator=chance) >= _HIDE_FEATURE
    batch[USER].x = x * kept.repeat(2)
    links = [link for source, link, _ in batch.edge_types if source == USER]
    drawn = torch.rand(len(links), generator=chance) < _HIDE_RELATION
    return frozenset(link for link, hidden in zip(links, drawn.tolist(), strict=True) if hidden)


@torch.no_grad()
def _held_out_losses(
    model: Hybrid, parts: Sequence[Examples], weight: Tensor, line: tuple[float, float]
) -> Tensor:
    """Loss of each held-out user, on one fixed sample of their neighbourhoods.

    With so few labels that none is held out, the learned ones stand in.
    """
    model.eval()
    side = any(bool(part.held.any()) for part in parts)
    losses = []
    for part in parts:
        judged = part.held == side
        if judged.any():
            wanted = part.target[judged].to(weight.device)
            logit = line[0] * _sampled_logits(model, part.data, part.user[judged]) + line[1]
            losses.append(
                binary_cross_entropy_with_logits(logit, wanted, pos_weight=weight, reduction="none")
            )
    return torch.cat(losses).double().cpu()


@torch.no_grad()
def _sampled_logits(model: Hybrid, data: HeteroData, user: Tensor) -> Tensor:
    remember(model, data)
    device = next(model.parameters()).device
    return torch.cat(
        [
            model.user_logit(model(batch.to(device)))
            for batch in batches(data, user, 0, shuffle=False)
        ]
    )


def surely_less(losses: Tensor, than: Tensor) -> bool:
    """Tell whether paired losses fell by more than the standard error of their difference."""
    gap = than - losses
    return bool(len(gap) > 1 and gap.mean() > gap.std() / len(gap) ** 0.5)


def _label_line(model: Hybrid, parts: Sequence[Examples]) -> tuple[float, float]:
    """Fit slope and offset that bring a warm start's raw scores to the labels' own base rate.

    Labels are often richer in bad users than the log. Left to the training, that difference would
    be learned as if it told one user from another.
    """
    model.eval()
    learned = [part for part in parts if not part.held.all()]
    logit = torch.cat([_sampled_logits(model, p.data, p.user[~p.held]).cpu() for p in learned])
    target = torch.cat([part.target[~part.held] for part in learned])
    return platt(logit.double().numpy(), target.double().numpy()) or (1.0, 0.0)
