"""A small shop and bundles trained on it, for every detector."""

import pytest
from small_shop import shop, train


@pytest.fixture(scope="session")
def bundle_directory(tmp_path_factory):
    return train(tmp_path_factory.mktemp("models") / "grouped", grouped=True)


@pytest.fixture(scope="session")
def ungrouped_directory(tmp_path_factory):
    return train(tmp_path_factory.mktemp("models") / "ungrouped", grouped=False)


@pytest.fixture(scope="session")
def snapshot():
    return shop()
