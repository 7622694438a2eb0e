"""Candidates of a sweep as they lie on disk, so that verdicts re-rank them without finding anew."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ringfinder.cases.sweep_record import last_sweep, summaries
from ringfinder.errors import StoreError
from ringfinder.features.groups import Groups
from ringfinder.features.snapshot import Snapshot
from ringfinder.rings.channels.protocol import read_log
from ringfinder.rings.channels.registry import CHANNELS
from ringfinder.rings.find import Found
from ringfinder.rings.statistics import STATISTICS
from ringfinder.rings.weighing import scratch
from ringfinder.store.workspace import Workspace, new_directory

_ARRAYS = ("ptr", "user", "statistics", "channel", "group_score", "user_score", "burst")
_NAMES = "names.json"


@dataclass(frozen=True)
class Candidates:
    """Groups that channels found in a log, and all that is scored before anybody judges.

    `group_score` float32 [groups] by the community head; `user_score` float32 [users] by the
    hybrid, `burst` float32 [users] by repeat orders; all in [0, 1].
    """

    found: Found
    group_score: npt.NDArray[np.float32]
    user_score: npt.NDArray[np.float32]
    burst: npt.NDArray[np.float32]


def keep_candidates(workspace: Workspace, candidates: Candidates) -> str:
    """Write candidates under a digest of their content, and return it."""
    found = candidates.found
    channel = np.array([[name in own for name in CHANNELS] for own in found.channels], np.bool_)
    arrays: dict[str, npt.NDArray[Any]] = {
        "ptr": found.groups.ptr,
        "user": found.groups.user,
        "statistics": found.statistics,
        "channel": channel.reshape(len(found.groups), len(CHANNELS)),
        "group_score": candidates.group_score,
        "user_score": candidates.user_score,
        "burst": candidates.burst,
    }
    names = _names()
    digest = hashlib.sha256(names.encode())
    for name in _ARRAYS:
        digest.update(str(arrays[name].shape).encode() + np.ascontiguousarray(arrays[name]).data)
    key = digest.hexdigest()[:16]
    with new_directory(workspace.candidates / key) as directory:
        for name in _ARRAYS:
            np.save(directory / f"{name}.npy", arrays[name])
        (directory / _NAMES).write_text(names, encoding="utf-8")
    return key


def forget_candidates(workspace: Workspace) -> None:
    """Remove what only former sweeps name: verdicts re-rank the last one.

    What no finished sweep names may be of one that is running, and stays.
    """
    kept = last_sweep(workspace.sweeps).summary.get("candidates")
    named = {summary.get("candidates") for summary in summaries(workspace.sweeps)}
    for key in named - {kept, None}:
        shutil.rmtree(workspace.candidates / str(key), ignore_errors=True)


def load_candidates(workspace: Workspace, key: str, snapshot: Snapshot) -> Candidates:
    """Read candidates of `snapshot`, ready to be told as rings.

    Raise `StoreError` where they are gone, damaged or were found by another version.
    """
    directory: Path = workspace.candidates / key
    try:
        names = (directory / _NAMES).read_text("utf-8")
        arrays = {name: np.load(directory / f"{name}.npy") for name in _ARRAYS}
    except (OSError, ValueError) as problem:
        raise _unusable(str(problem)) from problem
    if names != _names():
        raise _unusable("they were found by another version of ringfinder")
    log = read_log(snapshot)
    found = Found(
        log,
        Groups(arrays["ptr"], arrays["user"]),
        arrays["statistics"],
        tuple(
            tuple(name for name, own in zip(CHANNELS, row, strict=True) if own)
            for row in arrays["channel"].tolist()
        ),
        scratch(log.deals, log.idents),
    )
    return Candidates(found, arrays["group_score"], arrays["user_score"], arrays["burst"])


def _names() -> str:
    return json.dumps({"statistics": list(STATISTICS), "channels": list(CHANNELS)})


def _unusable(why: str) -> StoreError:
    return StoreError(
        "the last sweep's candidates cannot be read", why, "run `ringfinder sweep` again"
    )
