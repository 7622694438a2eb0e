"""Hubs: what a crowd shares says little."""

import numpy as np
import pytest

from ringfinder.graph.hubs import KINDS, classify, hub_users
from ringfinder.vocabulary import ENTITY_TYPES, EntityType

DEVICE = next(kind for kind in ENTITY_TYPES if kind.name == "device")


@pytest.mark.parametrize("entity", ENTITY_TYPES, ids=lambda entity: entity.name)
def test_weight_and_kind_follow_the_number_of_users(entity: EntityType) -> None:
    users = np.arange(20_001, dtype=np.int64)
    hubs = classify(entity, users, 1_000_000)
    assert hubs.weight.dtype == np.float32
    assert hubs.kind.dtype == np.int8
    assert hubs.weight[0] == hubs.weight[1] == 1.0
    assert hubs.weight.min() > 0
    assert (np.diff(hubs.weight[1:]) < 0).all()
    assert (np.diff(hubs.kind) >= 0).all()
    assert set(hubs.kind.tolist()) == set(range(len(KINDS)))


def test_the_vocabulary_sets_the_threshold_of_an_ordinary_log() -> None:
    users = np.concatenate([np.ones(5_000, np.int64), [10, 11]])
    assert hub_users(DEVICE, users, 100_000) == DEVICE.hub_users
    kind = classify(DEVICE, users, 100_000).kind
    assert [KINDS[code] for code in kind[-3:]] == ["private", "crowded", "hub"]


def test_a_log_of_shared_devices_raises_the_threshold() -> None:
    assert hub_users(DEVICE, np.full(5_000, 40), 100_000) == 40


def test_a_tenth_of_all_users_is_a_hub_of_any_type() -> None:
    item = ENTITY_TYPES[0]
    assert hub_users(item, np.array([3, 5, 400]), 3_000) == 300
    assert KINDS[classify(item, np.array([301]), 3_000).kind[0]] == "hub"


def test_no_entities() -> None:
    assert len(classify(DEVICE, np.empty(0, np.int64), 0).kind) == 0
