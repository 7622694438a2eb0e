"""The entity graph: who touched what, as CSR arrays read from both ends."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ringfinder.errors import LeakageError, WorkError
from ringfinder.vocabulary import ENTITY_TYPES

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Links:
    """Links of one type between users and entities, one per (user, entity) pair.

    `user_ptr` int64 [users + 1] and `entity` int32 [links] list each user's entities in ascending
    order; `count` int32, `first_seen` and `last_seen` int64 (microseconds, UTC) [links] stand
    beside them. `entity_ptr` int64 [entities + 1] and `user` int32 [links] list each entity's users
    in ascending order; `link` int64 [links] leads from there to the user-major position.
    """

    user_ptr: Int64
    entity: Int32
    count: Int32
    first_seen: Int64
    last_seen: Int64
    entity_ptr: Int64
    user: Int32
    link: Int64

    @property
    def degree(self) -> Int64:
        """Distinct users of each entity, int64 [entities]."""
        return np.diff(self.entity_ptr)


@dataclass(frozen=True)
class Hubs:
    """How much one shared entity says, per entity of a type.

    `kind` int8 [entities] is a position in `graph.hubs.KINDS`; `weight` float32 [entities] in
    (0, 1] falls with the number of users that hold the entity.
    """

    kind: npt.NDArray[np.int8]
    weight: npt.NDArray[np.float32]


@dataclass(frozen=True)
class EntityGraph:
    """Users and entities linked by the events of the half-open interval (start, as_of].

    Times are microseconds since 1970, UTC. Codes count from 0 in order of first appearance in the
    log, so that later events never renumber earlier ones and names carry no order. `n_entities`
    is keyed by entity type, `links` by link type, `hubs` by entity type.
    """

    as_of: int
    start: int
    n_users: int
    n_entities: Mapping[str, int]
    links: Mapping[str, Links]
    hubs: Mapping[str, Hubs]

    @property
    def declared(self) -> tuple[str, ...]:
        """Entity types that are not built in, in name order."""
        return tuple(sorted(self.n_entities.keys() - {kind.name for kind in ENTITY_TYPES}))

    def validate(self) -> None:
        """Raise `LeakageError` for a link after `as_of`, `WorkError` for a link without ends."""
        for name, links in self.links.items():
            if len(links.last_seen) and int(links.last_seen.max()) > self.as_of:
                raise LeakageError(
                    "the entity graph is not valid",
                    f"{name} holds a link later than its as_of",
                    "rebuild the snapshot from the lake",
                )
            ends = len(links.entity_ptr) - 1
            if len(links.entity) and not 0 <= int(links.entity.min()) <= links.entity.max() < ends:
                raise WorkError(
                    "the entity graph is not valid",
                    f"{name} holds a link to an entity that is not there",
                    "rebuild the snapshot from the lake",
                )
