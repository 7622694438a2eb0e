from pathlib import Path

import pytest
from stories import (
    flash_sale,
    honest,
    live_stream,
    lockstep,
    office,
    returned,
    snapshot_of,
    taken_over,
)

from ringfinder.features.snapshot import Snapshot
from ringfinder.rings.find import Found, find_groups


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A crowd, two rings, a flash sale, a live stream and an office."""
    rows = honest(1)
    rows += lockstep("r", 18, 6, (4, 9, 17)) + lockstep("q", 14, 5, (6, 13), seed=3)
    rows += flash_sale(160) + live_stream(150) + office(30, start=900)
    return snapshot_of(tmp_path_factory.mktemp("town"), rows)


@pytest.fixture(scope="session")
def market_town(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A town with a ring of refunds and stolen accounts, so that every channel finds a trace."""
    rows = honest(1) + lockstep("r", 18, 6, (4, 9, 17)) + office(30, start=900)
    rows += returned(lockstep("t", 12, 4, (7, 19), seed=5))
    rows += taken_over(12, 3)
    return snapshot_of(tmp_path_factory.mktemp("market"), rows)


@pytest.fixture(scope="session")
def found(town: Snapshot) -> Found:
    return find_groups(town)


@pytest.fixture(scope="session")
def shipped() -> Path:
    from ringfinder.pipeline.models import shipped_model  # noqa: PLC0415

    return shipped_model()
