import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ringfinder.errors import InputError
from ringfinder.evaluate.benchmark.cells import Shelf
from ringfinder.evaluate.benchmark.detectors import Detector
from ringfinder.evaluate.benchmark.worlds import Choice, named, simulated

LOOK = """
import os, sys, json
seen = sorted(os.listdir('.'))
told = [name for name in os.environ if name.startswith('RINGFINDER_')]
links = os.stat('events.parquet').st_nlink
raise SystemExit(f'{seen} {told} {links} {sys.argv[1:]}')
"""


def test_figures_and_a_row_for_each_ring(bench, counted):
    done = bench(counted.good())
    (cell,) = done.cells
    assert cell.reason is None
    assert cell.figures["rings"]["ap"] == 0.5
    assert cell.figures["unseen_users"] == 1
    assert cell.rings == [
        {
            "ring_id": "r1",
            "typology": "lockstep",
            "size": 3,
            "stealth": None,
            "rank": 1,
            "jaccard": 1.0,
        },
        {
            "ring_id": "r2",
            "typology": "slow_drip",
            "size": 2,
            "stealth": None,
            "rank": None,
            "jaccard": 0.25,
        },
    ]
    assert (done.facts[0].events, done.facts[0].users, done.facts[0].rings) == (9, 6, 2)


def test_what_is_done_is_not_run_again(bench, counted):
    first = bench(counted.good(), counted.good("other"))
    again = bench(counted.good(), counted.good("other"))
    assert counted.runs == ["good", "other"]
    assert again == first


def test_a_detector_that_is_late_is_not_tried_on_larger_worlds(bench, counted):
    worlds = simulated(Choice(("none",), events=(2_000, 3_000, 2_500)))
    slow = counted.bad("slow", "import time; time.sleep(60)")
    done = bench(slow, counted.good(), worlds=worlds[:2], limit_s=1.0)
    reasons = [cell.reason for cell in done.cells if cell.detector == "slow"]
    assert reasons[0].startswith("ran past its limit")
    assert reasons[1] == "not run: past the limit of 1 s on 2,000 events already"
    assert counted.runs == ["slow", "good", "good"]
    quick = counted.good("slow", version="2")
    again = bench(quick, worlds=worlds, limit_s=20.0)
    assert [cell.reason for cell in again.cells] == [None] * 3


def test_a_new_detector_runs_alone(bench, counted):
    bench(counted.good())
    bench(counted.good(), counted.good("other"))
    assert counted.runs == ["good", "other"]


def test_a_changed_detector_and_a_changed_world_run_again(bench, counted, tiny):
    bench(counted.good())
    bench(counted.good(version="2"))
    assert counted.runs == ["good"] * 2
    truth = tiny / "truth_users.csv"
    truth.write_text(truth.read_text() + "f,r4,lockstep,member\n")
    assert bench(counted.good(version="2")).facts[0].rings == 3
    assert counted.runs == ["good"] * 3


def test_a_failure_leaves_the_others_and_runs_again(bench, counted):
    first = bench(counted.bad(), counted.good())
    assert [cell.reason for cell in first.cells] == ["no luck", None]
    assert first.cells[0].figures is None
    bench(counted.bad(), counted.good())
    assert counted.runs == ["bad", "good", "bad"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import time; time.sleep(30)", "ran past its limit of 0.5 s"),
        ("import os; os.kill(os.getpid(), 9)", "killed by SIGKILL, perhaps for want of memory"),
        ("raise MemoryError", "MemoryError"),
        ("import sys; sys.exit(7)", "ended with status 7 and said nothing"),
        (
            "import sys; sys.exit('error: no store\\n  why: it is gone\\n  try: again')",
            "no store: it is gone",
        ),
        ("pass", "cannot read"),
        ("open('rings.jsonl', 'w').write('{')", "line 1 of"),
    ],
)
def test_each_failure_has_its_reason(bench, counted, code, reason):
    (cell,) = bench(counted.bad(code=code), limit_s=0.5 if "sleep" in code else 20).cells
    assert reason in cell.reason
    assert cell.wall_s < 5


def test_detectors_get_the_log_and_nothing_else(bench, tmp_path, monkeypatch):
    monkeypatch.setenv("RINGFINDER_MODEL", "mine")
    looking = Detector("look", ((sys.executable, "-c", LOOK),), "1", compiles=False)
    (cell,) = bench(looking).cells
    assert cell.reason == "['events.parquet', 'stderr.txt'] [] 1 []"


def test_a_world_with_nothing_in_it_is_told_for_each_cell(bench, counted, tiny):
    (tiny / "truth_users.csv").write_text("user,ring\n")
    done = bench(counted.good(), counted.good("other"))
    assert all("has no column user_id" in cell.reason for cell in done.cells)
    assert done.facts[0].rings is None
    assert counted.runs == []


