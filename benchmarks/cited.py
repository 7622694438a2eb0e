"""The share of cited evidence that belongs to the ring it is cited against.

Of the first 50 rings of a sweep those that are hits, each against the planted ring that it is
matched with. A line of evidence cites events, members and, but for the last line on what would
clear the ring, one thing. A member belongs when it is in the planted ring, an event when one of
the ring's members did it, a thing when the ring's own work touched it. `own_work` is the stricter
share of events that are no cover. Every ring counts alike, however much is cited against it.
"""

import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from data import write_result
from worlds import MIXES, World, each_world, rings_of

from ringfinder.detect.hybrid import Hybrid
from ringfinder.evaluate.matching import match
from ringfinder.evaluate.truth import read_truth
from ringfinder.pipeline.models import shipped_model
from ringfinder.rings.ring import Ring
from ringfinder.vocabulary import ENTITY_TYPES

SEEDS = (101,)
TOP = 50
BAR = 0.95
CITED = ("events", "own_work", "members", "things")

Row = dict[str, float]
"""Share of what is cited against one ring that belongs to it, by what is cited."""


def read_events(directory: Path) -> pd.DataFrame:
    """The log of a world, `work` telling the events of rings that are no cover."""
    log = pd.read_parquet(directory / "events.parquet")
    marked = pd.read_parquet(directory / "truth_events.parquet")
    work = marked.loc[~marked["is_camouflage"], "event_id"]
    return log.assign(work=log["event_id"].isin(work))


def belongs(ring: Ring, members: frozenset[str], log: pd.DataFrame) -> Row:
    """The shares of what `ring` cites, against the members of a planted ring and what they did."""
    own = log[log["user_id"].isin(members)]
    work = own[own["work"]]
    by_members, no_cover = set(own["event_id"]), set(work["event_id"])
    things = {
        (kind.name, thing)
        for kind in ENTITY_TYPES
        if kind.column in work
        for thing in work[kind.column].dropna()
    }
    named = [fact for fact in ring.evidence if fact.entity is not None]
    events = [one for fact in named for one in fact.event_ids]
    cited: dict[str, list[bool]] = {
        "events": [one in by_members for one in events],
        "own_work": [one in no_cover for one in events],
        "members": [user in members for fact in ring.evidence for user in fact.users],
        "things": [(fact.entity_type, fact.entity) in things for fact in named],
    }
    return {name: statistics.mean(said) for name, said in cited.items() if said}


def measure(world: World, head: Hybrid) -> list[Row]:
    """A row for each hit among the first rings of a world."""
    truth = read_truth(world.directory)
    if not truth.rings:
        return []
    listed = rings_of(world.workspace, head)[:TOP]
    matching = match(
        [frozenset(ring.members) for ring in listed], [ring.members for ring in truth.rings]
    )
    log = read_events(world.directory)
    rows = []
    for ring, of, hit in zip(listed, matching.ring_of.tolist(), matching.hit, strict=True):
        if hit:
            rows.append(belongs(ring, truth.rings[of].members, log))
    return rows


def means(rows: Iterable[Row]) -> dict[str, Any]:
    """The number of hits and the mean share of each kind of citation."""
    hits = list(rows)
    told: dict[str, Any] = {"hits": len(hits)}
    for name in CITED:
        shares = [row[name] for row in hits if name in row]
        told[name] = round(statistics.mean(shares), 4) if shares else None
        told[f"{name}_least"] = round(min(shares), 4) if shares else None
    return told


def main() -> None:
    """Write benchmarks/results/cited.json."""
    torch.set_num_threads(1)
    head = Hybrid.load(shipped_model(), "cpu")
    worlds: dict[str, dict[str, Any]] = {}
    of_kind: dict[str, list[Row]] = {}
    for world in each_world(MIXES, SEEDS):
        rows = measure(world, head)
        if rows:
            of_kind.setdefault(world.kind, []).extend(rows)
            worlds[world.name] = means(rows)
            print(world.name, worlds[world.name], flush=True)
    result = {
        "top": TOP,
        "bar": BAR,
        "summary": {kind: means(rows) for kind, rows in of_kind.items()},
        "worlds": worlds,
    }
    write_result("cited", result)


if __name__ == "__main__":
    main()
