"""Self-supervised pre-training: what a log tells about its users without any label."""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, smooth_l1_loss
from torch_geometric.data.hetero_data import HeteroData

from ringfinder.nn.fitting import Progress, batches, remember, step
from ringfinder.nn.model import Hybrid
from ringfinder.nn.tensors import CODES, USER, VALUES
from ringfinder.vocabulary import ACTIONS

_USERS_AN_EPOCH = 8_192
_MASKED = 0.5


class Objectives(nn.Module):
    """Two tasks over the encoder; their heads are thrown away afterwards.

    The LSTM foretells each user's next event (its action, the flags and crowds of its entities, the
    gap before it and its amount). The graph branch restores user features hidden from it, so that
    it must learn from neighbours and events what a user is like.
    """

    def __init__(self, model: Hybrid) -> None:
        super().__init__()
        self.model = model
        dimensions = model.dimensions
        self.action = nn.Linear(dimensions.lstm, len(ACTIONS))
        self.numbers = nn.Linear(dimensions.lstm, CODES - 2 + VALUES)
        self.restored = nn.Linear(2 * dimensions.hidden, len(dimensions.features))

    def forward(self, batch: HeteroData, chance: torch.Generator) -> Tensor:
        """Sum the losses of both tasks on one sampled batch."""
        user, seeds = batch[USER], batch[USER].batch_size
        code, value, events = user.code[:seeds], user.value[:seeds], user.events[:seeds]
        loss = self.next_event(code, value, events)

        ranks = user.x[:seeds, : user.x.shape[1] // 2].clone()
        hidden = (torch.rand(ranks.shape, generator=chance) < _MASKED).to(ranks.device)
        masked = user.x.clone()
        masked[:seeds] *= ~hidden.repeat(1, 2)
        user.x = masked
        restored = self.restored(self.model(batch))
        return loss + smooth_l1_loss(restored[hidden], ranks[hidden])

    def next_event(self, code: Tensor, value: Tensor, events: Tensor) -> Tensor:
        """Measure how badly every event but a user's first is foretold from those before it."""
        place = torch.arange(1, code.shape[1], device=code.device)
        known = place < events[:, None]
        if not known.any():
            return value.new_zeros(())
        states = self.model.events(code, value)[:, :-1][known]
        after = code[:, 1:][known]
        numbers = torch.cat([after[:, 2:].float(), value[:, 1:][known]], dim=1)
        return cross_entropy(self.action(states), after[:, 0].long()) + smooth_l1_loss(
            self.numbers(states), numbers
        )


def pretrain(
    model: Hybrid, data: HeteroData, *, epochs: int, seed: int, progress: Progress
) -> list[float]:
    """Train the encoder of `model` in place on both tasks; returns each epoch's mean loss."""
    device = next(model.parameters()).device
    chance = torch.Generator().manual_seed(seed)
    tasks = Objectives(model).to(device)
    optimizer = torch.optim.AdamW(tasks.parameters(), lr=4e-3)
    n, history = len(data[USER].x), []
    for epoch in range(epochs):
        progress("pretrain", epoch, epochs)
        remember(model, data)
        tasks.train()
        users = torch.randperm(n, generator=chance)[:_USERS_AN_EPOCH]
        losses = []
        for batch in batches(data, users, seed + 104_729 * epoch, shuffle=False):
            loss = tasks(batch.to(device), chance)
            losses.append(float(loss.detach()))
            step(tasks, optimizer, loss)
        history.append(sum(losses) / max(len(losses), 1))
    progress("pretrain", epochs, epochs)
    return history
