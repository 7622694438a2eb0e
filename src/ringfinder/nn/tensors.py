"""From a snapshot to tensors: a PyG `HeteroData` that holds nothing but the snapshot.

Nothing is scaled by constants fitted on other data: fitted means and deviations would carry the
training marketplace, or the days after `as_of`, into every score.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch_geometric.data.hetero_data import HeteroData

from ringfinder.features.sequences import crowds, sequences
from ringfinder.features.snapshot import Snapshot
from ringfinder.graph.entity_graph import EntityGraph, Links
from ringfinder.graph.hubs import KINDS
from ringfinder.nn.sampler import EdgeType
from ringfinder.nn.user_inputs import LOG_SCALE, user_inputs
from ringfinder.vocabulary import ENTITY_TYPES, LINK_TYPES, LinkType, link_types

Float32 = npt.NDArray[np.float32]

USER = "user"
SECOND = 1_000_000
LOCKSTEP_SECONDS = (3 * 3_600, 36 * 3_600)
"""Half widths of the windows in which others touch the same entity, see `lockstep`."""

EDGE_FEATURES = 2 + len(LOCKSTEP_SECONDS)
ENTITY_FEATURES = 3 + len(KINDS)
CODES = 2 + 2 * len(ENTITY_TYPES)
"""Whole numbers an event: action, hour, then same-as-before and crowd per built-in entity type."""

VALUES = 2
"""Real numbers an event: log gap and log amount."""

_LINKS_AT_ONCE = 1 << 20


def relation_slot(link: str) -> str:
    """Find the built-in link type whose parameters a link type uses.

    An identifier that a mapping declares reads the parameters of `used` (device): both are things a
    person controls, with the same hub threshold, and no bundle could have trained a type it never
    met.
    """
    return link if any(link == known.name for known in LINK_TYPES) else "used"


def entity_slot(entity: str) -> str:
    """Find the built-in entity type whose parameters an entity type uses, see `relation_slot`."""
    return entity if any(entity == known.name for known in ENTITY_TYPES) else "device"


def to_entity(link: str, entity: str) -> EdgeType:
    """Name the edge type of messages from users to entities."""
    return (USER, link, entity)


def to_user(link: str, entity: str) -> EdgeType:
    """Name the edge type of messages from entities to users."""
    return (entity, f"rev_{link}", USER)


class SnapshotUsers:
    """The users of a snapshot as a model reads them, some at a time.

    `events` int64 [users] counts the events of a sequence that are not padding. Raises `InputError`
    where the snapshot lacks one of `features`.
    """

    def __init__(self, snapshot: Snapshot, features: Sequence[str], length: int) -> None:
        self.events = torch.from_numpy(np.minimum(np.diff(snapshot.events.user_ptr), length))
        self._snapshot = snapshot
        self._inputs = user_inputs(snapshot.features, features)
        self._crowds = crowds(snapshot)

    def inputs(self, rows: slice) -> Tensor:
        """Give ranks and signed logarithms of the features, float32 [rows, 2 x features]."""
        return torch.from_numpy(self._inputs.of(rows))

    def sequences(self, rows: Tensor, length: int) -> tuple[Tensor, Tensor]:
        """Give the last `length` events of users int64 [rows], as `graph_tensors` says."""
        users = rows.numpy().astype(np.int32)
        last = sequences(self._snapshot, users, length, self._crowds)
        whole = [last.action[..., None], last.hour[..., None], last.same, last.crowd]
        code = np.concatenate(whole, axis=2, dtype=np.int8)
        return torch.from_numpy(code), torch.from_numpy(np.stack([last.gap, last.amount], axis=2))


class SnapshotEdges:
    """Entities and edges of a snapshot as a model reads them, some at a time."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._graph = snapshot.graph
        self._links = known_links(snapshot.graph)
        self._attributes = {
            row.name: _edge_attributes(snapshot, snapshot.graph.links[row.name])
            for row in self._links
        }
        self.edge_types = tuple(
            way(row.name, row.entity) for row in self._links for way in (to_user, to_entity)
        )

    def entities(self, kind: str) -> tuple[Tensor, Tensor]:
        """Give `x` and `weight` of the entities of a type, as `graph_tensors` says."""
        hubs = self._graph.hubs[kind]
        parts = [
            (self._graph.links[row.name], self._attributes[row.name])
            for row in self._links
            if row.entity == kind
        ]
        x = _entity_inputs(self._graph.n_entities[kind], hubs.kind, hubs.weight, parts)
        return torch.from_numpy(x), torch.from_numpy(np.array(hubs.weight, np.float32))

    def pointers(self, edge_type: EdgeType) -> Tensor:
        """Give where each target's edges begin and the last one's end, int64 [targets + 1]."""
        links = self._graph.links[edge_type[1].removeprefix("rev_")]
        return torch.from_numpy(
            np.array(links.user_ptr if edge_type[2] == USER else links.entity_ptr)
        )

    def edges(self, edge_type: EdgeType, begin: int, end: int) -> tuple[Tensor, Tensor]:
        """Give `edge_index` and `edge_attr` into targets [begin, end), which count from 0."""
        name = edge_type[1].removeprefix("rev_")
        links, attributes = self._graph.links[name], self._attributes[name]
        ptr = (links.user_ptr if edge_type[2] == USER else links.entity_ptr)[begin : end + 1]
        part = slice(int(ptr[0]), int(ptr[-1]))
        if edge_type[2] == USER:
            source, attributes = links.entity[part], attributes[part]
        else:
            source, attributes = links.user[part], attributes[links.link[part]]
        edge_index = np.empty((2, part.stop - part.start), np.int64)
        edge_index[0] = source
        edge_index[1] = np.repeat(np.arange(end - begin), np.diff(ptr))
        return torch.from_numpy(edge_index), torch.from_numpy(attributes)


