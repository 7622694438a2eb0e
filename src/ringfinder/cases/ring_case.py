"""A ring's case for the report: verdict, members, shared entities, activity and picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ringfinder.cases.activity import Row, activity
from ringfinder.cases.happenings import window_of
from ringfinder.cases.picture import Node, picture
from ringfinder.cases.plain_text import count
from ringfinder.cases.ring_words import lineage_words, ring_verdict, strongest_fact
from ringfinder.cases.shared_entities import SharedEntity, shared_by_ring
from ringfinder.cases.snapshot_source import SnapshotSource
from ringfinder.cases.source import HeldRing, Holding
from ringfinder.features.snapshot import Snapshot

_SHARED_SHOWN = 40
_ROWS_SHOWN = 8


@dataclass(frozen=True)
class Member:
    """A member of a ring with its role, its score and its rank among all users."""

    user: str
    role: str
    score: float
    rank: int


@dataclass(frozen=True)
class RingCase:
    """Everything the report shows of a ring; `ring` is its line of rings.jsonl."""

    ring: dict[str, Any]
    verdict: str
    why: str
    status: str
    members: tuple[Member, ...]
    shared: tuple[SharedEntity, ...]
    activity_svg: str
    picture_svg: str


def ring_case(
    source: SnapshotSource, line: dict[str, Any], ranks: npt.NDArray[np.int64]
) -> RingCase:
    """Gather the case of the ring with that line; `ranks` int64 [users] are ranks by score."""
    ring = source.held_ring(line)
    in_common = source.in_common(ring, None)
    shared = shared_by_ring(source, ring, in_common, limit=_SHARED_SHOWN)
    return RingCase(
        ring=line,
        verdict=ring_verdict(line),
        why=strongest_fact(line),
        status=lineage_words(line),
        members=_members(source, ring, ranks),
        shared=tuple(shared),
        activity_svg=_activity(source.snapshot, ring, shared),
        picture_svg=_picture(ring, in_common, shared),
    )


def ranks_of(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Each user's rank, 1 for the highest score, equal scores sharing the better rank."""
    ordered = np.sort(scores)
    return 1 + len(scores) - np.searchsorted(ordered, scores, side="right")


def _members(
    source: SnapshotSource, ring: HeldRing, ranks: npt.NDArray[np.int64]
) -> tuple[Member, ...]:
    members = [
        Member(
            user,
            ring.line["roles"].get(user, "member"),
            float(source.record.scores[code]),
            int(ranks[code]),
        )
        for code, user in ring.members.items()
    ]
    return tuple(sorted(members, key=lambda member: (member.role, member.rank, member.user)))


def _activity(snapshot: Snapshot, ring: HeldRing, shared: list[SharedEntity]) -> str:
    events = snapshot.events
    rows = np.concatenate(
        [events.by_user[events.user_ptr[code] : events.user_ptr[code + 1]] for code in ring.members]
        or [np.empty(0, np.int64)]
    )
    ts = np.asarray(events.ts[rows])
    lines = [
        Row(f"{one.kind} {one.entity}", ts[np.asarray(events.entity[one.kind][rows]) == one.code])
        for one in shared
        if not one.weak
    ]
    return activity(
        ts,
        lines[:_ROWS_SHOWN],
        start=int(events.ts[0]),
        as_of=snapshot.as_of,
        window=window_of(ring.line),
        label=f"Activity of ring {ring.line['rank']} over time",
    )


def _picture(ring: HeldRing, in_common: list[Holding], shared: list[SharedEntity]) -> str:
    by = {(one.type, one.code): one.by for one in in_common}
    nodes = [
        Node(
            one.kind,
            one.entity,
            frozenset(ring.members[code] for code in by[one.kind, one.code]),
            one.weak,
        )
        for one in shared
    ]
    line = ring.line
    label = f"Ring {line['rank']}: {count(line['size'], 'member')} and what they share"
    return picture(line["members"], nodes, label)
