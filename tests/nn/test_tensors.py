import numpy as np
import pytest
from drawn_market import draw_snapshot
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import rankdata

from ringfinder.errors import InputError
from ringfinder.nn import user_inputs
from ringfinder.nn.tensors import EDGE_FEATURES, graph_tensors, lockstep
from ringfinder.nn.user_inputs import UserInputs

HOUR = 3_600_000_000


def ranks(values):
    columns = values.shape[1]
    return UserInputs(values, range(columns)).of(slice(None))[:, :columns]


@pytest.mark.parametrize("few", [0, 4, 4_096])
@settings(max_examples=30, deadline=None)
@given(
    values=arrays(
        np.float32, st.tuples(st.integers(0, 30), st.integers(1, 3)), elements=st.integers(-3, 3)
    )
)
def test_ranks_are_midranks_whether_or_not_values_are_few(few, values):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(user_inputs, "_FEW_VALUES", few)
        found = ranks(values)
    assert found.shape == values.shape
    if len(values):
        expected = (2 * rankdata(values, axis=0) - 1) / len(values) - 1
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_some_users_are_read_as_among_all():
    values = np.random.default_rng(0).integers(0, 9, (50, 2)).astype(np.float32)
    inputs = UserInputs(values, [1, 0])
    np.testing.assert_array_equal(inputs.of(slice(7, 20)), inputs.of(slice(None))[7:20])


def test_a_constant_feature_says_nothing(market):
    data = graph_tensors(market, market.features.names, 8)
    assert (data["user"].x[:, 4] == 0).all()


def test_ranks_do_not_know_the_currency():
    values = np.random.default_rng(0).lognormal(size=(50, 2)).astype(np.float32)
    np.testing.assert_array_equal(ranks(values), ranks(values * 23_000))


def test_edges_are_the_links_in_both_directions(market):
    data = graph_tensors(market, market.features.names, 8)
    for link, entity in (("ordered", "item"), ("used", "device"), ("seen_at", "ip")):
        there, back = data["user", link, entity], data[entity, f"rev_{link}", "user"]
        for store in (there, back):
            assert (store.edge_index[1].diff() >= 0).all()
            assert store.edge_attr.shape == (store.edge_index.shape[1], EDGE_FEATURES)
        pairs = {
            (u, e): tuple(a)
            for u, e, a in zip(*there.edge_index.tolist(), there.edge_attr.tolist(), strict=True)
        }
        for e, u, a in zip(*back.edge_index.tolist(), back.edge_attr.tolist(), strict=True):
            assert pairs.pop((u, e)) == tuple(a)
        assert not pairs


def test_lockstep_counts_neighbours_in_time_against_chance(market):
    links = market.graph.links["ordered"]
    horizon = 20 * 24 * 3_600
    found = lockstep(links, 36 * 3_600, horizon)
    for at in range(0, len(links.entity), 37):
        same = np.flatnonzero(links.entity == links.entity[at])
        gap = np.abs(links.first_seen[same] // 10**6 - links.first_seen[at] // 10**6)
        others = (gap <= 36 * 3_600).sum() - 1
        expected = max(0.5, (len(same) - 1) * 72 * 3_600 / horizon)
        assert found[at] == pytest.approx(max(0.0, np.log(max(others, 1e-9) / expected)), abs=1e-5)


def test_a_declared_identifier_is_an_entity_of_its_own():
    data = graph_tensors(draw_snapshot(3, declared=("card",)), ("events",), 8)
    assert data["user", "used_card", "card"].edge_index.shape[1]
    assert len(data["card"].x) == 40


def test_a_missing_feature_asks_for_training(market):
    with pytest.raises(InputError, match="colour") as caught:
        graph_tensors(market, ("events", "colour"), 8)
    assert "train" in caught.value.hint
