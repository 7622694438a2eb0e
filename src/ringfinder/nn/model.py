"""The hybrid: an LSTM over a user's events, GraphSAGE over the entity graph, two heads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch_geometric.data.hetero_data import HeteroData
from torch_geometric.index import index2ptr
from torch_geometric.nn.conv.message_passing import MessagePassing

from ringfinder.nn.group_head import GroupHead
from ringfinder.nn.sampler import EdgeType
from ringfinder.nn.tensors import (
    CODES,
    EDGE_FEATURES,
    ENTITY_FEATURES,
    USER,
    VALUES,
    entity_slot,
    relation_slot,
)
from ringfinder.vocabulary import ACTIONS, ENTITY_TYPES, LINK_TYPES

_ACTION_DIM = 8
_SCALE = 8.0
_DROPOUT = 0.2


@dataclass(frozen=True)
class Dimensions:
    """What fixes the shape of every weight.

    `features` are the user features in order, `length` the events K a sequence holds, `stats` the
    statistics of a group, `lstm` and `hidden` the widths of the sequence and the graph branch,
    `group` those of the two layers of each expert on groups.
    """

    features: tuple[str, ...]
    stats: int
    length: int = 32
    lstm: int = 32
    hidden: int = 48
    group: tuple[int, int] = (128, 64)


class EventLSTM(nn.Module):
    """Reads a user's last events, oldest first; the state after the last one is the result."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.action = nn.Embedding(len(ACTIONS), _ACTION_DIM)
        self.lstm = nn.LSTM(_ACTION_DIM + CODES + VALUES, width, batch_first=True)

    def forward(self, code: Tensor, value: Tensor) -> Tensor:
        """Read off the states after every event, float32 [n, length, width].

        `code` int8 [n, length, CODES], `value` float32 [n, length, VALUES].
        """
        action, hour = code[..., 0].long(), code[..., 1:2].float() * (torch.pi / 12)
        flags = code[..., 2 : 2 + len(ENTITY_TYPES)].float()
        crowd = code[..., 2 + len(ENTITY_TYPES) :].float() / _SCALE
        tokens = torch.cat(
            [self.action(action), hour.sin(), hour.cos(), flags, crowd, value / _SCALE], dim=-1
        )
        # A log of one user with no events has length 0; cuDNN refuses empty batches.
        if not len(tokens):
            return tokens.new_zeros(0, code.shape[1], self.lstm.hidden_size)
        states: Tensor = self.lstm(tokens)[0]
        return states

    def last(self, code: Tensor, value: Tensor, events: Tensor) -> Tensor:
        """Read off the state after each user's last event, float32 [n, width].

        `events` int64 [n] counts the events; padding stands after the last one.
        """
        states = self(code, value)
        rows = torch.arange(len(states), device=states.device)
        last: Tensor = states[rows, (events - 1).clamp(min=0)]
        return last


