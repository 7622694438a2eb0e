import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from small_shop import shop, ten_groups

from ringfinder.detect.hybrid import Hybrid
from ringfinder.detect.protocol import Scores
from ringfinder.detect.registry import DETECTORS, detector
from ringfinder.errors import InputError, WorkError
from ringfinder.features.snapshot import Features


@pytest.mark.parametrize("name", DETECTORS)
class TestEveryDetector:
    def test_it_gives_each_user_one_score(self, name, bundle_directory, snapshot):
        found = detector(name).load(bundle_directory, "cpu")
        scores = found.score(snapshot)
        scores.validate(snapshot.n_users)
        assert (scores.detector, scores.version) == (name, found.version)
        assert scores.as_of == snapshot.as_of
        assert len(set(scores.values.tolist())) > 10

    def test_it_repeats_itself_bit_for_bit(self, name, bundle_directory):
        once, twice = (
            detector(name).load(bundle_directory, "cpu").score(shop()).values for _ in range(2)
        )
        assert once.tobytes() == twice.tobytes()

    def test_it_bears_one_user_and_none(self, name, bundle_directory):
        found = detector(name).load(bundle_directory, "cpu")
        for n_users, n_events in ((1, 1), (0, 0)):
            assert len(found.score(shop(n_users, n_events)).values) == n_users

    def test_further_features_change_nothing_and_missing_ones_are_told(
        self, name, bundle_directory, snapshot
    ):
        found = detector(name).load(bundle_directory, "cpu")
        names, values = snapshot.features.names, snapshot.features.values
        wider = replace(
            snapshot, features=Features(("z", *names), np.column_stack([values[:, 0], values]))
        )
        assert np.array_equal(found.score(wider).values, found.score(snapshot).values)
        with pytest.raises(InputError, match="features that are not here"):
            found.score(shop(names=("a", "b")))

    def test_an_unknown_device_is_bad_input(self, name, bundle_directory):
        with pytest.raises(InputError, match="device"):
            detector(name).load(bundle_directory, "abacus")


def test_an_unknown_detector_is_bad_input():
    with pytest.raises(InputError, match="oracle") as caught:
        detector("oracle")
    assert "hybrid" in caught.value.hint


def test_listing_detectors_imports_no_torch():
    code = "import sys, ringfinder.detect.registry; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    "values",
    [
        np.full(3, 0.5, np.float32)[:2],
        np.array([0.1, np.nan, 0.2], np.float32),
        np.array([0.1, 1.2, 0.2], np.float32),
        np.array([0.1, 0.2, 0.3], np.float64),
    ],
)
def test_scores_that_break_a_promise_are_caught(values):
    with pytest.raises(WorkError, match="scores of x"):
        Scores(values, "x", "1", 0).validate(3)


def test_groups_are_scored_each_by_itself(bundle_directory, snapshot):
    hybrid, groups = Hybrid.load(bundle_directory, "cpu"), ten_groups()
    stats = np.random.default_rng(2).normal(size=(10, 2)).astype(np.float32)
    together = hybrid.score_groups(snapshot, groups, stats)
    assert together.dtype == np.float32
    assert ((together >= 0) & (together <= 1)).all()
    alone = [
        hybrid.score_groups(snapshot, type(groups).of([groups.members(g)]), stats[g : g + 1])[0]
        for g in range(10)
    ]
    np.testing.assert_allclose(alone, together, atol=1e-6)


def test_no_groups_have_no_scores(bundle_directory, snapshot):
    none = type(ten_groups()).of([])
    empty = np.empty((0, 2), np.float32)
    assert len(Hybrid.load(bundle_directory, "cpu").score_groups(snapshot, none, empty)) == 0


def test_other_statistics_are_refused(bundle_directory, snapshot):
    with pytest.raises(InputError, match="2 statistics a group, here are 5"):
        Hybrid.load(bundle_directory, "cpu").score_groups(
            snapshot, ten_groups(), np.zeros((10, 5), np.float32)
        )


def test_an_untrained_group_head_falls_back_to_the_members(ungrouped_directory, snapshot):
    hybrid, groups = Hybrid.load(ungrouped_directory, "cpu"), ten_groups()
    values = hybrid.score(snapshot).values
    found = hybrid.score_groups(snapshot, groups, np.zeros((10, 5), np.float32))
    expected = [values[groups.members(g)].mean() for g in range(10)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
