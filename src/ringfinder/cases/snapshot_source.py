"""A case read from a snapshot and the sweep made on it."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import numpy as np

from ringfinder.cases.bursts import bursts_in_words
from ringfinder.cases.company import company_of
from ringfinder.cases.happenings import chosen_rows, happenings, window_of
from ringfinder.cases.holdings import held_by_user, held_in_common, holders_of, types_and_links
from ringfinder.cases.names import Names
from ringfinder.cases.source import Company, Happening, HeldRing, Holding, Listing, Standing
from ringfinder.cases.sweep_record import SweepRecord
from ringfinder.features.snapshot import Snapshot
from ringfinder.vocabulary import ACTIONS


class SnapshotSource:
    """Answers what `CaseSource` promises; a context manager that holds the snapshot's ids open.

    `whole` reads all ids of a kind on first use, for reports that need most of them.
    """

    def __init__(self, snapshot: Snapshot, record: SweepRecord, *, whole: bool = False) -> None:
        self.snapshot = snapshot
        self.record = record
        self._names = Names(snapshot, whole=whole)
        self._links = {kind.name: links for kind, links in types_and_links(snapshot.graph)}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._names.__exit__(kind, error, trace)

    @property
    def as_of(self) -> int:
        """The end of the snapshot, microseconds UTC, inclusive."""
        return self.snapshot.as_of

    @property
    def sweep_id(self) -> str:
        """The id of the sweep."""
        return self.record.sweep_id

    @property
    def model(self) -> str:
        """The model that scored."""
        return str(self.record.summary["model"])

    @property
    def n_users(self) -> int:
        """Number of users of the snapshot."""
        return self.snapshot.n_users

    def standing(self, user: str) -> Standing | None:
        """Find a user by id, None when no event names it."""
        found = self._names.codes([user]).tolist()
        if not found:
            return None
        code, events = found[0], self.snapshot.events
        rows = events.by_user[events.user_ptr[code] : events.user_ptr[code + 1]]
        score = self.record.scores[code]
        return Standing(
            user=user,
            code=code,
            score=float(score),
            rank=1 + int((self.record.scores > score).sum()),
            first_seen=int(events.ts[rows[0]]),
            last_seen=int(events.ts[rows[-1]]),
            actions=tuple(np.bincount(events.action[rows], minlength=len(ACTIONS)).tolist()),
            bursts=bursts_in_words(self.snapshot, self._names, code),
        )

    def near(self, spellings: Sequence[str], user: str, *, around: int) -> list[str]:
        """List users among `spellings`, and up to `around` just before and after `user`."""
        return self._names.near(spellings, user, around)

    def listings(self, user: Standing) -> list[Listing]:
        """List all rings that hold the user, the best ranked first."""
        return [
            Listing(ring["ring_id"], ring["rank"], ring["size"])
            for ring in self.record.rings
            if user.user in ring["members"]
        ]

    def ring(self, ring_id: str) -> HeldRing:
        """Find a ring of the sweep, or raise `InputError`."""
        return self.held_ring(self.record.ring(ring_id))

    def held_ring(self, line: Mapping[str, Any]) -> HeldRing:
        """Find the codes of a ring's members."""
        codes = self._names.codes(line["members"]).tolist()
        return HeldRing(line, dict(zip(codes, self._names.ids("user", codes), strict=True)))

    def held(self, user: Standing, *, identifiers_only: bool, limit: int) -> list[Holding]:
        """List what the user holds and others too, at most `limit` of each type."""
        return held_by_user(
            self.snapshot, self._names, user.code, identifiers_only=identifiers_only, limit=limit
        )

    def in_common(self, ring: HeldRing, user: Standing | None) -> list[Holding]:
        """List what two members hold or more; with `user`, what `CaseSource` narrows it to."""
        code = None if user is None else user.code
        return held_in_common(self.snapshot, self._names, tuple(ring.members), code)

    def other_holders(
        self, user: Standing, held: Sequence[Holding], *, besides: HeldRing | None, limit: int
    ) -> list[tuple[str, ...]]:
        """Name other users of each entity, the first `limit` in code order, no ring members."""
        inside = [user.code, *(besides.members if besides else ())]
        strangers = []
        for one in held:
            holders = holders_of(self._links[one.type], one.code)
            others = holders[~np.isin(holders, inside)][:limit]
            strangers.append(tuple(self._names.ids("user", others)))
        return strangers

    def one_in(self, entity_type: str, holders: int) -> float:
        """Tell that one in so many entities of the type is held by at least so many users."""
        degree = self._links[entity_type].degree
        return len(degree) / int((degree >= holders).sum())

    def company(self, user: Standing, *, limit: int) -> Company:
        """Give the user's cells and its companions there, `limit` at most."""
        return company_of(self.snapshot, self._names, user.code, limit=limit)

    def happenings(
        self, user: Standing, ring: HeldRing | None, *, limit: int
    ) -> tuple[list[Happening], int]:
        """Give the last `limit` events that a timeline shows, and how many it could."""
        window = None if ring is None else window_of(ring.line)
        rows = chosen_rows(self.snapshot, user.code, window)
        return happenings(self.snapshot, self._names, rows[-limit:]), len(rows)
