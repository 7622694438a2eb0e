"""From a snapshot to tensors: a PyG `HeteroData` that holds nothing but the snapshot.

Nothing is scaled by constants fitted on other data. A user feature enters twice: as its rank among
the users of the same snapshot, which says "much for this marketplace" in any currency and traffic,
and as a signed logarithm, which keeps what ranks lose (how far out, and how many are tied at zero).
Fitted means and deviations would carry the training marketplace, or the days after `as_of`, into
every score.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch_geometric.data.hetero_data import HeteroData

from ringfinder.errors import InputError
from ringfinder.features.sequences import sequences
from ringfinder.features.snapshot import Features, Snapshot
from ringfinder.graph.entity_graph import EntityGraph, Links
from ringfinder.graph.hubs import KINDS
from ringfinder.nn.sampler import EdgeType
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

_LOG_SCALE = 4.0


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


def graph_tensors(snapshot: Snapshot, features: Sequence[str], length: int) -> HeteroData:
    """Turn the snapshot into tensors, on the CPU.

    Users carry `x` float32 [n, 2 x len(features)], `code` int8 [n, length, CODES], `value` float32
    [n, length, VALUES] and `events` int64 [n], the number of events that are not padding. An entity
    type carries `x` float32 [m, ENTITY_FEATURES] and `weight` float32 [m], the hub weight. Both
    edge types of a link type carry `edge_index` int64 [2, links], sorted by target and then source,
    and `edge_attr` float32 [links, EDGE_FEATURES]. Raises `InputError` where a feature is missing.
    """
    data = HeteroData()
    data[USER].x = torch.from_numpy(user_inputs(snapshot.features, features))
    last = sequences(snapshot, np.arange(snapshot.n_users, dtype=np.int32), length)
    data[USER].code = torch.from_numpy(
        np.concatenate(
            [last.action[..., None], last.hour[..., None], last.same, last.crowd], axis=2
        ).astype(np.int8)
    )
    data[USER].value = torch.from_numpy(np.stack([last.gap, last.amount], axis=2))
    data[USER].events = torch.from_numpy(last.mask.sum(axis=1))

    graph = snapshot.graph
    together: dict[str, list[tuple[Links, Float32]]] = {kind: [] for kind in graph.n_entities}
    for link in known_links(graph):
        links = graph.links[link.name]
        attributes = _edge_attributes(snapshot, links)
        user_of = np.repeat(np.arange(graph.n_users), np.diff(links.user_ptr))
        entity_of = np.repeat(np.arange(len(links.entity_ptr) - 1), links.degree)
        store = data[to_user(link.name, link.entity)]
        store.edge_index = _edges(links.entity, user_of)
        store.edge_attr = torch.from_numpy(attributes)
        store = data[to_entity(link.name, link.entity)]
        store.edge_index = _edges(links.user, entity_of)
        store.edge_attr = torch.from_numpy(attributes[links.link])
        together[link.entity].append((links, attributes))
    for kind, parts in together.items():
        hubs = graph.hubs[kind]
        data[kind].x = torch.from_numpy(
            _entity_inputs(graph.n_entities[kind], hubs.kind, hubs.weight, parts)
        )
        data[kind].weight = torch.from_numpy(np.array(hubs.weight, np.float32))
    return data


def known_links(graph: EntityGraph) -> tuple[LinkType, ...]:
    """List the link types of a graph, built-in ones first, declared ones in name order."""
    return link_types(graph.declared)


def user_inputs(features: Features, names: Sequence[str]) -> Float32:
    """Ranks in [-1, 1], then signed logarithms, of the named features: float32 [users, 2 F]."""
    position = {name: place for place, name in enumerate(features.names)}
    missing = [name for name in names if name not in position]
    if missing:
        raise InputError(
            "the model does not fit this snapshot",
            f"it was trained on features that are not here: {', '.join(missing[:5])}",
            "retrain it with `ringfinder train`",
        )
    raw = features.values[:, [position[name] for name in names]].astype(np.float32)
    signed_log = np.sign(raw) * np.log1p(np.abs(raw)) / np.float32(_LOG_SCALE)
    return np.concatenate([ranks(raw), signed_log], axis=1).astype(np.float32)


def ranks(values: Float32) -> Float32:
    """Mid-ranks of each column scaled to (-1, 1), ties at their middle: float32 [n, F]."""
    n = len(values)
    if n == 0:
        return values
    place, out = torch.arange(n), np.empty(values.shape, np.float32)
    begins, ends = torch.ones(n, dtype=torch.bool), torch.ones(n, dtype=torch.bool)
    for column in range(values.shape[1]):  # one at a time, in little memory
        ordered, order = torch.from_numpy(values[:, column].copy()).sort()
        begins[1:] = ordered[1:] != ordered[:-1]
        first = torch.where(begins, place, 0).cummax(dim=0).values
        ends[:-1] = begins[1:]
        last = torch.where(ends, place, n).flip(0).cummin(dim=0).values.flip(0)
        out[order.numpy(), column] = ((first + last + 1).double() / n - 1).float().numpy()
    return out


def lockstep(links: Links, half_width: int, horizon: int) -> Float32:
    """How many more users first touch a link's entity near in time than chance has, per link.

    max(0, ln(m / expected)), where m counts the entity's other users whose first touch lies within
    `half_width` seconds and `expected` = max(0.5, others x 2 `half_width` / `horizon`) is what
    touches spread evenly over `horizon` seconds give. In user-major order, float32 [links].
    """
    n = len(links.entity)
    if n == 0:
        return np.empty(0, np.float32)
    seconds = (links.first_seen - links.first_seen.min()) // SECOND
    stride = int(seconds.max()) + 2 * half_width + 1
    key = links.entity.astype(np.int64) * stride + seconds
    ordered = np.sort(key)
    upper = np.searchsorted(ordered, ordered + half_width, side="right")
    lower = np.searchsorted(ordered, ordered - half_width, side="left")
    others = (upper - lower - 1)[np.searchsorted(ordered, key)]
    spread = (links.degree[links.entity] - 1) * (2 * half_width / max(horizon, 2 * half_width))
    expected = np.maximum(0.5, spread)
    surprise = np.log(np.maximum(others, expected) / expected)
    return np.asarray(surprise, np.float32)


def _edge_attributes(snapshot: Snapshot, links: Links) -> Float32:
    """Log count, age of the last touch in log days, lockstep per width; user-major order."""
    ts = snapshot.events.ts
    horizon = int(ts[-1] - ts[0]) // SECOND if len(ts) else 0
    age = (snapshot.as_of - links.last_seen) / (86_400 * SECOND)
    close = [lockstep(links, width, horizon) for width in LOCKSTEP_SECONDS]
    columns = np.stack([np.log1p(links.count), np.log1p(age), *close], axis=1)
    return (columns / _LOG_SCALE).astype(np.float32)


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
    out[:, 0] = np.log1p(degree) / _LOG_SCALE
    out[:, 1] = weight
    out[:, 2] = close / np.maximum(degree, 1)
    out[np.arange(n), 3 + kind.astype(np.int64)] = 1
    return out


def _edges(source: npt.NDArray[np.generic], target: npt.NDArray[np.generic]) -> torch.Tensor:
    return torch.from_numpy(np.stack([source, target]).astype(np.int64))
