import json
import sys
from pathlib import Path

import pytest

from ringfinder.evaluate.benchmark.detectors import Detector
from ringfinder.evaluate.benchmark.run import Plan, run_plan
from ringfinder.evaluate.benchmark.worlds import named
from ringfinder.events.progress import silent


def detector(name, code, version="1"):
    """A detector that runs `code` in Python and compiles nothing."""
    return Detector(name, ((sys.executable, "-c", code),), version, compiles=False)


class Counted:
    """Detectors that note each of their runs in a file."""

    def __init__(self, place: Path) -> None:
        self._notes = place / "notes.txt"

    def good(self, name="good", groups=(("a", "b", "c"), ("e", "f")), version="1"):
        lines = "".join(json.dumps({"members": list(group)}) + "\n" for group in groups)
        return self._noting(name, f"open('rings.jsonl', 'w').write({lines!r})", version)

    def bad(self, name="bad", code="raise SystemExit('no luck')", version="1"):
        return self._noting(name, code, version)

    @property
    def runs(self):
        return self._notes.read_text().split() if self._notes.exists() else []

    def _noting(self, name, code, version):
        note = f"open({str(self._notes)!r}, 'a').write({name + ' '!r})\n"
        return detector(name, note + code, version)


@pytest.fixture
def counted(tmp_path):
    return Counted(tmp_path)


@pytest.fixture
def bench(tiny, tmp_path):
    """Run detectors on worlds, the drawn one unless told otherwise; give what was measured."""

    def run(*detectors, worlds=None, limit_s=20.0, progress=silent):
        worlds = named([tiny]) if worlds is None else worlds
        return run_plan(Plan(tmp_path / "out", tuple(worlds), detectors, limit_s), progress)

    return run
