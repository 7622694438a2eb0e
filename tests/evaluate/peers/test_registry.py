"""The table of peers and the command that runs one."""

import subprocess
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError

import pytest
from peer_logs import market, ring, write

from ringfinder.errors import InputError
from ringfinder.evaluate.peers import registry
from ringfinder.evaluate.peers.__main__ import main
from ringfinder.evaluate.peers.registry import PEERS, load, missing


@pytest.fixture
def bare_machine(monkeypatch):
    def lacks(package):
        raise PackageNotFoundError(package)

    monkeypatch.setattr(registry, "distribution", lacks)


def test_every_row_can_be_loaded_and_says_what_it_is():
    for name, row in PEERS.items():
        assert row.path.startswith("ringfinder.evaluate.peers.")
        assert row.about
        if not missing(name):
            module, peer = row.path.split(":")
            assert isinstance(load(name), getattr(import_module(module), peer))


def test_a_missing_package_is_told_by_name(bare_machine, tmp_path, capsys):
    assert missing("leiden-cpm") == ("igraph",)
    assert missing("fraudar") == ()
    with pytest.raises(InputError, match="igraph"):
        load("leiden-cpm")
    events = write(ring(), tmp_path / "events.parquet")
    assert main(["leiden-cpm", str(events), str(tmp_path / "out.jsonl")]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 3
    assert "leiden-cpm" in told[0]
    assert "igraph" in told[1]
    assert "peers" in told[2]


def test_unknown_names_and_wrong_calls_are_usage_errors(tmp_path, capsys):
    with pytest.raises(InputError, match="nobody"):
        missing("oracle")
    assert main(["oracle", "events.parquet", "out.jsonl"]) == 2
    assert main([]) == 2
    assert "fraudar" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_failed_work(tmp_path):
    events = write(market(), tmp_path / "events.parquet")
    assert main(["fraudar", str(events), str(tmp_path / "absent" / "out.jsonl")]) == 1


def test_listing_and_asking_import_no_peer():
    heavy = "numpy", "pyarrow", "igraph", "numba"
    code = (
        "import sys\n"
        "from ringfinder.evaluate.peers.registry import PEERS, missing\n"
        "assert sum(len(missing(name)) for name in PEERS) >= 0\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_as_a_module_it_runs_and_fails_like_a_command(tmp_path):
    events = write(market() + ring(), tmp_path / "events.parquet")
    command = [sys.executable, "-m", "ringfinder.evaluate.peers", "time-cells"]
    out = tmp_path / "out.jsonl"
    done = subprocess.run([*command, events, out], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert out.read_text().startswith('{"members": ["')
    done = subprocess.run([*command, out, out], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: cannot read")
