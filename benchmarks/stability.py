"""How far the list of rings stays as it is: with a day more of data, and with the log told anew.

A world is swept at the end of its 27th day and again with its 28th; then with its rows shuffled,
with the ids of users and entities drawn anew, and with those of events drawn anew, which puts
events of one instant in another order. Agreement is the mean Jaccard index of the first groups of
both lists, matched one to one. What is lost with one more day is told by cause, in the order of the
first list: `members` where the partner has gained or lost some, `rank` where a group that is alike
(a Jaccard index of at least one half) stands further down the second list, `gone` where there is
none.
"""

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from data import write_result
from worlds import World, each_world, rings_of

from ringfinder.detect.hybrid import Hybrid
from ringfinder.evaluate.matching import match
from ringfinder.evaluate.reported import ReportedGroup
from ringfinder.evaluate.stability import TOP, stability
from ringfinder.evaluate.truth import read_truth
from ringfinder.pipeline.ingest import ingest
from ringfinder.pipeline.models import shipped_model
from ringfinder.store.workspace import Workspace
from ringfinder.vocabulary import ENTITY_TYPES

MIXES = ("mixed",)
SEEDS = (101, 102)
DAY = pd.Timedelta(days=1)
DAYS = 27
TOPS = (10, 24, TOP)
BAR = 0.98
SEED = 0

TELLINGS = ("one more day", "shuffled", "renamed", "events renamed")

Listed = list[ReportedGroup]


def listed(workspace: Workspace, head: Hybrid, as_of: int | None = None) -> Listed:
    """The rings of a sweep, best first."""
    rings = rings_of(workspace, head, as_of)
    return [ReportedGroup(frozenset(ring.members), ring.alert) for ring in rings]


def agreement(first: Listed, second: Listed) -> dict[str, float | None]:
    """Mean Jaccard index of the first groups of both lists, by their number, and of the alerts."""
    ours, theirs = ([one.members for one in groups] for groups in (first, second))
    told = {str(top): stability(ours, theirs, top=top) for top in TOPS}
    alerts = ([one.members for one in groups if one.alert] for groups in (first, second))
    told["alerts"] = stability(*alerts, top=max(len(first), len(second)))
    return told


