"""Whole-graph inference, layer by layer: every user scored from all of its neighbours.

Sampling would read most of the graph again and again and give a different score each time. Here a
layer is computed once for every node, in chunks of bounded size, so that memory beyond the node
states stays constant and repeated runs agree bit for bit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch_geometric.data.hetero_data import HeteroData
from torch_geometric.index import index2ptr

from ringfinder.nn.model import Hybrid
from ringfinder.nn.sampler import EdgeType
from ringfinder.nn.tensors import USER

_USERS_A_CHUNK = 8_192
_EDGES_A_CHUNK = 1 << 14
_MEMBERS_A_CHUNK = 1 << 17


@dataclass(frozen=True)
class Embedded:
    """Every user of a snapshot under a model, by user code, on the model's device.

    `state` float32 [users, 2 x hidden], `logit` and `flat_logit` float32 [users], uncalibrated.
    """

    state: Tensor
    logit: Tensor
    flat_logit: Tensor


def embed(model: Hybrid, data: HeteroData, device: torch.device) -> Embedded:
    """Compute final states and raw scores of all users from their full neighbourhoods."""
    return among_neighbours(model, data, *alone(model, data, device))


@torch.no_grad()
def alone(model: Hybrid, data: HeteroData, device: torch.device) -> tuple[Tensor, Tensor]:
    """Compute states of users by themselves, float32 [users, hidden], and `flat_logit`.

    Nothing after this reads the users' `x` (but for its length), `code` and `value`.
    """
    model.eval()
    sequence = sequence_states(model, data, device)
    n = len(sequence)
    chunks = [slice(at, at + _USERS_A_CHUNK) for at in range(0, max(n, 1), _USERS_A_CHUNK)]
    x = data[USER].x
    own = torch.cat([model.own_state(x[rows].to(device), sequence[rows]) for rows in chunks])
    return own, torch.cat([model.flat_logit(x[rows].to(device)) for rows in chunks])


@torch.no_grad()
def among_neighbours(model: Hybrid, data: HeteroData, own: Tensor, flat: Tensor) -> Embedded:
    """Compute what `embed` gives from what `alone` gave."""
    model.eval()
    device = own.device
    ones = torch.ones(len(own), device=device)
    entity = {}
    for kind in data.node_types:
        if kind != USER:
            into = [t for t in data.edge_types if t[2] == kind]
            received = (_messages(model, data, edge_type, own, ones) for edge_type in into)
            entity[kind] = model.entity_state(kind, data[kind].x.to(device), received)
    received = (  # one at a time: each is as large as `own`
        _messages(model, data, t, entity[t[0]], data[t[0]].weight.to(device))
        for t in data.edge_types
        if t[2] == USER
    )
    state = model.user_state(own, received)
    return Embedded(state, model.user_logit(state), flat)


@torch.no_grad()
def group_logits(model: Hybrid, stats: npt.NDArray[np.float32]) -> Tensor:
    """Raw scores of groups, float32 [g]; `stats` float32 [g, model.dimensions.stats]."""
    model.eval()
    device = next(model.parameters()).device
    logit: Tensor = model.group_head(torch.from_numpy(np.ascontiguousarray(stats)).to(device))
    return logit


@torch.no_grad()
def sequence_states(model: Hybrid, data: HeteroData, device: torch.device) -> Tensor:
    """Run the LSTM over all users, float32 [users, lstm].

    Users with as many events run together, so that padding can be cut off.
    """
    user = data[USER]
    out = torch.empty(len(user.x), model.dimensions.lstm, device=device)
    for chunk in user.events.argsort(stable=True).split(_USERS_A_CHUNK):
        events = user.events[chunk]
        longest = max(int(events.max()), 1) if len(chunk) else 1
        out[chunk.to(device)] = model.events.last(
            user.code[chunk, :longest].to(device),
            user.value[chunk, :longest].to(device),
            events.to(device),
        )
    return out


def _messages(
    model: Hybrid, data: HeteroData, edge_type: EdgeType, source: Tensor, weight: Tensor
) -> Tensor:
    """Compute what every target of an edge type receives, float32 [targets, hidden]."""
    store, targets = data[edge_type], len(data[edge_type[2]].x)
    ptr = index2ptr(store.edge_index[1], targets)
    layer = model.relation(edge_type)
    projected: Tensor = layer.source(source)
    out = projected.new_zeros(targets, projected.shape[1])
    for begin, end in _chunks(ptr, _EDGES_A_CHUNK):
        edges = slice(int(ptr[begin]), int(ptr[end]))
        edge_index = store.edge_index[:, edges].to(source.device, copy=True)
        edge_index[1] -= begin
        attributes = store.edge_attr[edges].to(source.device)
        out[begin:end] = layer(projected, edge_index, attributes, weight, end - begin)
    return out


def _chunks(ptr: Tensor, limit: int) -> Iterator[tuple[int, int]]:
    """Cut into runs of segments, half open, that hold at most `limit` entries or one segment."""
    begin, last = 0, len(ptr) - 1
    while begin < last:
        end = int(torch.searchsorted(ptr, ptr[begin] + limit, right=True)) - 1
        end = min(max(end, begin + 1), last)
        yield begin, end
        begin = end
