"""How `pytest -n 2` shares out the tests: those with a Neo4j server all go to one worker.

The marks of `--dist loadgroup` would say the same, but pytest-xdist 3.8 does not see them with
pytest 9.2 (pytest-xdist issue 1386).
"""

import pytest
from xdist.scheduler import LoadScopeScheduling


class OneServer(LoadScopeScheduling):
    """Tests of a directory or file named after Neo4j stay together; the others go where is room."""

    def _split_scope(self, nodeid):
        return "neo4j" if "neo4j" in nodeid.split("::")[0] else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return OneServer(config, log)
