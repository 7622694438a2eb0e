"""FRAUDAR: dense blocks of users and items by greedy peeling, from the paper.

Hooi, Song, Beutel, Shah, Shin and Faloutsos, "FRAUDAR: Bounding Graph Fraud in the Face of
Camouflage", KDD 2016.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from ringfinder.evaluate.peers.bipartite import Edges, edges_of, log_weights, trade_graph
from ringfinder.evaluate.peers.log import Codes, PeerLog
from ringfinder.evaluate.peers.protocol import FEWEST_USERS

BLOCKS = 60


@dataclass(frozen=True)
class Fraudar:
    """The densest block, then the densest one of the edges that are left, `blocks` times."""

    blocks: int = BLOCKS

    def groups(self, log: PeerLog) -> list[Codes]:
        """The users of each block, in the order in which the blocks are found."""
        edges, found = trade_graph(log), []
        for _ in range(self.blocks):
            if not len(edges.user):
                break
            block = densest_block(edges)
            users = edges.users[block[: len(edges.users)]]
            if len(users) >= FEWEST_USERS:
                found.append(users)
            edges = _without(edges, block)
        return found


def densest_block(edges: Edges) -> npt.NDArray[np.bool_]:
    """Which nodes, users first, are in the densest set that peeling meets, bool [nodes].

    The density is g(S) = f(S) / |S|, f(S) the weight of the edges inside; the node with the least
    weight to what is left goes first, of equal ones the lower. The set found is at least half as
    dense as the densest of all (Theorem 1 there). O(edges log nodes).
    """
    tail = np.concatenate([edges.user, edges.other + len(edges.users)])
    head = np.concatenate([edges.other + len(edges.users), edges.user])
    order = np.argsort(tail, kind="stable")
    ptr = np.zeros(edges.n + 1, np.int64)
    np.cumsum(np.bincount(tail, minlength=edges.n), out=ptr[1:])
    weight = np.concatenate([edges.weight, edges.weight])[order]
    peeled, best = _peel(ptr, head[order], weight)
    block = np.ones(edges.n, np.bool_)
    block[peeled[:best]] = False
    return block


def _without(edges: Edges, block: npt.NDArray[np.bool_]) -> Edges:
    """The edges that are not inside the block, weighted anew."""
    left = ~(block[edges.user] & block[edges.other + len(edges.users)])
    other = edges.other[left]
    return edges_of(edges.users[edges.user[left]], other, log_weights(other))


@njit(cache=True)
def _peel(ptr: Codes, head: Codes, weight: npt.NDArray[np.float64]) -> tuple[Codes, int]:
    """Nodes in the order they are peeled, and how many go before the densest set is left.

    `slot` int64 [nodes] is a node's place in the heap, -1 once it is peeled.
    """
    n = len(ptr) - 1
    priority = np.zeros(n)
    total = 0.0
    for node in range(n):
        for place in range(ptr[node], ptr[node + 1]):
            priority[node] += weight[place]
        total += priority[node]
    total /= 2
    heap, slot = np.arange(n), np.arange(n)
    for place in range(n // 2 - 1, -1, -1):
        _sink(heap, slot, priority, place, n)
    peeled = np.empty(n, np.int64)
    best, densest = 0, total / n
    for gone in range(n):
        node = heap[0]
        left = n - gone - 1
        heap[0] = heap[left]
        slot[heap[0]] = 0
        slot[node] = -1
        _sink(heap, slot, priority, 0, left)
        peeled[gone] = node
        total -= priority[node]
        for place in range(ptr[node], ptr[node + 1]):
            neighbour = head[place]
            if slot[neighbour] >= 0:
                priority[neighbour] -= weight[place]
                _rise(heap, slot, priority, slot[neighbour])
        if left and total / left > densest:
            best, densest = gone + 1, total / left
    return peeled, best


@njit(cache=True)
def _before(priority: npt.NDArray[np.float64], one: int, other: int) -> bool:
    if priority[one] != priority[other]:
        return bool(priority[one] < priority[other])
    return one < other


@njit(cache=True)
def _sink(
    heap: Codes, slot: Codes, priority: npt.NDArray[np.float64], place: int, size: int
) -> None:
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and _before(priority, heap[child + 1], heap[child]):
            child += 1
        if not _before(priority, heap[child], heap[place]):
            return
        _swap(heap, slot, place, child)
        place = child


@njit(cache=True)
def _rise(heap: Codes, slot: Codes, priority: npt.NDArray[np.float64], place: int) -> None:
    while place:
        parent = (place - 1) // 2
        if not _before(priority, heap[place], heap[parent]):
            return
        _swap(heap, slot, place, parent)
        place = parent


@njit(cache=True)
def _swap(heap: Codes, slot: Codes, one: int, other: int) -> None:
    heap[one], heap[other] = heap[other], heap[one]
    slot[heap[one]], slot[heap[other]] = one, other
