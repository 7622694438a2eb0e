import networkx as nx
import pytest
from drawn_workspace import RING, RING_ID

from ringfinder.errors import InputError
from ringfinder.pipeline.network import neighbourhood, ring_network
from ringfinder.store.workspace import Workspace


@pytest.fixture
def workspace(drawn):
    return Workspace(drawn[0])


def test_a_ring_is_its_members_and_what_two_of_them_hold(workspace):
    network = ring_network(workspace, RING_ID)
    users = {node for node, kind in network.nodes(data="kind") if kind == "user"}
    assert users == {("user", member) for member in RING}
    assert set(network) - users == {
        ("device", "farm-phone"),
        ("seller", "shop-x"),
        *(("item", f"pushed{job}") for job in range(4)),
    }
    assert nx.algorithms.bipartite.is_bipartite(network)
    assert network.nodes["user", "ring00"] == {"kind": "user", "bipartite": 0, "role": "core"}
    phone = network.nodes["device", "farm-phone"]
    assert (phone["holders"], network.degree["device", "farm-phone"]) == (6, 6)
    assert network.edges[("user", "ring00"), ("device", "farm-phone")]["weight"] == phone["weight"]
    assert network.graph["left_out"]["ip"] == 1, "the carrier's address is a hub"


def test_a_large_ring_is_cut_to_the_nodes_asked_for(workspace):
    network = ring_network(workspace, RING_ID, nodes=6)
    kinds = [kind for _, kind in network.nodes(data="kind")]
    assert len(kinds) == 6
    assert kinds.count("user") == 3
    assert network.graph["left_out"]["user"] == len(RING) - 3


def test_a_neighbourhood_leads_to_those_who_hold_the_same(workspace):
    network = neighbourhood(workspace, "ring03")
    assert {("user", member) for member in RING[:6]} <= set(network)
    assert ("ip", "carrier-nat") not in network
    assert all("user" in (left[0], right[0]) for left, right in network.edges)
    assert len(neighbourhood(workspace, "ring03", nodes=5)) == 5


def test_unknown_rings_and_users_are_refused(workspace):
    with pytest.raises(InputError, match="no ring"):
        ring_network(workspace, "r_nothing")
    with pytest.raises(InputError, match="no user"):
        neighbourhood(workspace, "nobody")
