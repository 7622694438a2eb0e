"""Training through its verb: with labels, without, and what it may and may not see."""

import threading
import time

import numpy as np
import pytest
from stories import DAY, START, honest, lockstep, table_of, workspace_of

from ringfinder.cli.told import unused_labels
from ringfinder.errors import InputError
from ringfinder.features.groups import Groups
from ringfinder.features.load import ids
from ringfinder.features.snapshot import Labels
from ringfinder.nn.bundle import load_bundle
from ringfinder.pipeline.models import model_directory, shipped_model
from ringfinder.pipeline.snapshot import snapshot_at
from ringfinder.pipeline.sweep import sweep
from ringfinder.pipeline.train import UNKNOWN, group_labels, train, with_decisions
from ringfinder.store.casebook import Decision, append
from ringfinder.store.workspace import Workspace, lock


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


def test_decisions_overrule_labels(workspace, tmp_path):
    labels = write_labels(tmp_path / "labels.csv", ["r0,0,", "h1,0,"])
    train(workspace, labels=labels, epochs=1)
    snapshot = snapshot_at(workspace, as_of=None, window=None)
    known = with_decisions(snapshot, [("r0", 0, 0), ("r0", 1, 1), ("nobody", 1, 0)])
    assert sorted(known.label.tolist()) == [0, 1]
    assert len(known.user) == 2


def test_a_decision_teaches_the_next_training_unless_it_is_to_know_less(workspace):
    last = snapshot_at(workspace, as_of=None, window=None).as_of
    for user, verdict in (("r0", "confirmed"), ("h1", "cleared"), ("h2", "unsure")):
        decision = Decision(last + 1, "user", user, (user,), verdict, "seen", "tester")
        append(workspace.casebook, decision)
    now = train(workspace, epochs=1)
    assert (now.supervised, now.labels, now.too_late) == (True, 2, 0)
    then = train(workspace, as_of=last, epochs=1)
    assert (then.supervised, then.labels, then.too_late) == (False, 0, 2)


def test_labels_that_taught_nothing_are_told(workspace, tmp_path):
    strangers = write_labels(tmp_path / "strangers.csv", ["x,1,", "y,0,"])
    unused = unused_labels(train(workspace, labels=strangers, epochs=1))
    assert unused is not None
    assert unused.startswith("none of the 2 labels speaks of a user")
    alike = write_labels(tmp_path / "alike.csv", ["r0,1,", "r1,1,"])
    unused = unused_labels(train(workspace, labels=alike, epochs=1))
    assert unused is not None
    assert unused.startswith("the labels of 2 users are all alike")
    both = write_labels(tmp_path / "both.csv", ["h1,0,"])
    assert unused_labels(train(workspace, labels=both, epochs=1)) is None


def test_a_training_waits_for_another_to_write_its_bundle(workspace):
    """Two that end together both end well; the later one stands."""
    holder = threading.Event()

    def hold() -> None:
        with lock(workspace, "models"):
            holder.set()
            time.sleep(3.0)

    other = threading.Thread(target=hold)
    other.start()
    holder.wait()
    assert train(workspace, epochs=1).path.is_dir()
    other.join()
