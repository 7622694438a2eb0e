"""What a detector reported: ranked groups from rings.jsonl, user scores from scores.csv."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ringfinder.errors import InputError


@dataclass(frozen=True)
class ReportedGroup:
    """One reported group; a member named twice is one member. `alert` where a tool has no line."""

    members: frozenset[str]
    alert: bool


def read_groups(path: Path) -> list[ReportedGroup]:
    """Read a rings.jsonl of any tool, best first: by `rank` where every line has one.

    Only `members` is required; an empty group stays in the list, as a miss. Raises `InputError`,
    naming the line, for anything that is not a ring.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot read {path}", str(error), "name a rings.jsonl, one JSON object a line"
        ) from error
    rings = [_ring(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    ranks = [ring.get("rank") for ring in rings]
    if all(isinstance(rank, int | float) for rank in ranks):
        rings.sort(key=lambda ring: float(ring["rank"]))
    return [
        ReportedGroup(frozenset(ring["members"]), bool(ring.get("alert", True))) for ring in rings
    ]


def read_scores(path: Path) -> pd.Series:
    """Read a scores.csv: float scores by user id; for a user named twice the higher one counts.

    Raises `InputError` for missing columns, and for scores that are no finite numbers.
    """
    try:
        table = pd.read_csv(
            path, usecols=["user_id", "score"], dtype={"user_id": str}, keep_default_na=False
        )
        scores = pd.to_numeric(table["score"]).astype(float)
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot read {path}", str(error), "name a scores.csv with user_id and score"
        ) from error
    broken = ~scores.abs().lt(float("inf"))
    if broken.any():
        raise InputError(
            f"cannot use {path}",
            f"the score of {table['user_id'][broken].iloc[0]!r} is not a finite number",
            "mend the scores",
        )
    return scores.groupby(table["user_id"], sort=True).max()


def _ring(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        ring = json.loads(line)
    except ValueError as error:
        raise _broken(path, number, f"it is not JSON ({error})") from error
    members = ring.get("members") if isinstance(ring, dict) else None
    if not isinstance(members, list) or not all(isinstance(user, str) for user in members):
        raise _broken(path, number, 'it has no "members" list of user ids')
    return dict(ring)


def _broken(path: Path, number: int, why: str) -> InputError:
    return InputError(
        f"line {number} of {path} is no ring", why, 'write {"members": ["id", ...]} a line'
    )
