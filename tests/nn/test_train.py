from dataclasses import replace

import numpy as np
import pytest
import torch
from drawn_market import draw_snapshot, ring_groups, silent

from ringfinder.errors import InputError
from ringfinder.nn.device import choose_device
from ringfinder.nn.fit_groups import GroupExamples
from ringfinder.nn.fitting import batches
from ringfinder.nn.model import Dimensions, Hybrid
from ringfinder.nn.pretrain import Objectives, pretrain
from ringfinder.nn.refit import refit_groups
from ringfinder.nn.tensors import graph_tensors
from ringfinder.nn.train import TrainingSet, fit, fit_self_supervised

SETTINGS = {"device": "cpu", "seed": 3, "progress": silent}


def labelled(snapshot, rings):
    label = (np.arange(snapshot.n_users) < 8 * rings).astype(np.int8)
    groups, stats, group_label = ring_groups(snapshot.n_users, rings, np.random.default_rng(0))
    user = np.arange(snapshot.n_users, dtype=np.int32)
    return TrainingSet(snapshot, user, label, groups, stats, group_label)


@pytest.fixture(scope="module")
def trained(ring_market):
    return fit([labelled(ring_market, 8)], epochs=8, **SETTINGS)


def test_rings_that_only_the_graph_shows_are_learned(trained):
    metrics = trained.bundle.training["metrics"]
    assert metrics["users"]["ap"] > 0.9
    assert metrics["users"]["ap"] > metrics["flat"]["ap"] + 0.2
    assert metrics["groups"]["ap"] > 0.9


def test_what_was_learned_holds_in_another_market(trained):
    from ringfinder.detect.hybrid import Hybrid as Detector  # noqa: PLC0415 - the room above

    other = draw_snapshot(9, n_users=300, n_events=4000, rings=6)
    values = Detector(trained.bundle, "cpu").score(other).values
    best = np.argsort(-values, kind="stable")[:48]
    assert (best < 48).mean() > 0.7


def test_the_same_seed_gives_the_same_bytes(market):
    part = labelled(market, 4)
    once, twice = (fit([part], epochs=2, **SETTINGS).bundle for _ in range(2))
    assert once.version == twice.version
    assert once == replace(twice, weights=once.weights)
    other = fit([part], epochs=2, **{**SETTINGS, "seed": 4}).bundle
    assert other.version != once.version


def test_several_snapshots_are_held_out_whole(market, ring_market):
    sets = [labelled(snapshot, 4) for snapshot in (market, market, ring_market, market, market)]
    facts = fit(sets, epochs=1, **SETTINGS).bundle.training
    assert facts["snapshots"] == 5
    assert facts["metrics"]["users"]["examples"] in (market.n_users, ring_market.n_users)


def test_a_warm_start_is_no_worse_than_where_it_started(trained, ring_market):
    few = replace(labelled(ring_market, 8), groups=None, stats=None, group_label=None)
    keep = np.arange(0, ring_market.n_users, 6)
    few = replace(few, user=few.user[keep], label=few.label[keep])
    tuned = fit([few], epochs=3, init=trained.bundle, **SETTINGS)
    assert tuned.bundle.training["started_from"] == trained.bundle.version
    kept = [epoch.held_out for epoch in tuned.user_history if epoch.kept]
    assert kept == sorted(kept, reverse=True)
    assert tuned.bundle.has_group_head


def test_two_labels_are_enough_to_run(market):
    part = TrainingSet(market, np.array([3, 50], np.int32), np.array([1, 0], np.int8))
    assert fit([part], epochs=1, **SETTINGS).bundle.training["users"] == 2


def test_one_class_is_refused_with_a_way_out(market):
    part = TrainingSet(market, np.array([3], np.int32), np.array([1], np.int8))
    with pytest.raises(InputError, match="1 bad and 0 good") as caught:
        fit([part], epochs=1, **SETTINGS)
    assert "without labels" in caught.value.hint


