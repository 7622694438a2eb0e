import numpy as np
import torch
from drawn_market import draw_snapshot

from ringfinder.nn import infer, tensors, user_inputs
from ringfinder.nn.fitting import batches
from ringfinder.nn.infer import alone, among_neighbours, embed, group_logits
from ringfinder.nn.model import Dimensions, Hybrid
from ringfinder.nn.sampler import ALL, NeighborSampler
from ringfinder.nn.tensors import SnapshotEdges, SnapshotUsers, graph_tensors

CPU = torch.device("cpu")


def build(snapshot, stats=0):
    torch.manual_seed(0)
    model = Hybrid(Dimensions(snapshot.features.names, stats, length=8)).eval()
    return model, graph_tensors(snapshot, snapshot.features.names, 8)


def test_layer_by_layer_equals_the_full_neighbourhood(monkeypatch):
    snapshot = draw_snapshot(4, declared=("card",))
    model, data = build(snapshot)
    whole = embed(model, data, CPU)
    with torch.no_grad():
        np.testing.assert_allclose(model(data).numpy(), whole.state.numpy(), atol=1e-5)

    monkeypatch.setattr("ringfinder.nn.fitting._FAN_OUT", (ALL, ALL))
    with torch.no_grad():
        for batch in batches(data, torch.arange(snapshot.n_users), 0, shuffle=False):
            state = model(batch)
            at = batch["user"].n_id[: len(state)]
            np.testing.assert_allclose(state.numpy(), whole.state[at].numpy(), atol=1e-5)
            np.testing.assert_allclose(model.user_logit(state), whole.logit[at], atol=1e-5)


def test_repeated_runs_and_small_chunks_agree(market, monkeypatch):
    model, data = build(market)
    once, twice = embed(model, data, CPU), embed(model, data, CPU)
    assert torch.equal(once.state, twice.state)
    assert torch.equal(once.logit, twice.logit)
    monkeypatch.setattr(infer, "_EDGES_A_CHUNK", 40)
    monkeypatch.setattr(infer, "_USERS_A_CHUNK", 17)
    np.testing.assert_allclose(embed(model, data, CPU).state, once.state, atol=1e-5)


def test_a_snapshot_read_a_piece_at_a_time_gives_the_same_bits(monkeypatch):
    snapshot = draw_snapshot(4, declared=("card",))
    model, data = build(snapshot)
    monkeypatch.setattr(infer, "_EDGES_A_CHUNK", 40)
    monkeypatch.setattr(infer, "_USERS_A_CHUNK", 17)
    stored = embed(model, data, CPU)
    monkeypatch.setattr(user_inputs, "_COLUMNS_AT_ONCE", 3)
    monkeypatch.setattr(user_inputs, "_FEW_VALUES", 2)
    monkeypatch.setattr(tensors, "_LINKS_AT_ONCE", 7)
    own = alone(model, SnapshotUsers(snapshot, snapshot.features.names, 8), CPU)
    read = among_neighbours(model, SnapshotEdges(snapshot), *own)
    for name in ("state", "logit", "flat_logit"):
        assert torch.equal(getattr(read, name), getattr(stored, name))


def test_a_group_scores_the_same_in_any_company(market):
    model, _ = build(market, stats=2)
    stats = np.random.default_rng(0).normal(size=(4, 2)).astype(np.float32) * 100
    together = group_logits(model, stats)
    assert len(set(together.tolist())) == 4
    for place in range(4):
        alone = group_logits(model, stats[place : place + 1])
        np.testing.assert_allclose(alone, together[place : place + 1], atol=1e-5)


def test_one_user_one_event_and_no_user_at_all_work():
    for n_users, n_events in ((1, 1), (1, 0), (0, 0)):
        snapshot = draw_snapshot(5, n_users=n_users, n_events=n_events)
        model, data = build(snapshot)
        logit = embed(model, data, CPU).logit
        assert logit.shape == (n_users,)
        assert logit.isfinite().all()


def test_the_sampler_of_training_bounds_what_a_batch_reads(market):
    _, data = build(market)
    batch = next(batches(data, torch.arange(10), 0, shuffle=False))
    for edge_type in batch.edge_types:
        counts = torch.bincount(batch[edge_type].edge_index[1])
        assert counts.max() <= (6 if edge_type[0] == "user" else 8)
    assert isinstance(NeighborSampler(data, {edge_type: (1, 1)}, 0), NeighborSampler)