def test_an_unreadable_log_is_told(bench, counted, tiny):
    (tiny / "events.parquet").write_bytes(b"PAR1 is not enough")
    (cell,) = bench(counted.good()).cells
    assert "events.parquet" in cell.reason
    assert counted.runs == []


def test_a_world_without_rings_has_only_false_groups(bench, counted, ring_free):
    (cell,) = bench(counted.good(), worlds=named([ring_free])).cells
    assert cell.figures["rings"]["ap"] is None
    assert cell.figures["alerts"]["false"] == 2
    assert cell.rings == []


def test_a_simulated_world_is_made_once_and_taken_away(bench, counted, tmp_path):
    worlds = simulated(Choice(events=(2_000,)))
    done = bench(counted.good(), worlds=worlds)
    assert done.cells[0].reason is None
    assert done.facts[0].events > 1_500
    kept = tmp_path / "out" / "worlds"
    assert [path.name for path in kept.iterdir()] == ["tastes-mixed-2k-s1.json"]
    assert not (tmp_path / "out" / "work").exists()
    bench(counted.good(), worlds=worlds)
    assert counted.runs == ["good"]


def test_a_damaged_cell_is_named(bench, counted, tmp_path):
    bench(counted.good())
    (path,) = (tmp_path / "out" / "cells").rglob("*.json")
    path.write_text("{")
    with pytest.raises(InputError, match=r"good\.json"):
        bench(counted.good())


def test_cpu_seconds_and_memory_are_those_of_the_process(bench):
    code = (
        "import time\nheld = bytearray(150_000_000)\nheld[::4096] = b'x' * len(held[::4096])\n"
        "while time.process_time() < 0.5: pass\nopen('rings.jsonl', 'w')"
    )
    ballast = bytearray(400_000_000)  # in this process, which is no part of the figure
    ballast[::4096] = b"x" * len(ballast[::4096])
    (cell,) = bench(Detector("busy", ((sys.executable, "-S", "-c", code),), "1", False)).cells
    assert 0.5 <= cell.cpu_s < 2
    assert cell.wall_s >= 0.4
    assert 140 < cell.peak_mib < 300


def test_two_commands_are_added_up(bench):
    busy = "import time\nwhile time.process_time() < 0.3: pass\nopen('rings.jsonl', 'w')"
    command = (sys.executable, "-S", "-c", busy)
    (cell,) = bench(Detector("twice", (command, command), "1", compiles=False)).cells
    assert cell.cpu_s >= 0.6


KILLED = """
import sys
from pathlib import Path
from ringfinder.evaluate.benchmark.detectors import Detector
from ringfinder.evaluate.benchmark.run import Plan, run_plan
from ringfinder.evaluate.benchmark.worlds import named
world, out, notes = sys.argv[1:]
def made(name, then):
    code = f"open({notes!r}, 'a').write('{name} ')\\n{then}\\nopen('rings.jsonl', 'w')"
    return Detector(name, ((sys.executable, '-c', code),), '1', compiles=False)
plan = Plan(Path(out), tuple(named([Path(world)])), (made('one', ''), made('two', NEXT)), 60.0)
run_plan(plan, lambda *_: None)
"""


def test_a_killed_run_takes_its_detector_along_and_the_next_one_goes_on(tiny, tmp_path):
    out, notes = tmp_path / "out", tmp_path / "notes.txt"
    words = [str(tiny), str(out), str(notes)]
    pid = tmp_path / "pid.txt"
    hang = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    program = KILLED.replace("NEXT", repr(hang))
    with subprocess.Popen([sys.executable, "-c", program, *words]) as process:
        while not (pid.exists() and pid.read_text()):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    gone_by = time.monotonic() + 10
    while _runs(int(pid.read_text())):
        assert time.monotonic() < gone_by
        time.sleep(0.05)
    assert notes.read_text() == "one two "
    program = KILLED.replace("NEXT", "''")
    subprocess.run([sys.executable, "-c", program, *words], check=True)
    assert notes.read_text() == "one two two "
    assert len(list((out / "cells").rglob("*.json"))) == 2


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_cells_are_kept_by_world_and_detector(bench, counted, tmp_path, tiny):
    twin = tmp_path / "else" / "tiny"
    shutil.copytree(tiny, twin)
    (twin / "benign_groups.csv").unlink()
    worlds = named([tiny, twin])
    assert len({world.name for world in worlds}) == 2
    assert all(world.name.startswith("tiny-") for world in worlds)
    bench(counted.good(), worlds=worlds)
    shelf = Shelf(tmp_path / "out")
    kinds = [
        shelf.cell(world, counted.good()).figures["rings"]["false_by_kind_at_50"]
        for world in worlds
    ]
    assert kinds == [{"family": 1}, {"no known crowd": 1}]
    (kept,) = (tmp_path / "out" / "cells" / worlds[0].name).iterdir()
    assert kept.name == "good.json"