def test_statistics_of_another_width_do_not_fit_a_warm_start(trained, market):
    part = replace(labelled(market, 4), stats=np.zeros((16, 7), np.float32))
    with pytest.raises(InputError, match="statistics"):
        fit([part], epochs=1, init=trained.bundle, **SETTINGS)


def test_without_labels_weak_targets_teach(ring_market, trained):
    rng = np.random.default_rng(1)
    truth = np.arange(ring_market.n_users) < 64
    weak = np.where(rng.random(len(truth)) < 0.15, ~truth, truth).astype(np.float32) * 0.8 + 0.1
    groups, stats, label = ring_groups(ring_market.n_users, 8, rng)
    grouped = {"groups": groups, "stats": stats, "group_targets": label.astype(np.float32)}
    for init in (None, trained.bundle):
        found = fit_self_supervised(
            ring_market, weak, epochs=6, init=init, **grouped, **SETTINGS
        ).bundle
        assert found.training["method"] == "weak targets"
        assert found.training["metrics"]["users"]["ap"] > 0.6
        assert found.has_group_head


def test_pretraining_learns_to_foretell_the_log(market):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = Hybrid(Dimensions(market.features.names, 0, length=16))
        data = graph_tensors(market, market.features.names, 16)
        losses = pretrain(model, data, epochs=10, seed=0, progress=silent)
    assert losses[-1] < 0.9 * losses[0]


def test_hidden_features_do_not_reach_their_own_reconstruction(market):
    torch.manual_seed(0)
    data = graph_tensors(market, market.features.names, 8)
    tasks = Objectives(Hybrid(Dimensions(market.features.names, 0, length=8))).eval()
    batch = next(batches(data, torch.arange(20), 0, shuffle=False))
    before = batch["user"].x.clone()
    tasks(batch, torch.Generator().manual_seed(1))
    after = batch["user"].x
    assert torch.equal(after[20:], before[20:])
    blank = (after[:20] == 0) & (before[:20] != 0)
    features = before.shape[1] // 2
    assert 0.3 < blank[:, : features - 1].float().mean() < 0.7
    assert not (after[:20][:, :features].bool() & blank[:, features:]).any()


def test_a_device_that_is_not_there_is_refused():
    assert choose_device("cpu").type == "cpu"
    with pytest.raises(InputError, match="tpu"):
        choose_device("tpu")
    if not torch.cuda.is_available():
        assert choose_device("auto").type == "cpu"
        with pytest.raises(InputError, match="no CUDA device"):
            choose_device("cuda")


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
def test_cuda_trains_and_scores_as_the_cpu_does(ring_market):
    from ringfinder.detect.hybrid import Hybrid as Detector  # noqa: PLC0415 - the room above

    bundle = fit([labelled(ring_market, 8)], epochs=8, **{**SETTINGS, "device": "cuda"}).bundle
    assert bundle.training["metrics"]["users"]["ap"] > 0.9
    on_cpu, on_cuda = (Detector(bundle, name).score(ring_market).values for name in ("cpu", "cuda"))
    np.testing.assert_allclose(on_cpu, on_cuda, atol=1e-4)


def test_a_refitted_group_head_forgets_the_old_groups_and_leaves_the_user_head(trained):
    rng = np.random.default_rng(1)
    stats = rng.normal(size=(400, 3)).astype(np.float32)
    old = np.asarray(
        trained.bundle.model(choose_device("cpu")).group_head(torch.tensor(stats)).detach()
    )
    target = (old < np.median(old)).astype(np.float32)
    parts = [
        GroupExamples(stats[:200], target[:200], np.zeros(200, np.bool_)),
        GroupExamples(stats[200:], target[200:], np.ones(200, np.bool_)),
    ]
    once, twice = (refit_groups(trained.bundle, parts, **SETTINGS) for _ in range(2))
    assert once.version == twice.version
    assert once.training["metrics"]["groups"]["auroc"] > 0.7
    assert once.training["metrics"]["users"] == trained.bundle.training["metrics"]["users"]
    changed = {
        name.partition(".")[0]
        for name, weight in once.weights.items()
        if not torch.equal(weight, trained.bundle.weights[name])
    }
    assert changed == {"group_head", "group_calibration"}
