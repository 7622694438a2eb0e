import json

import numpy as np
import pytest
import torch
from drawn_market import silent

from ringfinder.errors import InputError, StoreError
from ringfinder.nn.bundle import CARD, CONFIG, WEIGHTS, load_bundle
from ringfinder.nn.train import TrainingSet, fit


@pytest.fixture(scope="module")
def bundle(market):
    label = (np.arange(market.n_users) % 5 == 0).astype(np.int8)
    part = TrainingSet(market, np.arange(market.n_users, dtype=np.int32), label)
    return fit([part], epochs=1, device="cpu", seed=0, progress=silent).bundle


@pytest.fixture
def saved(bundle, tmp_path):
    bundle.save(tmp_path / "model")
    return tmp_path / "model"


def test_what_is_saved_is_what_is_loaded(bundle, saved):
    again = load_bundle(saved)
    assert again.version == bundle.version
    assert again.dimensions == bundle.dimensions
    assert again.training == bundle.training
    for name, tensor in bundle.weights.items():
        assert torch.equal(again.weights[name], tensor)


def test_saving_twice_writes_the_same_bytes_and_leaves_nothing_else(bundle, saved):
    before = {path.name: path.read_bytes() for path in saved.iterdir()}
    load_bundle(saved).save(saved)
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == before
    assert set(before) == {WEIGHTS, CONFIG, CARD}
    assert [path.name for path in saved.parent.iterdir()] == ["model"]


def test_the_card_tells_what_it_is_and_how_well_it_did(bundle, saved):
    text = (saved / CARD).read_text()
    assert bundle.version in text
    assert f"{bundle.training['metrics']['users']['ap']:.4g}" in text
    assert "never proof" in text


def test_no_bundle_is_bad_input(tmp_path):
    with pytest.raises(InputError, match="no model"):
        load_bundle(tmp_path)


@pytest.mark.parametrize("name", [WEIGHTS, CONFIG])
@pytest.mark.parametrize("damage", [lambda raw: raw[: len(raw) // 2], lambda raw: b"\x00" + raw])
def test_damaged_files_are_told(saved, name, damage):
    (saved / name).write_bytes(damage((saved / name).read_bytes()))
    with pytest.raises(StoreError, match="damaged"):
        load_bundle(saved)


def test_a_missing_weights_file_is_told(saved):
    (saved / WEIGHTS).unlink()
    with pytest.raises(StoreError, match="damaged"):
        load_bundle(saved)


def test_dimensions_that_do_not_fit_the_weights_are_told(saved):
    config = json.loads((saved / CONFIG).read_text())
    config["dimensions"]["hidden"] += 1
    (saved / CONFIG).write_text(json.dumps(config))
    with pytest.raises(StoreError, match="do not fit together"):
        load_bundle(saved)


@pytest.mark.parametrize("change", [{"format": 99}, {"inputs": {"event": 1}}])
def test_another_version_asks_for_training(saved, change):
    config = json.loads((saved / CONFIG).read_text()) | change
    (saved / CONFIG).write_text(json.dumps(config))
    with pytest.raises(InputError, match="version") as caught:
        load_bundle(saved)
    assert "retrain" in caught.value.hint
