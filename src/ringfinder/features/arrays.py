"""The array files of a snapshot, written and mapped by one table of names."""

import json
import mmap
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ringfinder.errors import StoreError
from ringfinder.features.coded_events import CodedEvents
from ringfinder.features.snapshot import Features, Labels, Snapshot
from ringfinder.graph.entity_graph import EntityGraph, Hubs, Links
from ringfinder.vocabulary import entity_types, link_types

FORMAT = 2
"""Version of the files; part of every snapshot's key."""

DATABASE = "snapshot.duckdb"
"""Name of the file that holds ids, event ids and the coded events."""

_META = "meta.json"
T = TypeVar("T")


@dataclass(frozen=True)
class Meta:
    """What a snapshot says of itself; `features` maps each name to its words, in column order."""

    format: int
    as_of: int
    start: int
    log: str
    n_users: int
    n_entities: dict[str, int]
    declared: list[str]
    features: dict[str, str]


def write_arrays(snapshot: Snapshot, words: Mapping[str, str], declared: tuple[str, ...]) -> None:
    """Write the arrays and the description of a snapshot into its directory."""
    path, events, graph = snapshot.path, snapshot.events, snapshot.graph
    _write(path, "events", events)
    for name, codes in events.entity.items():
        np.save(path / f"events.entity.{name}.npy", codes)
    for name, links in graph.links.items():
        _write(path, f"links.{name}", links)
    for name, hubs in graph.hubs.items():
        _write(path, f"hubs.{name}", hubs)
    _write(path, "features", snapshot.features)
    _write(path, "labels", snapshot.labels)
    meta = Meta(
        format=FORMAT,
        as_of=snapshot.as_of,
        start=snapshot.start,
        log=snapshot.log,
        n_users=graph.n_users,
        n_entities=dict(graph.n_entities),
        declared=list(declared),
        features={name: words[name] for name in snapshot.features.names},
    )
    (path / _META).write_text(json.dumps(vars(meta), indent=1) + "\n", encoding="utf-8")


def read_meta(path: Path) -> Meta:
    """Read what the snapshot at `path` says of itself, or raise `StoreError`."""
    try:
        meta = Meta(**json.loads((path / _META).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as problem:
        raise _damaged(path, str(problem)) from problem
    if meta.format != FORMAT:
        raise _damaged(path, f"its format is {meta.format}, this version reads {FORMAT}")
    return meta


def read_arrays(path: Path) -> Snapshot:
    """Map the arrays of the snapshot at `path` into memory, or raise `StoreError`."""
    meta = read_meta(path)
    try:
        entity = {
            kind.name: _map(path / f"events.entity.{kind.name}.npy")
            for kind in entity_types(meta.declared)
        }
        graph = EntityGraph(
            as_of=meta.as_of,
            start=meta.start,
            n_users=meta.n_users,
            n_entities=meta.n_entities,
            links={
                kind.name: _read(path, f"links.{kind.name}", Links)
                for kind in link_types(meta.declared)
            },
            hubs={
                kind.name: _read(path, f"hubs.{kind.name}", Hubs)
                for kind in entity_types(meta.declared)
            },
        )
        return Snapshot(
            as_of=meta.as_of,
            start=meta.start,
            path=path,
            events=_read(path, "events", CodedEvents, entity=entity),
            graph=graph,
            features=_read(path, "features", Features, names=tuple(meta.features)),
            labels=_read(path, "labels", Labels),
            log=meta.log,
        )
    except (OSError, ValueError) as problem:
        raise _damaged(path, str(problem)) from problem


def let_go(snapshot: Snapshot) -> None:
    """Give back the memory of what was read of a snapshot so far; the next look reads it anew."""
    graph = snapshot.graph
    holders: tuple[Any, ...] = (
        snapshot.events,
        snapshot.features,
        *graph.links.values(),
        *graph.hubs.values(),
    )
    arrays = [getattr(holder, field.name) for holder in holders for field in fields(holder)]
    for array in (*arrays, *snapshot.events.entity.values()):
        mapped = getattr(array, "base", None)
        if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
            mapped.madvise(mmap.MADV_DONTNEED)


def _write(path: Path, prefix: str, holder: Any) -> None:
    for field in fields(holder):
        value = getattr(holder, field.name)
        if isinstance(value, np.ndarray):
            np.save(path / f"{prefix}.{field.name}.npy", value)


def _read(path: Path, prefix: str, holder: type[T], **given: object) -> T:
    names = [field.name for field in fields(holder) if field.name not in given]  # type: ignore[arg-type]
    return holder(**given, **{name: _map(path / f"{prefix}.{name}.npy") for name in names})


def _map(path: Path) -> npt.NDArray[Any]:
    return np.load(path, mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]


def _damaged(path: Path, why: str) -> StoreError:
    return StoreError(
        f"the snapshot {path.name} cannot be read",
        why,
        "delete its directory; the next run builds it again from the lake",
    )
