"""Drawn markets that tests share."""

import pytest
from drawn_market import draw_snapshot


@pytest.fixture(scope="session")
def market():
    return draw_snapshot(1)


@pytest.fixture(scope="session")
def ring_market():
    return draw_snapshot(2, n_users=240, n_events=3000, rings=8)
