"""Our worlds stay as hard as they were when they were compared with the reference worlds."""

import json
from pathlib import Path

import numpy as np
import pytest

from ringfinder.evaluate.matching import match
from ringfinder.evaluate.metrics import ring_ap
from ringfinder.evaluate.peers.log import read_log
from ringfinder.evaluate.peers.registry import load, missing
from ringfinder.evaluate.truth import read_truth
from ringfinder.events.simulator.simulate import simulate

FROZEN = json.loads(
    (Path(__file__).parents[2] / "benchmarks" / "results" / "hardness.json").read_text("utf-8")
)
NOISE = 0.05


def ratio(ours: float, theirs: float) -> float:
    return max(ours, NOISE) / max(theirs, NOISE)


def test_the_measured_worlds_were_as_hard_as_the_reference_worlds():
    for mix, row in FROZEN["tastes"].items():
        for peer, ours in row["ring_ap"].items():
            assert 0.5 <= ratio(ours, FROZEN["reference"][mix][peer]) <= 2.0, (mix, peer)


@pytest.mark.parametrize("mix", FROZEN["small"]["tastes"])
def test_small_worlds_are_as_hard_as_they_were_then(tmp_path, mix):
    frozen = FROZEN["small"]["tastes"][mix]
    peers = [peer for peer in frozen if not missing(peer)]
    found = {peer: [] for peer in peers}
    for seed in FROZEN["small"]["seeds"]:
        world = tmp_path / str(seed)
        world.mkdir()
        simulate(world, events=FROZEN["small"]["events"], seed=seed, mix=mix)
        log, rings = read_log(world / "events.parquet"), read_truth(world).rings
        names = log.users.to_pylist()
        for peer in peers:
            groups = [frozenset(names[u] for u in group) for group in load(peer).groups(log)]
            found[peer].append(ring_ap(match(groups, [ring.members for ring in rings])))
    for peer in peers:
        assert 0.67 <= ratio(np.mean(found[peer]), frozen[peer]) <= 1.5, peer
