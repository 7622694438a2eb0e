"""Opening a stored snapshot: light, lazy, and clear about damage."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from small_logs import random_rows, snapshot_of, table_of

from ringfinder.errors import StoreError
from ringfinder.features.arrays import let_go
from ringfinder.features.load import code_of, ids, load_snapshot, open_database
from ringfinder.features.snapshot import Snapshot

OPEN = """
import sys
from pathlib import Path
from ringfinder.features.load import code_of, ids, load_snapshot
snapshot = load_snapshot(Path(sys.argv[1]))
assert code_of(snapshot, "user", ids(snapshot, "user")[0]) == 0
print(*sorted({"torch", "numba", "pyarrow", "ibis", "pandas", "scipy"} & set(sys.modules)))
"""


@pytest.fixture(name="snapshot")
def _snapshot(tmp_path: Path) -> Snapshot:
    return snapshot_of(table_of(random_rows(2, 60)), tmp_path / "s")


def test_a_cold_process_imports_nothing_heavy(snapshot: Snapshot) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(snapshot.path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_arrays_are_mapped_and_read_only(snapshot: Snapshot) -> None:
    for array in (snapshot.events.ts, snapshot.features.values, snapshot.graph.links["used"].user):
        assert isinstance(array, np.memmap)
        assert not array.flags.writeable


def test_what_was_let_go_is_read_anew(snapshot: Snapshot) -> None:
    before = snapshot.log, snapshot.events.digest(), snapshot.features.values.sum()
    let_go(snapshot)
    assert before == (snapshot.log, snapshot.events.digest(), snapshot.features.values.sum())
    assert snapshot.events.digest() == snapshot.log


def test_ids_and_codes_agree(snapshot: Snapshot) -> None:
    for kind, size in {"user": snapshot.n_users, **snapshot.graph.n_entities}.items():
        names = ids(snapshot, kind)
        assert len(names) == size
        assert [code_of(snapshot, kind, name) for name in names] == list(range(size))
    assert code_of(snapshot, "user", "nobody") is None
    assert code_of(snapshot, "item", ids(snapshot, "user")[0]) is None


def test_damage_is_told(snapshot: Snapshot, tmp_path: Path) -> None:
    meta = snapshot.path / "meta.json"
    text = meta.read_text()
    meta.write_text(json.dumps(json.loads(text) | {"format": 0}))
    with pytest.raises(StoreError, match="format is 0"):
        load_snapshot(snapshot.path)
    meta.write_text(text)
    ts = snapshot.path / "events.ts.npy"
    ts.write_bytes(ts.read_bytes()[:140])
    with pytest.raises(StoreError, match="cannot be read"):
        load_snapshot(snapshot.path)
    ts.unlink()
    with pytest.raises(StoreError, match=r"events\.ts\.npy"):
        load_snapshot(snapshot.path)
    with pytest.raises(StoreError, match=r"meta\.json"):
        load_snapshot(tmp_path / "nowhere")
    (snapshot.path / "snapshot.duckdb").write_bytes(b"not a database")
    with pytest.raises(StoreError):
        open_database(snapshot)