def lost(first: Listed, second: Listed, top: int) -> dict[str, float]:
    """What the first `top` groups lose of full agreement, by cause."""
    ours, theirs = ([one.members for one in groups] for groups in (first, second))
    matching = match(ours[:top], theirs[:top])
    told = {"members": 0.0, "rank": 0.0, "gone": 0.0}
    for group, partner in zip(ours[:top], matching.ring_of.tolist(), strict=True):
        best = jaccard(group, theirs[partner]) if partner >= 0 else 0.0
        if 2 * best >= 1:
            told["members"] += 1 - best
        elif any(2 * jaccard(group, other) >= 1 for other in theirs[top:]):
            told["rank"] += 1 - best
        else:
            told["gone"] += 1 - best
    return {cause: round(sum_ / max(1, len(ours[:top])), 4) for cause, sum_ in told.items()}


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Common members over all members."""
    return len(one & other) / len(one | other)


def anywhere(first: Listed, second: Listed, top: int) -> float | None:
    """Agreement of the first `top` groups with whichever of the whole second list is theirs."""
    ours, theirs = ([one.members for one in groups] for groups in (first[:top], second))
    return kept(ours, theirs)


def kept(ours: Sequence[frozenset[str]], theirs: Sequence[frozenset[str]]) -> float | None:
    """Mean Jaccard index of groups with their partners in a list that may be longer; None of none.

    One without a partner counts as 0.
    """
    if not ours:
        return None
    pairs = zip(ours, match(ours, theirs).ring_of.tolist(), strict=True)
    return statistics.mean(jaccard(one, theirs[of]) if of >= 0 else 0.0 for one, of in pairs)


def of_rings(world: World, first: Listed, second: Listed) -> float | None:
    """Agreement on those of the first `TOP` groups of the earlier list that are planted rings."""
    rings = [ring.members for ring in read_truth(world.directory).rings]
    ours, theirs = ([one.members for one in groups[:TOP]] for groups in (first, second))
    hits = [group for group, hit in zip(ours, match(ours, rings).hit, strict=True) if hit]
    return kept(hits, theirs)


def renamed(
    log: pd.DataFrame, columns: Sequence[str], rng: np.random.Generator
) -> tuple[pd.DataFrame, dict[str, dict[str, str]]]:
    """The log with the ids of some columns drawn anew, and the old ids by column and new id."""
    anew, old = log.copy(), {}
    for column in columns:
        names = log[column].dropna().unique()
        given = [f"{column[0]}{number}" for number in rng.permutation(len(names))]
        anew[column] = log[column].map(dict(zip(names, given, strict=True)))
        old[column] = dict(zip(given, names, strict=True))
    return anew, old


def retold(log: pd.DataFrame, head: Hybrid) -> Listed:
    """The rings of another telling of a log."""
    with tempfile.TemporaryDirectory() as place:
        log.to_parquet(Path(place, "events.parquet"))
        workspace = Workspace(Path(place, "workspace"))
        ingest(workspace, [Path(place, "events.parquet")])
        return listed(workspace, head)


def measure(world: World, head: Hybrid) -> dict[str, Any]:
    """Agreement of one world's list with itself a day before, shuffled and renamed."""
    log = pd.read_parquet(world.directory / "events.parquet")
    end = log["ts"].min().normalize() + DAYS * DAY
    before = listed(world.workspace, head, as_of=int(end.value // 1_000))
    now = listed(world.workspace, head)
    rng = np.random.default_rng(SEED)
    shuffled = retold(log.sample(frac=1, random_state=rng), head)
    anew, old = renamed(log, ("user_id", *(kind.column for kind in ENTITY_TYPES)), rng)
    back = [
        ReportedGroup(frozenset(old["user_id"][user] for user in one.members), one.alert)
        for one in retold(anew, head)
    ]
    return {
        "alerts": [sum(one.alert for one in before), sum(one.alert for one in now)],
        "one more day": agreement(before, now),
        "anywhere, one more day": {str(top): anywhere(before, now, top) for top in TOPS},
        "planted rings, one more day": of_rings(world, before, now),
        "lost": {str(top): lost(before, now, top) for top in TOPS},
        "shuffled": agreement(now, shuffled),
        "renamed": agreement(now, back),
        "events renamed": agreement(now, retold(renamed(log, ("event_id",), rng)[0], head)),
    }


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Means over worlds, leaving out those where both lists are empty."""
    told: dict[str, Any] = {"worlds": len(rows)}
    for name in (*TELLINGS, "anywhere, one more day"):
        told[name] = {top: mean(row[name][top] for row in rows) for top in rows[0][name]}
    told["planted rings, one more day"] = mean(row["planted rings, one more day"] for row in rows)
    told["lost"] = {
        top: {cause: mean(row["lost"][top][cause] for row in rows) for cause in causes}
        for top, causes in rows[0]["lost"].items()
    }
    return told


def mean(values: Any) -> float | None:
    """The mean of those that are there."""
    there = [value for value in values if value is not None]
    return round(statistics.mean(there), 4) if there else None


def main() -> None:
    """Write benchmarks/results/stability.json."""
    torch.set_num_threads(1)
    head = Hybrid.load(shipped_model(), "cpu")
    worlds: dict[str, dict[str, Any]] = {}
    of_kind: dict[str, list[dict[str, Any]]] = {}
    for world in each_world(MIXES, SEEDS):
        worlds[world.name] = measure(world, head)
        of_kind.setdefault(world.kind, []).append(worlds[world.name])
        print(world.name, worlds[world.name], flush=True)
    result = {
        "top": TOP,
        "bar": BAR,
        "summary": {kind: summary(rows) for kind, rows in of_kind.items()},
        "worlds": worlds,
    }
    write_result("stability", result)


if __name__ == "__main__":
    main()
