import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_geometric.data import HeteroData
from torch_geometric.loader import NodeLoader
from torch_geometric.sampler import NodeSamplerInput

from ringfinder.nn.sampler import ALL, NeighborSampler

TO_ITEM, TO_USER = ("user", "buys", "item"), ("item", "rev_buys", "user")


def bipartite(seed, users=12, items=9, links=60):
    rng = np.random.default_rng(seed)
    pairs = np.unique(
        np.stack([rng.integers(0, users, links), rng.integers(0, items, links)]), axis=1
    )
    data = HeteroData()
    data["user"].x = torch.arange(users)[:, None].float()
    data["item"].x = torch.arange(items)[:, None].float()
    data[TO_USER].edge_index = torch.from_numpy(pairs[::-1].copy())
    by_item = pairs[:, np.lexsort((pairs[0], pairs[1]))]
    data[TO_ITEM].edge_index = torch.from_numpy(by_item.copy())
    for edge_type in (TO_USER, TO_ITEM):
        data[edge_type].edge_attr = torch.arange(pairs.shape[1])
    return data, {(int(u), int(i)) for u, i in pairs.T}


def ends(out, edge_type):
    return zip(out.row[edge_type], out.col[edge_type], strict=True)


def sample(data, bounds, seed, seeds):
    fan_out = {TO_USER: (bounds[0], 0), TO_ITEM: (0, bounds[1])}
    index = NodeSamplerInput(None, torch.tensor(seeds), None, "user")
    return NeighborSampler(data, fan_out, seed).sample_from_nodes(index)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 50),
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    st.sets(st.integers(0, 11), min_size=1),
)
def test_what_is_sampled_is_true_bounded_and_complete_where_it_fits(seed, bounds, chosen):
    data, links = bipartite(seed)
    seeds = sorted(chosen)
    out = sample(data, bounds, seed, seeds)

    users, items = out.node["user"].numpy(), out.node["item"].numpy()
    assert users[: len(seeds)].tolist() == seeds
    assert len(set(users)) == len(users)
    assert len(set(items)) == len(items)

    hop_1 = [(int(users[c]), int(items[r])) for r, c in ends(out, TO_USER)]
    hop_2 = [(int(users[r]), int(items[c])) for r, c in ends(out, TO_ITEM)]
    for edges, bound, end, wanted in ((hop_1, bounds[0], 0, seeds), (hop_2, bounds[1], 1, items)):
        assert set(edges) <= links
        assert len(set(edges)) == len(edges)
        for node in wanted:
            neighbours = {link for link in links if link[end] == node}
            drawn = {link for link in edges if link[end] == node}
            assert len(drawn) == min(bound, len(neighbours))
            if len(neighbours) <= bound:
                assert drawn == neighbours
    for edge_type, edges in ((TO_USER, hop_1), (TO_ITEM, hop_2)):
        index = data[edge_type].edge_index[:, out.edge[edge_type]].numpy()
        found = index[::-1].T if edge_type == TO_USER else index.T
        assert [tuple(map(int, pair)) for pair in found] == edges
        assert (out.col[edge_type].diff() >= 0).all()


def test_a_node_draws_the_same_whatever_shares_its_batch():
    data, _ = bipartite(3, users=6, items=40, links=300)
    together = sample(data, (4, 0), 7, [0, 1, 2, 3])
    for place, user in enumerate([0, 1, 2, 3]):
        alone = sample(data, (4, 0), 7, [user])
        mine = together.edge[TO_USER][together.col[TO_USER] == place]
        assert torch.equal(alone.edge[TO_USER], mine)


def test_another_seed_draws_other_neighbours_and_all_of_them_in_turn():
    data, links = bipartite(3, users=2, items=40, links=300)
    seen = set()
    for seed in range(60):
        seen |= set(sample(data, (4, 0), seed, [0]).node["item"].tolist())
    assert seen == {item for user, item in links if user == 0}


def test_draws_are_even():
    data, links = bipartite(5, users=1, items=10, links=200)
    n = sum(user == 0 for user, _ in links)
    count = np.zeros(n)
    for seed in range(3000):
        count[sample(data, (3, 0), seed, [0]).edge[TO_USER].numpy()] += 1
    assert np.abs(count / 3000 - 3 / n).max() < 0.04


def test_it_drives_pyg_node_loader():
    data, _ = bipartite(1)
    sampler = NeighborSampler(data, {TO_USER: (ALL, 0), TO_ITEM: (0, 2)}, 0)
    loader = NodeLoader(data, sampler, input_nodes=("user", torch.arange(12)), batch_size=5)
    seeds = []
    for batch in loader:
        size = batch["user"].batch_size
        seeds += batch["user"].x[:size, 0].int().tolist()
        source, target = batch[TO_ITEM].edge_index
        truth = data[TO_ITEM].edge_index[:, batch[TO_ITEM].edge_attr]
        assert torch.equal(batch["user"].x[source, 0].long(), truth[0])
        assert torch.equal(batch["item"].x[target, 0].long(), truth[1])
    assert seeds == list(range(12))
