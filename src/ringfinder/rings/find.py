"""Find rings: candidates of all channels, settled and described, then the best of them told."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ringfinder.features.groups import Groups
from ringfinder.features.load import ids, open_database
from ringfinder.features.snapshot import Snapshot
from ringfinder.rings.alerts import Judge, count_alerts
from ringfinder.rings.channels.protocol import Log, read_log
from ringfinder.rings.channels.registry import CHANNELS, propose
from ringfinder.rings.clearing import Told, clearing_fact, clearings
from ringfinder.rings.deals import identifier_types
from ringfinder.rings.evidence import BORDERLINE, MAX_FACTS, Dossier, facts, inspect, is_operator
from ringfinder.rings.habits import habits
from ringfinder.rings.hypotheses.registry import check_all
from ringfinder.rings.membership import settle
from ringfinder.rings.ring import Ring
from ringfinder.rings.score import chance, figures
from ringfinder.rings.selection import select
from ringfinder.rings.statistics import Table, column, describe
from ringfinder.rings.weighing import Scratch, scratch

MAX_ENTITIES = 50
"""Entities of one type that a ring lists at most."""


@dataclass(frozen=True)
class Found:
    """Every group that the channels propose, with what is measured of it.

    `statistics` float32 [groups, len(STATISTICS)]; `channels` lists the names of the channels that
    proposed each group.
    """

    log: Log
    groups: Groups
    statistics: Table
    channels: tuple[tuple[str, ...], ...]
    cells: Scratch


def find_groups(snapshot: Snapshot) -> Found:
    """Candidates of all channels, settled to their members and described."""
    log = read_log(snapshot)
    cells = scratch(log.deals, log.idents)
    candidates, channel = propose(log)
    groups, origins = settle(candidates, log.deals, log.idents, cells)
    table = describe(snapshot, groups, origins, channel, log.deals, log.idents, cells)
    names = list(CHANNELS)
    by_group = tuple(
        tuple(names[c] for c in sorted(set(channel[found].tolist()))) for found in origins
    )
    return Found(log, groups, table, by_group, cells)


def tell_rings(
    found: Found, score: npt.NDArray[np.float32], *, max_rings: int, judge: Judge | None = None
) -> list[Ring]:
    """The best `max_rings` distinct groups as rings, best first.

    `score` float32 [groups] in [0, 1] ranks. As many of the first are alerts as can be while the
    expected share of false ones among them stays within `ALERT_FALSE_SHARE`. What would clear an
    alert is told by that line where there is a `judge` to score what is left, else by chance.
    """
    nats = column(found.statistics, "net_nats") * column(found.statistics, "size")
    chosen = select(found.groups, score, nats, max_rings)
    if not chosen:
        return []
    alerts = count_alerts(score[chosen])
    snapshot = found.log.snapshot
    channels = column(found.statistics, "channels")
    told = []
    for g in chosen:
        codes = found.groups.members(g)
        told.append(Told(codes, inspect(found.log, codes, found.cells), float(channels[g])))
    kinds = ["user", "item", "seller", *(row.name for row in identifier_types(snapshot))]
    names = {kind: ids(snapshot, kind) for kind in kinds}
    event_ids = _event_ids(snapshot, [one.dossier for one in told])
    clears = clearings(found.log, told, score[chosen], alerts, judge, found.cells)
    rings = []
    for rank, (g, (codes, dossier, _), clear) in enumerate(
        zip(chosen, told, clears, strict=True), start=1
    ):
        members = [names["user"][v] for v in codes.tolist()]
        evidence = facts(dossier, names, event_ids, len(members))
        if clear is not None:
            evidence += (clearing_fact(clear, dossier, names, len(members)),)
        entities = {kind: _entities(dossier, kind, names[kind]) for kind in kinds[1:]}
        ring = Ring(
            ring_id=ring_id(members),
            rank=rank,
            score=round(float(score[g]), 6),
            alert=rank <= alerts,
            p_value=chance(found.statistics, g),
            members=tuple(sorted(members)),
            roles=_roles(members, dossier),
            window=dossier.window,
            entities=entities,
            operators=_operators(dossier, entities, names),
            channels=found.channels[g],
            evidence=evidence,
            lookalike_checks=check_all(
                figures(found.statistics, g) | habits(found.log, codes, dossier)
            ),
        )
        ring.validate()
        rings.append(ring)
    return rings


def ring_id(members: Sequence[str]) -> str:
    """A stable id: `r_` and twelve hexadecimal digits of the SHA-256 of the sorted member ids."""
    text = json.dumps(sorted(members), ensure_ascii=False)
    return "r_" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _roles(members: Sequence[str], dossier: Dossier) -> dict[str, str]:
    roles = {
        user: "core" if margin >= BORDERLINE else "peripheral"
        for user, margin in zip(members, dossier.margin.tolist(), strict=True)
    }
    return dict(sorted(roles.items()))


def _entities(dossier: Dossier, kind: str, names: Sequence[str]) -> tuple[str, ...]:
    codes = [one.code for one in dossier.shared if one.kind == kind]
    if kind == "seller":
        codes += dossier.sellers
    return tuple(names[code] for code in dict.fromkeys(codes))[:MAX_ENTITIES]


def _operators(
    dossier: Dossier, entities: Mapping[str, Sequence[str]], names: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    held = {(one.kind, names[one.kind][one.code]) for one in dossier.shared if is_operator(one)}
    found = {
        kind: tuple(one for one in listed if (kind, one) in held)
        for kind, listed in entities.items()
    }
    return {kind: some for kind, some in found.items() if some}


def _event_ids(snapshot: Snapshot, dossiers: Sequence[Dossier]) -> dict[int, str]:
    """Event ids of the rows that facts will cite."""
    rows = {
        row
        for dossier in dossiers
        for one in dossier.shared[:MAX_FACTS]
        for row in one.rows.tolist()
    }
    query = 'SELECT "row", event_id FROM events WHERE "row" IN (SELECT unnest($rows::BIGINT[]))'
    with open_database(snapshot) as database:
        return dict(database.execute(query, {"rows": sorted(rows)}).fetchall())
