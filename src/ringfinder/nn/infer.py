"""Whole-graph inference, layer by layer: every user scored from all of its neighbours.

Sampling would read most of the graph again and again and give a different score each time. Here a
layer is computed once for every node, in chunks of bounded size, so that memory beyond the node
states stays constant and repeated runs agree bit for bit. What a chunk needs is read when it is
needed, from tensors (`StoredUsers`, `StoredEdges`) or from a snapshot (`nn.tensors`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch_geometric.data.hetero_data import HeteroData
from torch_geometric.index import index2ptr

from ringfinder.nn.model import Hybrid
from ringfinder.nn.sampler import EdgeType
from ringfinder.nn.tensors import USER, runs

_USERS_A_CHUNK = 8_192
_EDGES_A_CHUNK = 1 << 14


@dataclass(frozen=True)
class Embedded:
    """Every user of a snapshot under a model, by user code, on the model's device.

    `state` float32 [users, 2 x hidden], `logit` and `flat_logit` float32 [users], uncalibrated.
    """

    state: Tensor
    logit: Tensor
    flat_logit: Tensor


class Users(Protocol):
    """Users by themselves, as `nn.tensors.graph_tensors` says, some at a time.

    `events` int64 [users] counts the events of a sequence.
    """

    events: Tensor

    def inputs(self, rows: slice) -> Tensor:
        """Give rows of `x`."""

    def sequences(self, rows: Tensor, length: int) -> tuple[Tensor, Tensor]:
        """Give rows of `code` and `value`, cut to `length`, which none of them exceeds."""


class Edges(Protocol):
    """Entities and edges, as `nn.tensors.graph_tensors` says, some at a time."""

    edge_types: tuple[EdgeType, ...]

    def entities(self, kind: str) -> tuple[Tensor, Tensor]:
        """Give `x` and `weight` of the entities of a type."""

    def pointers(self, edge_type: EdgeType) -> Tensor:
        """Give where each target's edges begin and the last one's end, int64 [targets + 1]."""

    def edges(self, edge_type: EdgeType, begin: int, end: int) -> tuple[Tensor, Tensor]:
        """Give `edge_index` and `edge_attr` into targets [begin, end), which count from 0."""


class StoredUsers:
    """The users of tensors."""

    def __init__(self, data: HeteroData) -> None:
        self._user = data[USER]
        self.events: Tensor = data[USER].events

    def inputs(self, rows: slice) -> Tensor:
        """Give rows of `x`."""
        x: Tensor = self._user.x[rows]
        return x

    def sequences(self, rows: Tensor, length: int) -> tuple[Tensor, Tensor]:
        """Give rows of `code` and `value`."""
        return self._user.code[rows, :length], self._user.value[rows, :length]


class StoredEdges:
    """The entities and edges of tensors."""

    def __init__(self, data: HeteroData) -> None:
        self._data = data
        self.edge_types: tuple[EdgeType, ...] = tuple(data.edge_types)

    def entities(self, kind: str) -> tuple[Tensor, Tensor]:
        """Give `x` and `weight` of the entities of a type."""
        return self._data[kind].x, self._data[kind].weight

    def pointers(self, edge_type: EdgeType) -> Tensor:
        """Give where each target's edges begin and the last one's end."""
        targets = len(self._data[edge_type[2]].x)
        ptr: Tensor = index2ptr(self._data[edge_type].edge_index[1], targets)
        return ptr

    def edges(self, edge_type: EdgeType, begin: int, end: int) -> tuple[Tensor, Tensor]:
        """Give `edge_index` and `edge_attr` into targets [begin, end)."""
        store = self._data[edge_type]
        first, last = torch.searchsorted(store.edge_index[1], torch.tensor([begin, end])).tolist()
        edge_index = store.edge_index[:, first:last].clone()
        edge_index[1] -= begin
        return edge_index, store.edge_attr[first:last]


def embed(model: Hybrid, data: HeteroData, device: torch.device) -> Embedded:
    """Compute final states and raw scores of all users from their full neighbourhoods."""
    return among_neighbours(model, StoredEdges(data), *alone(model, StoredUsers(data), device))


@torch.no_grad()
def alone(model: Hybrid, users: Users, device: torch.device) -> tuple[Tensor, Tensor]:
    """Compute states of users by themselves, float32 [users, hidden], and `flat_logit`."""
    model.eval()
    sequence = sequence_states(model, users, device)
    n = len(sequence)
    own = torch.empty(n, model.dimensions.hidden, device=device)
    flat = torch.empty(n, device=device)
    for at in range(0, n, _USERS_A_CHUNK):
        rows = slice(at, at + _USERS_A_CHUNK)
        x = users.inputs(rows).to(device)
        own[rows] = model.own_state(x, sequence[rows])
        flat[rows] = model.flat_logit(x)
    return own, flat


@torch.no_grad()
def among_neighbours(model: Hybrid, edges: Edges, own: Tensor, flat: Tensor) -> Embedded:
    """Compute what `embed` gives from what `alone` gave."""
    model.eval()
    state = model.user_state(own, _received(model, edges, own))
    return Embedded(state, model.user_logit(state), flat)


@torch.no_grad()
def group_logits(model: Hybrid, stats: npt.NDArray[np.float32]) -> Tensor:
    """Raw scores of groups, float32 [g]; `stats` float32 [g, model.dimensions.stats]."""
    model.eval()
    device = next(model.parameters()).device
    logit: Tensor = model.group_head(torch.from_numpy(np.ascontiguousarray(stats)).to(device))
    return logit


@torch.no_grad()
def sequence_states(model: Hybrid, users: Users, device: torch.device) -> Tensor:
    """Run the LSTM over all users, float32 [users, lstm].

    Users with as many events run together, so that padding can be cut off.
    """
    out = torch.empty(len(users.events), model.dimensions.lstm, device=device)
    order = users.events.argsort(stable=True)
    for at in range(0, len(order), _USERS_A_CHUNK):
        chunk = order[at : at + _USERS_A_CHUNK]
        events = users.events[chunk]
        longest = max(int(events.max()), 1)
        code, value = users.sequences(chunk, longest)
        out[chunk.to(device)] = model.events.last(
            code.to(device), value.to(device), events.to(device)
        )
    return out


def _received(model: Hybrid, edges: Edges, own: Tensor) -> Iterator[Tensor]:
    """Compute what users receive by each edge type, the states of one entity type in memory."""
    for kind in dict.fromkeys(source for source, _, _ in edges.edge_types if source != USER):
        state, weight = _entities(model, edges, kind, own)
        for edge_type in edges.edge_types:
            if edge_type[0] == kind:
                yield _messages(model, edges, edge_type, state, weight)
        del state, weight


def _entities(model: Hybrid, edges: Edges, kind: str, own: Tensor) -> tuple[Tensor, Tensor]:
    """Compute the states of entities of one type, and give their weights."""
    x, weight = edges.entities(kind)
    ones = torch.ones(len(own), device=own.device)
    received = (
        _messages(model, edges, edge_type, own, ones)
        for edge_type in edges.edge_types
        if edge_type[2] == kind
    )
    return model.entity_state(kind, x.to(own.device), received), weight.to(own.device)


def _messages(
    model: Hybrid, edges: Edges, edge_type: EdgeType, source: Tensor, weight: Tensor
) -> Tensor:
    """Compute what every target of an edge type receives, float32 [targets, hidden]."""
    ptr = edges.pointers(edge_type)
    layer = model.relation(edge_type)
    projected: Tensor = layer.source(source)
    out = projected.new_zeros(len(ptr) - 1, projected.shape[1])
    for begin, end in runs(ptr.numpy(), _EDGES_A_CHUNK):
        edge_index, attributes = edges.edges(edge_type, begin, end)
        out[begin:end] = layer(
            projected,
            edge_index.to(source.device),
            attributes.to(source.device),
            weight,
            end - begin,
        )
    return out
