"""Ids behind the codes of a snapshot, and codes behind ids."""

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from ringfinder.features.load import open_database
from ringfinder.features.snapshot import Snapshot

Int32 = npt.NDArray[np.int32]


class Names:
    """Looks ids and codes up in `snapshot.duckdb`, opened read-only; a context manager.

    `whole` reads all ids of a kind on first use, for reports that need most of them; without it
    only the rows asked for are read.
    """

    def __init__(self, snapshot: Snapshot, *, whole: bool = False) -> None:
        self._connection = open_database(snapshot)
        self._whole = whole
        self._by_code: dict[str, dict[int, str]] = {}
        self._by_id: dict[str, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def ids(self, kind: str, codes: Iterable[int]) -> list[str]:
        """Give the ids of `codes`, in their order."""
        wanted = [int(code) for code in codes]
        known = self._by_code.setdefault(kind, {})
        missing = sorted(set(wanted) - known.keys())
        if missing:
            query, bound = "SELECT code, id FROM ids WHERE kind = ?", [kind]
            if not self._whole:
                query += " AND code IN (SELECT unnest(?))"
                bound.append(missing)  # type: ignore[arg-type] # a list parameter
            known.update(self._connection.execute(query, bound).fetchall())
        return [known[code] for code in wanted]

    def codes(self, users: Sequence[str]) -> Int32:
        """Give the codes of those of `users` that the snapshot knows, ascending."""
        if self._whole:
            if self._by_id is None:
                rows = self._connection.execute("SELECT id, code FROM ids WHERE kind = 'user'")
                self._by_id = dict(rows.fetchall())
            found = [self._by_id[user] for user in users if user in self._by_id]
        else:
            query = "SELECT code FROM ids WHERE kind = 'user' AND id IN (SELECT unnest(?))"
            rows = self._connection.execute(query, [list(users)])
            found = [code for (code,) in rows.fetchall()]
        return np.array(sorted(found), np.int32)

    def near(self, spellings: Sequence[str], user: str, around: int) -> list[str]:
        """List users among `spellings`, and up to `around` just before and after `user`."""
        before, after = (
            f"(SELECT id FROM ids WHERE kind = 'user' AND id {sign} $user ORDER BY id {way} "
            "LIMIT $around)"
            for sign, way in (("<", "DESC"), (">", "ASC"))
        )
        spelled = "(SELECT id FROM ids WHERE kind = 'user' AND id IN (SELECT unnest($spellings)))"
        rows = self._connection.execute(
            f"{spelled} UNION ALL {before} UNION ALL {after}",
            {"spellings": list(spellings), "user": user, "around": around},
        )
        return [name for (name,) in rows.fetchall()]

    def event_ids(self, rows: Iterable[int]) -> list[str]:
        """Give the ids of the events at `rows` of the snapshot, in their order."""
        wanted = [int(row) for row in rows]
        query = 'SELECT "row", event_id FROM events WHERE "row" IN (SELECT unnest(?))'
        found = dict(self._connection.execute(query, [wanted]).fetchall())
        return [found[row] for row in wanted]
