"""Labels known at a time: verdicts on users, and on events by the user who made them."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ringfinder.features.coding import Coding
from ringfinder.features.snapshot import Labels

_ALWAYS = np.iinfo(np.int64).min


def known_labels(labels: pa.Table, coding: Coding, *, as_of: int) -> Labels:
    """Keep one label a user: of those observed at or before `as_of` the latest, of equals a 1.

    `labels` has the columns of `events.labels.LABEL_SCHEMA`. A row without `observed_at` was always
    known. Rows on users and events outside the snapshot say nothing here.
    """
    code = _index(labels["user"], coding.ids["user"])
    row = _row(labels["event_id"], coding.event_id)
    by_event = (code < 0) & (row >= 0)
    code[by_event] = coding.events.user[row[by_event]]
    observed = np.array(labels["observed_at"].cast(pa.int64()).fill_null(int(_ALWAYS)).to_numpy())
    label = np.array(labels["label"].fill_null(-1).to_numpy())
    known = np.flatnonzero((code >= 0) & (observed <= as_of) & (label >= 0))
    order = known[np.lexsort((label[known], observed[known], code[known]))]
    last = order[np.flatnonzero(np.diff(code[order], append=len(coding.ids["user"])))]
    return Labels(code[last].astype(np.int32), label[last].astype(np.int8))


def _index(values: pa.ChunkedArray, among: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Find the position of each value in `among`, -1 where it is null or not there."""
    chunks = pc.index_in(values, value_set=among, skip_nulls=True)
    return np.array(chunks.fill_null(-1).to_numpy()).astype(np.int64)


def _row(values: pa.ChunkedArray, event_id: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Find the row of each event id, -1 where it is null or not there.

    Events are looked up among the few ids asked for: the other way round every event of the log
    would stand in a hash table.
    """
    asked = pc.unique(values)
    place = _index(event_id, asked)
    row = np.full(len(asked) + 1, -1)
    found = np.flatnonzero(place >= 0)
    row[place[found]] = found
    return row[_index(values, asked)]
