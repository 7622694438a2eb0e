"""What a planted group is like, measured from its events: the traits by which misses are told."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ringfinder.errors import InputError
from ringfinder.evaluate.background import SHARED
from ringfinder.evaluate.planted import Planted
from ringfinder.vocabulary import TRADING

PLANTED_FILE = "planted.csv"
_DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Traits:
    """The traits of a planted group, of its work, that is its events without cover.

    `size` accounts act on `things` items (sellers, in a log without items); `density` is the share
    of all pairs of the two that occur; `days` lie between its first and last event; `slots` common
    slots of time were drawn, 0 for none. `camouflage` counts the accounts' other trades in the
    log, cover or real past, for each event of the work. `shared_devices` and `shared_ips` are the
    shares of accounts seen on one that is new to the log and that another one of them used too,
    None where the log has no such column; `made` is the share of accounts that are new to the log.
    """

    group_id: str
    kind: str
    shape: str
    size: int
    things: int
    events: int
    density: float
    days: float
    slots: int
    camouflage: float
    shared_devices: float | None
    shared_ips: float | None
    made: float


def measured(log: pd.DataFrame, thing: str, groups: Sequence[tuple[str, Planted]]) -> list[Traits]:
    """The traits of groups, by id, that were planted together into the log."""
    trades = [log[log["action"].isin(TRADING)]["user_id"]]
    trades += [one.events["user_id"] for _, one in groups]
    placed = pd.concat(trades, ignore_index=True).value_counts()
    known = set(log["user_id"].unique())
    held = {column: set(log[column].dropna().unique()) for column in SHARED if column in log}
    return [_traits(group_id, one, thing, placed, known, held) for group_id, one in groups]


def _traits(
    group_id: str,
    one: Planted,
    thing: str,
    placed: "pd.Series[int]",
    known: set[str],
    held: dict[str, set[str]],
) -> Traits:
    work = one.events[~one.events["is_camouflage"].astype(bool)]
    users, things = work["user_id"].nunique(), work[thing].nunique()
    ts = work["ts"].astype("datetime64[us, UTC]").astype(np.int64)
    shares = {
        column: _sharing(work, column, held[column]) if column in held else None
        for column in SHARED
    }
    members = list(one.members)
    return Traits(
        group_id=group_id,
        kind=one.kind,
        shape=one.shape,
        size=users,
        things=things,
        events=len(work),
        density=len(work.drop_duplicates(["user_id", thing])) / (users * things),
        days=float(ts.max() - ts.min()) / _DAY_US,
        slots=one.slots,
        camouflage=float(placed[members].sum() - len(work)) / len(work),
        shared_devices=shares["device_id"],
        shared_ips=shares["ip"],
        made=sum(user not in known for user in members) / len(members),
    )


def _sharing(work: pd.DataFrame, column: str, held: set[str]) -> float:
    """The share of users on a value that is not among `held` and that another one used too."""
    fresh = [value for value in work[column].dropna().unique() if value not in held]
    uses = work[work[column].isin(fresh)]
    users = uses.groupby(column)["user_id"].nunique()
    joint = uses[uses[column].isin(users.index[users > 1])]["user_id"].nunique()
    return float(joint / work["user_id"].nunique())


def write_traits(path: Path, traits: Sequence[Traits]) -> None:
    """Write a row a group."""
    columns = [field.name for field in fields(Traits)]
    table = pd.DataFrame([asdict(one) for one in traits], columns=columns)
    table.round(6).to_csv(path, index=False, lineterminator="\n")


def read_traits(directory: Path) -> tuple[dict[str, Any], ...]:
    """The rows of the file `PLANTED_FILE` of a world, as JSON holds them; none without a file.

    Raises `InputError` for a file that cannot be read.
    """
    path = directory / PLANTED_FILE
    if not path.is_file():
        return ()
    try:
        table = pd.read_csv(path, dtype={"group_id": str, "kind": str, "shape": str})
        rows = table[[field.name for field in fields(Traits)]].astype(object)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"cannot read {path}", str(error), "plant the rings again, or delete the file"
        ) from error
    return tuple(
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in rows.to_dict("records")
    )
