"""The truth of a world: its rings, its look-alikes, who placed which fraudulent orders."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ringfinder.errors import InputError
from ringfinder.events.schema import AMOUNT_SCALE


@dataclass(frozen=True)
class TruthRing:
    """A ring as it was planted; `stealth` is None where the world does not say."""

    ring_id: str
    typology: str
    members: frozenset[str]
    stealth: bool | None = None


@dataclass(frozen=True)
class LookalikeGroup:
    """An innocent group that resembles a ring."""

    group_id: str
    kind: str
    members: frozenset[str]


@dataclass(frozen=True)
class Truth:
    """What is known about every user of a world.

    `users` are those of the log, sorted; `rings` and `lookalikes` hold users of the log only;
    `labelled` had a training label; `unseen` counts users of the truth who are not in the log.
    `orders` has one row a user who ordered: orders, fraudulent orders, and fraudulent amount in
    1/`AMOUNT_SCALE` units, all int64; it is None where the world holds no log or no event truth. A
    log without actions is one of orders; one without amounts has none.
    """

    users: tuple[str, ...]
    rings: tuple[TruthRing, ...]
    lookalikes: tuple[LookalikeGroup, ...]
    labelled: frozenset[str]
    unseen: int
    orders: pd.DataFrame | None

    @property
    def guilty(self) -> frozenset[str]:
        """Every user who is in a ring."""
        return frozenset().union(*(ring.members for ring in self.rings))


def read_truth(directory: Path) -> Truth:
    """Read the truth files of a world.

    Users of the truth without an event in the log cannot be found by anybody: they are left out
    and counted, a ring or look-alike of such users only is left out. Only truth_users.csv is
    required. Raises `InputError` for a directory without it and for files that cannot be read.
    """
    people = _table(directory / "truth_users.csv", ("user_id", "ring_id", "typology"))
    if people is None:
        raise InputError(
            f"{directory} holds no truth",
            "there is no file truth_users.csv in it",
            "name a world: a directory written by `ringfinder simulate`, or one like it",
        )
    log = _log(directory)
    named = set(people["user_id"])
    seen = set(log["user_id"].unique().to_pylist()) if log is not None else named
    guilty = people[people["ring_id"] != ""]
    stealth = _stealth(directory / "truth_rings.csv")
    rings = [
        TruthRing(
            str(ring_id),
            str(rows["typology"].iloc[0]),
            frozenset(rows["user_id"]) & seen,
            stealth.get(str(ring_id)),
        )
        for ring_id, rows in guilty.groupby("ring_id", sort=True)
    ]
    groups = _table(directory / "benign_groups.csv", ("group_id", "kind", "user_id"))
    lookalikes = [
        LookalikeGroup(str(group_id), str(rows["kind"].iloc[0]), frozenset(rows["user_id"]) & seen)
        for group_id, rows in (groups.groupby("group_id", sort=True) if groups is not None else ())
    ]
    labels = _table(directory / "labels_train.csv", ("user_id",))
    return Truth(
        users=tuple(sorted(named & seen)),
        rings=tuple(ring for ring in rings if ring.members),
        lookalikes=tuple(group for group in lookalikes if group.members),
        labelled=frozenset(labels["user_id"]) if labels is not None else frozenset(),
        unseen=len(named - seen),
        orders=_orders(directory, log),
    )


def _stealth(path: Path) -> dict[str, bool]:
    """Which rings work in the stealthy form; a ring of which the file does not say is left out."""
    table = _table(path, ("ring_id",))
    if table is None or "stealth" not in table.columns:
        return {}
    said = table[table["stealth"].isin(("0", "1"))]
    return dict(zip(said["ring_id"], said["stealth"] == "1", strict=True))


def _table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame | None:
    """A CSV file as text, empty where absent, with at least `columns`; None without a file."""
    if not path.is_file():
        return None
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise _unreadable(path, str(error)) from error
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise _unreadable(path, f"it has no column {', '.join(missing)}")
    return table


def _log(directory: Path) -> pa.Table | None:
    path = directory / "events.parquet"
    if not path.is_file():
        return None
    return read_columns(path, ("user_id",), ("event_id", "action", "amount"))


def read_columns(path: Path, needed: tuple[str, ...], wanted: tuple[str, ...] = ()) -> pa.Table:
    """The needed and, where they are there, the wanted columns of a Parquet file; ids as text.

    Raises `InputError` for a file that cannot be read or lacks a needed column.
    """
    try:
        there = pq.read_schema(path).names
        if missing := [name for name in needed if name not in there]:
            raise _unreadable(path, f"it has no column {', '.join(missing)}")
        table = pq.read_table(path, columns=[n for n in (*needed, *wanted) if n in there])
        for position, name in enumerate(table.column_names):
            if name.endswith("_id"):
                table = table.set_column(position, name, table[name].cast(pa.string()))
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(path, str(error)) from error
    return table


def _orders(directory: Path, log: pa.Table | None) -> pd.DataFrame | None:
    path = directory / "truth_events.parquet"
    if log is None or "event_id" not in log.column_names or not path.is_file():
        return None
    marked = read_columns(path, ("event_id", "is_camouflage"))
    work = marked.filter(pc.invert(marked["is_camouflage"]))["event_id"]
    orders = log.filter(pc.equal(log["action"], "order")) if "action" in log.column_names else log
    fraud = pc.is_in(orders["event_id"], value_set=work).to_numpy()
    paid = orders["amount"].to_numpy() if "amount" in log.column_names else np.zeros(len(orders))
    amount = np.nan_to_num(paid) * AMOUNT_SCALE
    table = pd.DataFrame(
        {
            "user": orders["user_id"].to_pandas(),
            "orders": np.ones(len(orders), dtype=np.int64),
            "fraud_orders": fraud.astype(np.int64),
            "fraud_amount": np.where(fraud, np.rint(amount), 0).astype(np.int64),
        }
    )
    return table.groupby("user", sort=True).sum()


def _unreadable(path: Path, why: str) -> InputError:
    return InputError(
        f"cannot read {path}", why, "check the file against the layout of a world in the README"
    )
