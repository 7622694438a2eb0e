import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cases"))

from drawn_workspace import draw


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    """The root of a drawn workspace: a snapshot and a sweep on it."""
    root = tmp_path_factory.mktemp("drawn")
    draw(root)
    return root
