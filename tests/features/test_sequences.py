"""Sequences against a loop over each user's rows."""

import math
from pathlib import Path

import numpy as np
import pytest
from small_logs import Row, random_rows, snapshot_of, table_of

from ringfinder.features.load import ids
from ringfinder.features.sequences import CROWDS, sequences
from ringfinder.features.snapshot import Snapshot
from ringfinder.vocabulary import ACTION_CODE, BROWSING, ENTITY_TYPES, TRADING

KINDS = [kind.name for kind in ENTITY_TYPES]
ROWS = sorted(random_rows(11, 150), key=lambda row: (row["ts"], row["event_id"]))


@pytest.fixture(scope="module", name="snapshot")
def _snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return snapshot_of(table_of(ROWS), tmp_path_factory.mktemp("sequences") / "s")


def users_of(kind: str, entity: str) -> int:
    """Users of the widest link type of an entity."""
    actions = {"item": (TRADING, BROWSING), "seller": (TRADING,)}.get(kind, (tuple(ACTION_CODE),))
    return max(
        len({row["user"] for row in ROWS if row[kind] == entity and row["action"] in wanted})
        for wanted in actions
    )


@pytest.mark.parametrize("length", [1, 5, 64])
def test_each_step_is_what_a_loop_finds(snapshot: Snapshot, length: int) -> None:
    names = ids(snapshot, "user")
    users = np.array([4, 0, 2], np.int32)
    found = sequences(snapshot, users, length)
    assert found.mask.shape == (3, length)
    assert found.same.shape == found.crowd.shape == (3, length, len(KINDS))
    for place, code in enumerate(users):
        own: list[Row] = [row for row in ROWS if row["user"] == names[code]]
        last = own[-length:]
        assert found.mask[place].tolist() == [step < len(last) for step in range(length)]
        for step, row in enumerate(last):
            before = own[len(own) - len(last) + step - 1] if len(own) > len(last) or step else None
            amount = (row["amount"] or 0) / 10_000
            gap = 0 if before is None else (row["ts"] - before["ts"]) / 1_000_000
            assert found.action[place, step] == ACTION_CODE[row["action"]]
            assert found.hour[place, step] == row["ts"] // 3_600_000_000 % 24
            assert found.gap[place, step] == pytest.approx(math.log1p(gap), rel=1e-6)
            assert found.amount[place, step] == pytest.approx(
                math.copysign(math.log1p(abs(amount)), amount), rel=1e-6
            )
            for column, kind in enumerate(KINDS):
                same = before is not None and row[kind] is not None and row[kind] == before[kind]
                assert found.same[place, step, column] == same
                crowd = 0
                if row[kind] is not None:
                    crowd = 1 + math.ceil(math.log2(max(users_of(kind, row[kind]), 1)))
                assert found.crowd[place, step, column] == crowd


def test_padding_is_zero_and_types_are_small(snapshot: Snapshot) -> None:
    found = sequences(snapshot, np.arange(snapshot.n_users, dtype=np.int32), 64)
    for name in ("action", "hour", "same", "crowd"):
        values = getattr(found, name)
        assert values.dtype == np.int8
        assert not values[~found.mask].any()
    for name in ("gap", "amount"):
        values = getattr(found, name)
        assert values.dtype == np.float32
        assert not values[~found.mask].any()
    assert found.crowd.max() < CROWDS


def test_nobody_has_no_sequences(snapshot: Snapshot) -> None:
    assert sequences(snapshot, np.empty(0, np.int32), 4).mask.shape == (0, 4)


def test_an_empty_snapshot(tmp_path: Path) -> None:
    snapshot = snapshot_of(table_of([]), tmp_path / "s")
    assert sequences(snapshot, np.empty(0, np.int32)).mask.shape == (0, 32)
