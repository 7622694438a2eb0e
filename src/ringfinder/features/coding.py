"""Ids turned into codes: the integer form of a sorted event table."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ringfinder.features.coded_events import MISSING, NO_AMOUNT, CodedEvents
from ringfinder.vocabulary import ACTION_CODE, entity_types


@dataclass(frozen=True)
class Coding:
    """Coded events and what the codes stand for.

    `ids` holds the ids of each kind ('user' and the entity types) in code order, `event_id` those
    of the events in row order.
    """

    events: CodedEvents
    event_id: pa.ChunkedArray
    ids: dict[str, pa.Array]

    @property
    def n_users(self) -> int:
        """Number of distinct users."""
        return len(self.ids["user"])

    @property
    def n_entities(self) -> dict[str, int]:
        """Number of distinct entities of each type."""
        return {name: len(self.ids[name]) for name in self.events.entity}


def code_events(table: pa.Table, declared: tuple[str, ...] = ()) -> Coding:
    """Give users and entities codes in order of first appearance.

    `table` is in the schema of `events.schema.event_schema(declared)`, sorted by (ts, event_id);
    text may be dictionary-encoded, a part of the rows at a time.
    """
    names = ["user", *(kind.name for kind in entity_types(declared))]
    coded = {name: _code(table[name]) for name in names}
    user = coded["user"][0]
    spoken, words = _code(table["action"])
    action = np.array([ACTION_CODE[word] for word in words.to_pylist()], np.int8)[spoken]
    by_user = np.argsort(user, kind="stable").astype(np.int64)
    user_ptr = np.zeros(len(coded["user"][1]) + 1, np.int64)
    np.cumsum(np.bincount(user, minlength=len(user_ptr) - 1), out=user_ptr[1:])
    return Coding(
        events=CodedEvents(
            ts=_numpy(table["ts"].cast(pa.int64())),
            user=user,
            action=action,
            entity={name: coded[name][0] for name in names[1:]},
            amount=_numpy(table["amount"].fill_null(int(NO_AMOUNT))),
            by_user=by_user,
            user_ptr=user_ptr,
        ),
        event_id=table["event_id"],
        ids={name: coded[name][1] for name in names},
    )


def _code(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int32], pa.Array]:
    """Split text, encoded or not, into codes int32 [rows], `MISSING` for null, and the ids."""
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    chunks = encoded.unify_dictionaries().chunks
    if not chunks:
        return np.empty(0, np.int32), pa.array([], pa.string())
    indices = pa.chunked_array([chunk.indices for chunk in chunks], pa.int32())
    return _numpy(indices.fill_null(MISSING)), chunks[-1].dictionary


def _numpy(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    """Copy into an array of our own: Arrow's is read-only and keeps the whole table alive."""
    return np.array(column.to_numpy())
