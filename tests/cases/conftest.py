import pytest
from drawn_workspace import draw


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """The root of a drawn workspace, and its snapshot."""
    root = tmp_path_factory.mktemp("drawn")
    return root, draw(root)
