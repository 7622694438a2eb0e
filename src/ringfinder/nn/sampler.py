"""Neighbour sampling over CSR arrays, as a sampler for PyG's `NodeLoader`."""

from collections.abc import Mapping, Sequence
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import torch
from torch_geometric.data.hetero_data import HeteroData
from torch_geometric.index import index2ptr
from torch_geometric.sampler.base import BaseSampler, HeteroSamplerOutput, NodeSamplerInput

EdgeType = tuple[str, str, str]
Int64 = npt.NDArray[np.int64]

ALL = -1
"""The fan-out that takes every neighbour."""


class NeighborSampler(BaseSampler):
    """Draws at most a fixed number of neighbours per edge type and hop, without replacement.

    `data` holds the edges of the snapshot, each `edge_index` sorted by its second row (the node
    that receives the message). `fan_out[edge type][hop]` bounds what a node first reached in the
    hop before draws from it: 0 draws nothing, `ALL` everything; a node with no more neighbours than
    that keeps them all. What a node draws follows from (seed, hop, edge type, node) alone, so that
    neither the other nodes of a batch nor the number of workers changes it.
    """

    def __init__(
        self, data: HeteroData, fan_out: Mapping[EdgeType, Sequence[int]], seed: int
    ) -> None:
        self.hops = max(len(bounds) for bounds in fan_out.values())
        self._fan_out = fan_out
        self._seed = seed
        self._n_nodes = {kind: int(data[kind].num_nodes) for kind in data.node_types}
        self._edges: dict[EdgeType, tuple[Int64, Int64]] = {}
        for edge_type in fan_out:
            source, target = data[edge_type].edge_index
            ptr = index2ptr(target, self._n_nodes[edge_type[2]])
            self._edges[edge_type] = (ptr.numpy(), source.contiguous().numpy())

    def sample_from_nodes(self, index: NodeSamplerInput, **_: Any) -> HeteroSamplerOutput:
        """Sample around the nodes of `index`; they come first in the result, in their order."""
        nodes: dict[str, list[Int64]] = {kind: [] for kind in self._n_nodes}
        local = {kind: np.full(n, -1, np.int64) for kind, n in self._n_nodes.items()}
        count = dict.fromkeys(self._n_nodes, 0)
        seeds = index.node.numpy().astype(np.int64)
        start = str(index.input_type)
        local[start][seeds] = np.arange(len(seeds))
        nodes[start].append(seeds)
        count[start] = len(seeds)
        parts: dict[EdgeType, list[tuple[Int64, Int64, Int64]]] = {t: [] for t in self._edges}

        frontier = {start: (0, seeds)}
        for hop in range(self.hops):
            fresh: dict[str, list[Int64]] = {kind: [] for kind in self._n_nodes}
            first = count.copy()
            for place, edge_type in enumerate(self._edges):
                ptr, source = self._edges[edge_type]
                bound = self._fan_out[edge_type][hop]
                from_kind, to_kind = edge_type[0], edge_type[2]
                if bound == 0 or to_kind not in frontier:
                    continue
                offset, targets = frontier[to_kind]
                drawn, target, edge = _draw(
                    ptr, source, targets, bound, (self._seed * 64 + hop) * 4096 + place
                )
                row, new = _relabel(local[from_kind], drawn, count[from_kind])
                count[from_kind] += len(new)
                fresh[from_kind].append(new)
                parts[edge_type].append((row, target + offset, edge))
            frontier = {
                kind: (first[kind], np.concatenate(new)) for kind, new in fresh.items() if new
            }
            for kind, reached in frontier.items():
                nodes[kind].append(reached[1])
        return _output(nodes, parts, index)

    def sample_from_edges(self, index: Any, neg_sampling: Any = None) -> HeteroSamplerOutput:
        """Refuse: nothing here trains on seed edges."""
        raise NotImplementedError


def _output(
    nodes: Mapping[str, list[Int64]],
    parts: Mapping[EdgeType, list[tuple[Int64, Int64, Int64]]],
    index: NodeSamplerInput,
) -> HeteroSamplerOutput:
    def joined(arrays: list[Int64]) -> torch.Tensor:
        return torch.from_numpy(np.concatenate(arrays) if arrays else np.empty(0, np.int64))

    return HeteroSamplerOutput(
        node={kind: joined(arrays) for kind, arrays in nodes.items()},
        row={key: joined([part[0] for part in drawn]) for key, drawn in parts.items()},
        col={key: joined([part[1] for part in drawn]) for key, drawn in parts.items()},
        edge={key: joined([part[2] for part in drawn]) for key, drawn in parts.items()},
        metadata=(index.input_id, index.time),
    )


@numba.njit(cache=True)
def _scramble(value: np.uint64) -> np.uint64:
    # splitmix64: a counter run through it is a good stream, and needs no state between nodes.
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@numba.njit(cache=True)
def _draw(
    ptr: Int64, source: Int64, targets: Int64, bound: int, key: int
) -> tuple[Int64, Int64, Int64]:
    """Neighbours, positions in `targets` and edge numbers, ascending inside each target."""
    total = 0
    for node in targets:
        degree = ptr[node + 1] - ptr[node]
        total += degree if bound < 0 else min(degree, bound)
    edge = np.empty(total, np.int64)
    target = np.empty(total, np.int64)
    at = 0
    for place in range(len(targets)):
        begin, end = ptr[targets[place]], ptr[targets[place] + 1]
        degree = end - begin
        if bound < 0 or degree <= bound:
            for position in range(degree):
                edge[at + position] = begin + position
                target[at + position] = place
            at += degree
            continue
        state = _scramble(np.uint64(key) ^ _scramble(np.uint64(targets[place])))
        # Floyd's sampling without replacement, kept sorted by insertion.
        for taken in range(bound):
            last = degree - bound + taken
            state = _scramble(state + np.uint64(0x9E3779B97F4A7C15))
            pick = begin + np.int64(state % np.uint64(last + 1))
            for position in range(at, at + taken):
                if edge[position] == pick:
                    pick = begin + last
                    break
            slot = at + taken
            while slot > at and edge[slot - 1] > pick:
                edge[slot] = edge[slot - 1]
                slot -= 1
            edge[slot] = pick
            target[at + taken] = place
        at += bound
    return source[edge], target, edge


@numba.njit(cache=True)
def _relabel(local: Int64, drawn: Int64, count: int) -> tuple[Int64, Int64]:
    """Positions of drawn nodes in the batch, and the nodes met for the first time, in order."""
    row = np.empty(len(drawn), np.int64)
    new = np.empty(len(drawn), np.int64)
    fresh = 0
    for position in range(len(drawn)):
        node = drawn[position]
        if local[node] < 0:
            local[node] = count + fresh
            new[fresh] = node
            fresh += 1
        row[position] = local[node]
    return row, new[:fresh].copy()
