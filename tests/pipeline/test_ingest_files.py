"""Ingest as a whole: files, directories, labels, progress and the real sets."""

import os
from pathlib import Path

import pytest

from ringfinder.errors import InputError
from ringfinder.pipeline.ingest import ingest
from ringfinder.store.lake import Lake
from ringfinder.store.workspace import Workspace

MAPS = Path(__file__).parents[2] / "examples" / "maps"
DATA = Path(os.environ.get("RINGFINDER_DATA", Path(__file__).parents[3] / "shared" / "data"))
NOW = 1_780_000_000_000_000


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "ws")


def write(path: Path, event: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"event_id,ts,user_id,ip\n{event},2026-03-01,u,x\n")
    return path


def test_files_before_one_that_cannot_be_read_stand_and_are_told(workspace, tmp_path):
    good = write(tmp_path / "good.csv", "e1")
    (tmp_path / "bad.csv").write_text("")
    with pytest.raises(InputError) as caught:
        ingest(workspace, [good, tmp_path / "bad.csv"], now=NOW)
    assert caught.value.hint.endswith("; the 1 file before it stands in the lake")
    assert ingest(workspace, [good], now=NOW).files[0].already


def test_files_and_directories_are_read_in_order(workspace, tmp_path):
    write(tmp_path / "logs" / "b.csv", "e2")
    write(tmp_path / "logs" / "deep" / "a.csv", "e3")
    (tmp_path / "logs" / "notes.md").write_text("no log")
    single = write(tmp_path / "z.csv", "e1")
    (tmp_path / "labels.csv").write_text("user_id,label\nu,1\n")
    seen = []
    result = ingest(
        workspace,
        [single, tmp_path / "logs"],
        labels=tmp_path / "labels.csv",
        progress=lambda phase, done, total: seen.append((phase, done, total)),
        now=NOW,
    )
    assert [file.entry.source for file in result.files] == ["z.csv", "b.csv", "a.csv"]
    assert result.labels is not None
    assert result.labels.entry.kept == 1
    assert seen[:3] == [("reading z.csv", 1, 1), ("writing z.csv", 0, 1), ("writing z.csv", 1, 1)]
    again = ingest(workspace, [tmp_path / "logs", single], now=NOW)
    assert all(file.already for file in again.files)


def test_a_world_directory_gives_its_log_alone(workspace, tmp_path):
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    world = tmp_path / "world"
    write(world / "truth_users.csv", "truth")
    table = pa.table({"ts": ["2026-03-01"], "user_id": ["u"], "ip": ["x"]})
    pq.write_table(table, world / "events.parquet")
    result = ingest(workspace, [world], now=NOW)
    assert [file.entry.source for file in result.files] == ["events.parquet"]


def test_paths_that_give_no_log_are_told(workspace, tmp_path):
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "absent.csv", tmp_path / "absent"):
        with pytest.raises(InputError):
            ingest(workspace, [path], now=NOW)
    assert not workspace.root.exists()


@pytest.mark.parametrize(
    ("log", "mapping", "kept", "quarantined", "first"),
    [
        ("shopee/orders.csv.gz", "shopee", 53_432, 0, 1_577_376_000),
        ("fraud_ecom/fraud_data_30k_with_ip.csv.gz", "fraud_ecom", 30_189, None, 1_420_070_000),
        ("s_ffsd/S-FFSD.csv.gz", "s_ffsd", 77_881, 0, 0),
    ],
)
def test_the_real_sets_read_by_their_mapping_files(
    workspace, log, mapping, kept, quarantined, first
):
    if not (DATA / log).exists():
        pytest.skip(f"{log} is not there; name its directory by RINGFINDER_DATA")
    (file,) = ingest(workspace, [DATA / log], mapping=MAPS / f"{mapping}.toml", now=NOW).files
    assert file.entry.kept == kept
    assert quarantined is None or file.entry.quarantined == quarantined
    begins, _ = Lake(workspace.lake).span()
    assert abs(begins / 1_000_000 - first) < 86_400
    assert len(file.entry.parts) == 1


def test_a_reference_world_reads_without_a_mapping(workspace):
    world = DATA / "worlds" / "none-11"
    if not world.exists():
        pytest.skip("the reference worlds are not there; name their directory by RINGFINDER_DATA")
    labels = world / "labels_train.csv"
    if labels.read_text().count("\n") < 2:
        labels = None
    (file,) = ingest(workspace, [world], labels=labels, now=NOW).files
    assert file.entry.kept > 250_000
    assert file.entry.quarantined < 100
