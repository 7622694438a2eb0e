import pytest
from peer_logs import COLUMNS, write

from ringfinder.evaluate.peers.log import PeerLog, read_log


@pytest.fixture
def log_of(tmp_path):
    """Read rows as peers do."""

    def read(rows, columns=COLUMNS) -> PeerLog:
        return read_log(write(rows, tmp_path / "events.parquet", columns))

    return read
