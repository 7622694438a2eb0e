"""Training through its verb: with labels, without, and what it may and may not see."""

import numpy as np
import pytest
from stories import DAY, START, honest, lockstep, table_of, workspace_of

from ringfinder.errors import InputError
from ringfinder.features.groups import Groups
from ringfinder.features.load import ids
from ringfinder.features.snapshot import Labels
from ringfinder.nn.bundle import load_bundle
from ringfinder.pipeline.models import model_directory, shipped_model
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.pipeline.sweep import sweep
from ringfinder.pipeline.train import UNKNOWN, group_labels, train, with_decisions
from ringfinder.store.workspace import Workspace


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    rows = honest(8, users=500, items=200) + lockstep("r", 16, 6, (2, 5, 8))
    return workspace_of(tmp_path, table_of(rows))


def write_labels(path, rows):
    path.write_text("user_id,label,observed_at\n" + "".join(f"{row}\n" for row in rows))
    return path


def test_without_labels_training_is_self_supervised_and_the_sweep_uses_it(workspace):
    result = train(workspace, epochs=1)
    assert not result.supervised
    assert result.labels == 0
    assert result.path == model_directory(workspace, None)
    bundle = load_bundle(result.path)
    assert bundle.training["started_from"] == load_bundle(shipped_model()).version
    assert sweep(workspace).summary["model_version"] == bundle.version


def test_labels_of_the_time_are_learned_and_later_ones_are_not_seen(workspace, tmp_path):
    as_of = START + 20 * DAY
    seen = ids(snapshot_at(workspace, as_of=as_of, window=None), "user")
    honest_seen = [user for user in seen if user.startswith("h")][:30]
    early = [f"r{i},1,2026-03-02T00:00:00Z" for i in range(8)]
    early += [f"{user},0,2026-03-02T00:00:00Z" for user in honest_seen]
    late = [f"r{i},1,2026-03-20T00:00:00Z" for i in range(8, 12)]
    labels = write_labels(tmp_path / "labels.csv", early + late)
    first = train(workspace, labels=labels, as_of=as_of, epochs=1, model="first")
    assert first.supervised
    assert first.labels == 38
    assert first.too_late == 4
    snapshot = snapshot_at(workspace, as_of=as_of, window=None)
    assert len(snapshot.labels.user) == 38
    whole = train(workspace, epochs=1, model="second")
    assert whole.labels == 42
    assert whole.too_late == 0


def test_training_twice_gives_the_same_weights(workspace):
    one = load_bundle(train(workspace, epochs=1, model="one").path)
    two = load_bundle(train(workspace, epochs=1, model="two").path)
    assert one.version == two.version


def test_a_failed_training_leaves_the_old_bundle(workspace, monkeypatch):
    before = load_bundle(train(workspace, epochs=1).path).version

    def fail(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ringfinder.nn.bundle.card", fail)
    with pytest.raises(Exception, match="No space left"):
        train(workspace, epochs=2)
    assert load_bundle(model_directory(workspace, None)).version == before


@pytest.mark.parametrize("name", ["base", "", "../up", ".hidden"])
def test_a_model_cannot_take_a_name_that_is_no_directory_of_its_own(workspace, name):
    with pytest.raises(InputError):
        train(workspace, epochs=1, model=name)


def test_groups_learn_only_from_members_that_are_known():
    groups = Groups.of(np.array(g, np.int32) for g in ([0, 1, 2], [3, 4, 5], [0, 3, 6], [7, 8]))
    known = Labels(np.array([0, 1, 3, 4], np.int32), np.array([1, 1, 0, 0], np.int8))
    assert group_labels(groups, known, 9).tolist() == [1, 0, UNKNOWN, UNKNOWN]


def test_decisions_overrule_labels_once_they_are_taken(workspace, tmp_path):
    labels = write_labels(tmp_path / "labels.csv", ["r0,0,", "h1,0,"])
    train(workspace, labels=labels, epochs=1)
    snapshot = snapshot_at(workspace, as_of=None, window=None)
    taken = [("r0", 1, snapshot.as_of), ("h1", 1, snapshot.as_of + 1), ("nobody", 1, 0)]
    known = with_decisions(snapshot, taken)
    assert sorted(known.label.tolist()) == [0, 1]
    assert len(known.user) == 2
