"""A ring's case for the report: verdict, members, shared entities, activity and picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ringfinder.cases.activity import Row, activity
from ringfinder.cases.names import Names
from ringfinder.cases.picture import Node, picture
from ringfinder.cases.plain_text import count
from ringfinder.cases.ring_words import lineage_words, ring_verdict, strongest_fact
from ringfinder.cases.shared_entities import (
    SharedEntity,
    holders_of,
    shared_by_ring,
    types_and_links,
)
from ringfinder.cases.sweep_record import SweepRecord, microseconds
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
    snapshot: Snapshot,
    names: Names,
    record: SweepRecord,
    ring: dict[str, Any],
    ranks: npt.NDArray[np.int64],
) -> RingCase:
    """Gather the case of one ring; `ranks` int64 [users] is each user's rank by score."""
    codes = names.codes(ring["members"])
    shared = shared_by_ring(snapshot, names, codes, limit=_SHARED_SHOWN)
    return RingCase(
        ring=ring,
        verdict=ring_verdict(ring),
        why=strongest_fact(ring),
        status=lineage_words(ring),
        members=_members(names, record, ring, codes, ranks),
        shared=tuple(shared),
        activity_svg=_activity(snapshot, ring, codes, shared),
        picture_svg=_picture(snapshot, names, ring, codes, shared),
    )


def ranks_of(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Each user's rank, 1 for the highest score, equal scores sharing the better rank."""
    ordered = np.sort(scores)
    return 1 + len(scores) - np.searchsorted(ordered, scores, side="right")


def _members(
    names: Names,
    record: SweepRecord,
    ring: dict[str, Any],
    codes: npt.NDArray[np.int32],
    ranks: npt.NDArray[np.int64],
) -> tuple[Member, ...]:
    users = names.ids("user", codes)
    members = [
        Member(
            user, ring["roles"].get(user, "member"), float(record.scores[code]), int(ranks[code])
        )
        for user, code in zip(users, codes.tolist(), strict=True)
    ]
    return tuple(sorted(members, key=lambda member: (member.role, member.rank, member.user)))


def _activity(
    snapshot: Snapshot,
    ring: dict[str, Any],
    codes: npt.NDArray[np.int32],
    shared: list[SharedEntity],
) -> str:
    events = snapshot.events
    rows = np.concatenate(
        [events.by_user[events.user_ptr[code] : events.user_ptr[code + 1]] for code in codes]
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
        window=(microseconds(ring["window"][0]), microseconds(ring["window"][1])),
        label=f"Activity of ring {ring['rank']} over time",
    )


def _picture(
    snapshot: Snapshot,
    names: Names,
    ring: dict[str, Any],
    codes: npt.NDArray[np.int32],
    shared: list[SharedEntity],
) -> str:
    links = {kind.name: links for kind, links in types_and_links(snapshot.graph)}
    nodes = []
    for one in shared:
        holders = holders_of(links[one.kind], one.code)
        inside = names.ids("user", holders[np.isin(holders, codes)])
        nodes.append(Node(one.kind, one.entity, frozenset(inside), one.weak))
    label = f"Ring {ring['rank']}: {count(ring['size'], 'member')} and what they share"
    return picture(ring["members"], nodes, label)