class RelationSAGE(MessagePassing):
    """One relation of a GraphSAGE layer (Hamilton et al., 2017), hub-weighted.

    A target receives the weighted mean and the maximum of its neighbours' messages and the log of
    the summed weights, so that both "what are they like" and "how many count" arrive. A target
    without neighbours receives zeros, as if the relation were not there. Sums run over edges
    sorted by target, in order, so that repeated runs agree bit for bit.
    """

    def __init__(self, hidden: int) -> None:
        super().__init__(aggr=None)
        self.source = nn.Linear(hidden, hidden)
        self.edge = nn.Linear(EDGE_FEATURES, hidden, bias=False)
        self.out = nn.Linear(2 * hidden + 1, hidden, bias=False)

    def forward(
        self, projected: Tensor, edge_index: Tensor, edge_attr: Tensor, weight: Tensor, targets: int
    ) -> Tensor:
        """Messages to `targets` nodes, float32 [targets, hidden].

        `projected` float32 [sources, hidden] are source states through `self.source`; `weight`
        float32 [sources] what each source counts; the second row of `edge_index` ascends.
        """
        if not edge_index.shape[1]:
            return projected.new_zeros(targets, projected.shape[1])
        weight = weight.index_select(0, edge_index[0])[:, None]
        gathered = self.propagate(
            edge_index,
            x=(projected, None),
            edge=self.edge(edge_attr),
            weight=weight,
            size=(len(projected), targets),
        )
        total, highest = gathered.chunk(2, dim=1)
        counted = _reduced(weight, index2ptr(edge_index[1], targets), "sum")
        mean = total / counted.clamp(min=1e-12)
        out: Tensor = self.out(torch.cat([mean, highest, counted.log1p()], dim=1))
        return out

    def message(  # type: ignore[override] # PyG passes what the signature names
        self, x_j: Tensor, edge: Tensor, weight: Tensor
    ) -> Tensor:
        """One weighted message an edge, float32 [edges, hidden], nowhere negative."""
        return (x_j + edge).relu() * weight

    def aggregate(  # type: ignore[override] # PyG passes what the signature names
        self, inputs: Tensor, index: Tensor, dim_size: int
    ) -> Tensor:
        """Reduce the messages of each target to their sum and, beside it, their maximum."""
        ptr = index2ptr(index, dim_size)
        return torch.cat([_reduced(inputs, ptr, "sum"), _reduced(inputs, ptr, "max")], dim=1)