def graph_tensors(snapshot: Snapshot, features: Sequence[str], length: int) -> HeteroData:
    """Turn the whole snapshot into tensors, on the CPU.

    Users carry `x` float32 [n, 2 x len(features)], `code` int8 [n, length, CODES], `value` float32
    [n, length, VALUES] and `events` int64 [n], the number of events that are not padding. An entity
    type carries `x` float32 [m, ENTITY_FEATURES] and `weight` float32 [m], the hub weight. Both
    edge types of a link type carry `edge_index` int64 [2, links], sorted by target and then source,
    and `edge_attr` float32 [links, EDGE_FEATURES]. Raises `InputError` where a feature is missing.
    """
    data = HeteroData()
    users, edges = SnapshotUsers(snapshot, features, length), SnapshotEdges(snapshot)
    user = data[USER]
    user.x, user.events = users.inputs(slice(None)), users.events
    user.code, user.value = users.sequences(torch.arange(snapshot.n_users), length)
    for edge_type in edges.edge_types:
        store, targets = data[edge_type], len(edges.pointers(edge_type)) - 1
        store.edge_index, store.edge_attr = edges.edges(edge_type, 0, targets)
    for kind in snapshot.graph.n_entities:
        data[kind].x, data[kind].weight = edges.entities(kind)
    return data


def known_links(graph: EntityGraph) -> tuple[LinkType, ...]:
    """List the link types of a graph, built-in ones first, declared ones in name order."""
    return link_types(graph.declared)


def lockstep(links: Links, half_width: int, horizon: int) -> Float32:
    """How many more users first touch a link's entity near in time than chance has, per link.

    max(0, ln(m / expected)), where m counts the entity's other users whose first touch lies within
    `half_width` seconds and `expected` = max(0.5, others x 2 `half_width` / `horizon`) is what
    touches spread evenly over `horizon` seconds give. In user-major order, float32 [links].
    """
    out = np.empty(len(links.entity), np.float32)
    earliest = links.first_seen.min(initial=np.iinfo(np.int64).max)
    chance = 2 * half_width / max(horizon, 2 * half_width)
    for begin, end in runs(links.entity_ptr, _LINKS_AT_ONCE):
        at = links.link[links.entity_ptr[begin] : links.entity_ptr[end]]
        degree = links.degree[begin:end]
        seconds = (links.first_seen[at] - earliest) // SECOND
        stride = int(seconds.max(initial=0)) + 2 * half_width + 1
        key = np.repeat(np.arange(end - begin), degree) * stride + seconds
        ordered = np.sort(key)
        others = np.searchsorted(ordered, key + half_width, side="right")
        others -= np.searchsorted(ordered, key - half_width, side="left") + 1
        expected = np.maximum(0.5, np.repeat(degree - 1, degree) * chance)
        out[at] = np.log(np.maximum(others, expected) / expected)
    return out


def runs(ptr: npt.NDArray[np.int64], limit: int) -> Iterator[tuple[int, int]]:
    """Cut into runs of segments, half open, that hold at most `limit` entries or one segment."""
    begin, last = 0, len(ptr) - 1
    while begin < last:
        end = int(np.searchsorted(ptr, ptr[begin] + limit, side="right")) - 1
        end = min(max(end, begin + 1), last)
        yield begin, end
        begin = end


def _edge_attributes(snapshot: Snapshot, links: Links) -> Float32:
    """Log count, age of the last touch in log days, lockstep per width; user-major order."""
    ts = snapshot.events.ts
    horizon = int(ts[-1] - ts[0]) // SECOND if len(ts) else 0
    out = np.empty((len(links.entity), EDGE_FEATURES), np.float32)
    out[:, 0] = np.log1p(links.count) / LOG_SCALE
    out[:, 1] = np.log1p((snapshot.as_of - links.last_seen) / (86_400 * SECOND)) / LOG_SCALE
    for column, width in enumerate(LOCKSTEP_SECONDS, start=2):
        out[:, column] = lockstep(links, width, horizon) / np.float32(LOG_SCALE)
    return out


def _entity_inputs(
    n: int,
    kind: npt.NDArray[np.int8],
    weight: Float32,
    parts: Sequence[tuple[Links, Float32]],
) -> Float32:
    """Log degree, hub weight, mean lockstep at the widest window, one-hot kind."""
    degree, close = np.zeros(n), np.zeros(n)
    for links, attributes in parts:
        degree += links.degree
        close += np.bincount(links.entity, attributes[:, -1], minlength=n)
    out = np.zeros((n, ENTITY_FEATURES), np.float32)
    out[:, 0] = np.log1p(degree) / LOG_SCALE
    out[:, 1] = weight
    out[:, 2] = close / np.maximum(degree, 1)
    out[np.arange(n), 3 + kind.astype(np.int64)] = 1
    return out