class Hybrid(nn.Module):
    """User states from events, features and two hops (user, entity, user), and the heads.

    The calibrations are [slope, offset] of each head's raw scores, see `calibrated`.
    """

    user_calibration: Tensor
    flat_calibration: Tensor
    group_calibration: Tensor

    def __init__(self, dimensions: Dimensions) -> None:
        super().__init__()
        self.dimensions = dimensions
        hidden, inputs = dimensions.hidden, 2 * len(dimensions.features)
        self.events = EventLSTM(dimensions.lstm)
        self.features = nn.Linear(inputs, hidden)
        self.own = nn.Linear(dimensions.lstm + hidden, hidden)
        self.entity = nn.ModuleDict(
            {kind.name: nn.Linear(ENTITY_FEATURES, hidden) for kind in ENTITY_TYPES}
        )
        self.to_entity = _relations(hidden)
        self.to_user = _relations(hidden)
        self.entity_norm = nn.LayerNorm(hidden)
        self.user = nn.Linear(hidden, hidden)
        self.user_norm = nn.LayerNorm(hidden)
        self.user_head = nn.Sequential(
            nn.Dropout(_DROPOUT), nn.Linear(2 * hidden, hidden), nn.ReLU(), nn.Linear(hidden, 1)
        )
        self.flat_head = nn.Linear(inputs, 1)
        self.group_head = GroupHead(dimensions.stats, dimensions.group)
        for name in ("user_calibration", "flat_calibration", "group_calibration"):
            self.register_buffer(name, torch.tensor([1.0, 0.0]))

    def relation(self, edge_type: EdgeType) -> RelationSAGE:
        """Find the layer that carries the messages of an edge type."""
        source, link, _ = edge_type
        layers = self.to_entity if source == USER else self.to_user
        return cast("RelationSAGE", layers[relation_slot(link.removeprefix("rev_"))])

    def own_state(self, x: Tensor, sequence: Tensor) -> Tensor:
        """Tell what is known of users by themselves, float32 [n, hidden].

        `sequence` float32 [n, lstm] are the LSTM's states after each user's last event.
        """
        joined = torch.cat([sequence, self.features(x).relu()], dim=1)
        state: Tensor = self.own(joined).relu()
        return state

    def entity_state(self, entity: str, x: Tensor, messages: Iterable[Tensor]) -> Tensor:
        """Update the state of entities of one type, float32 [m, hidden]."""
        total = _added(self.entity[entity_slot(entity)](x), messages)
        state: Tensor = self.entity_norm(total).relu_()
        return state

    def user_state(self, own: Tensor, messages: Iterable[Tensor]) -> Tensor:
        """Join the final state of users and their own one, float32 [n, 2 x hidden]."""
        total = _added(self.user(own), messages)
        return torch.cat([self.user_norm(total).relu_(), own], dim=1)

    def user_logit(self, state: Tensor) -> Tensor:
        """Raw scores of users from their final states, float32 [n]."""
        logit: Tensor = self.user_head(state)[:, 0]
        return logit

    def flat_logit(self, x: Tensor) -> Tensor:
        """Raw scores of the linear baseline, which sees `x` and nothing else, float32 [n]."""
        logit: Tensor = self.flat_head(x)[:, 0]
        return logit

    def forward(self, batch: HeteroData, hidden_relations: frozenset[str] = frozenset()) -> Tensor:
        """Compute the final states of a batch's seed users, float32 [seeds, 2 x hidden].

        `batch` is a whole graph or a sample of two hops; `hidden_relations` are link types that
        training hides so that a log without them is not a surprise. Where the batch carries
        `sequence` float32 [n, lstm], states of the LSTM computed before, neighbours use these and
        only the seeds run through the LSTM, as in GNNAutoScale (Fey et al., 2021).
        """
        user = batch[USER]
        seeds = user.get("batch_size", len(user.x))
        run = slice(seeds) if "sequence" in user else slice(None)
        sequence = self.events.last(user.code[run], user.value[run], user.events[run])
        if "sequence" in user:
            sequence = torch.cat([sequence, user.sequence[seeds:]])
        own = self.own_state(user.x, sequence)
        ones = own.new_ones(len(own))
        used = [t for t in batch.edge_types if t[1].removeprefix("rev_") not in hidden_relations]
        received: dict[str, list[Tensor]] = {k: [] for k in batch.node_types if k != USER}
        for edge_type in used:
            if edge_type[0] == USER:
                n = len(batch[edge_type[2]].x)
                received[edge_type[2]].append(self._receive(batch, edge_type, own, ones, n))
        state = {k: self.entity_state(k, batch[k].x, parts) for k, parts in received.items()}
        messages = [
            self._receive(batch, edge_type, state[edge_type[0]], batch[edge_type[0]].weight, seeds)
            for edge_type in used
            if edge_type[2] == USER
        ]
        return self.user_state(own[:seeds], messages)

    def _receive(
        self, batch: HeteroData, edge_type: EdgeType, source: Tensor, weight: Tensor, targets: int
    ) -> Tensor:
        layer, store = self.relation(edge_type), batch[edge_type]
        received: Tensor = layer(
            layer.source(source), store.edge_index, store.edge_attr, weight, targets
        )
        return received


def _relations(hidden: int) -> nn.ModuleDict:
    # PyG marks its optional methods so that mypy takes them for abstract ones.
    return nn.ModuleDict({link.name: RelationSAGE(hidden) for link in LINK_TYPES})  # type: ignore[abstract]


def _added(total: Tensor, messages: Iterable[Tensor]) -> Tensor:
    """Add up in place: of a whole graph each of these is among the largest things in memory."""
    for message in messages:
        total += message
    return total


def _reduced(values: Tensor, ptr: Tensor, reduce: str) -> Tensor:
    """Reduce each segment of values that are nowhere negative; an empty one gives zeros."""
    return torch.segment_reduce(values, reduce, offsets=ptr, axis=0, initial=0.0)


def calibrated(logit: Tensor, calibration: Tensor) -> Tensor:
    """Probabilities of raw scores under a Platt scaling [slope, offset]."""
    return torch.sigmoid(logit * calibration[0] + calibration[1])


def weights_of(model: Hybrid) -> Mapping[str, Tensor]:
    """Copy the weights of a model to the CPU."""
    return {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}
