import json
import os
import subprocess
import sys
import time

import pytest
from drawn_workspace import HOSTILE, RING_ID

from ringfinder.cli.app import COMMANDS, run
from ringfinder.cli.told import swept
from ringfinder.errors import InputError

FORBIDDEN = ("torch", "torch_geometric", "neo4j", "pyspark", "numba", "pyarrow", "ibis", "pandas")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("RINGFINDER_")]:
        monkeypatch.delenv(name)


def at(root, *words):
    return run(["--workspace", str(root), *words])


def one_object(text):
    answer = json.loads(text)
    assert set(answer) == {"schema", "ok", "data", "warnings"}
    return answer


@pytest.mark.parametrize(("name", "example"), [(name, words) for _, name, _, words in COMMANDS])
def test_every_help_ends_with_an_example(name, example, capsys):
    words = example.split()
    assert run([*words[: words.index(name) + 1], "--help"]) == 0
    text = capsys.readouterr().out
    assert "Example: ringfinder" in text
    assert "--json" in text


def test_examples_are_real_commands():
    for parent, name, _, example in COMMANDS:
        words = example.split()
        group = {"rings": "rings", "graph": "graph"}.get(words[0])
        assert words[1 if group else 0] == name
        assert (group or "ringfinder") == (parent.info.name or group)


def test_version(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("ringfinder ")


def test_investigate_shows_one_screen(root, capsys):
    assert at(root, "investigate", "ring03") == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert lines[0].startswith("User ring03 is suspicious")
    assert len(lines) <= 23
    assert shown.err == ""


def test_json_is_one_object_on_stdout(root, capsys):
    assert at(root, "investigate", HOSTILE, "--json") == 0
    out = capsys.readouterr().out
    answer = one_object(out)
    assert answer["schema"] == "ringfinder.investigate/1"
    assert answer["ok"]
    assert answer["data"]["user"] == HOSTILE
    assert out.count("\n") == 1
    assert "\x1b" not in out


def test_an_error_is_three_lines_and_an_object(root, capsys):
    assert at(root, "investigate", "ring0", "--json") == 2
    shown = capsys.readouterr()
    answer = one_object(shown.out)
    assert not answer["ok"]
    assert "ring00" in answer["data"]["error"]["try"]
    what, why, hint = shown.err.splitlines()
    assert what.startswith("error: ")
    assert why.startswith("  why: ")
    assert hint.startswith("  try: ")


@pytest.mark.parametrize(
    "words",
    [
        ["investigate"],
        ["no-such-command"],
        ["sweep", "--no-such-option"],
        ["sweep", "--as-of", "yesterday"],
        ["sweep", "--window", "4 weeks"],
        ["decide", RING_ID, "--verdict", "guilty", "--reason", "x"],
        ["decide", RING_ID, "--verdict", "cleared", "--reason", ""],
        ["rings", "show", "r_000000000000"],
        ["investigate", "ring03", "--browser"],
        ["doctor", "--only", "nothing"],
        [],
    ],
)
def test_bad_usage_exits_with_2_and_no_traceback(root, words, capsys):
    assert at(root, *words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.splitlines()) == 3
    assert "Traceback" not in shown.err
    assert "ringfinder  " not in shown.err


def test_a_traceback_comes_only_with_debug(root, capsys):
    assert run(["--debug", "--workspace", str(root), "investigate", "ring0"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_no_sweep_yet_says_what_to_do(tmp_path, capsys):
    assert at(tmp_path / "empty", "rings", "list") == 2
    assert "ringfinder sweep" in capsys.readouterr().err


def test_no_server_is_exit_3(root, capsys):
    assert at(root, "graph", "status", "--json") == 3
    shown = capsys.readouterr()
    assert "none is configured" in one_object(shown.out)["data"]["error"]["why"]
    assert "neo4j_uri" in shown.err


def test_rings_are_listed_shown_and_exported(root, tmp_path, capsys):
    assert at(root, "rings", "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert RING_ID in lines[1]
    assert "ALERT" in lines[1]
    assert all(len(line) <= 80 for line in lines)
    assert at(root, "rings", "list", "--alerts", "--json") == 0
    assert len(one_object(capsys.readouterr().out)["data"]) == 1
    assert at(root, "rings", "show", RING_ID) == 0
    assert "flash sale" in capsys.readouterr().out
    assert at(root, "rings", "export", "--out", str(tmp_path / "r.jsonl")) == 0
    assert len((tmp_path / "r.jsonl").read_text().splitlines()) == 2


def test_a_decision_is_written(root, capsys):
    words = ["decide", RING_ID, "--verdict", "confirmed", "--reason", "one phone", "--by", "eve"]
    assert at(root, *words, "--json") == 0
    entry = one_object(capsys.readouterr().out)["data"]
    assert entry["number"] == 1
    assert len(entry["decision"]["users"]) == 8


def test_doctor_names_each_check_and_its_mend(root, tmp_path, capsys):
    at(root, "doctor", "--only", "neo4j")
    assert capsys.readouterr().out.startswith("skipped  neo4j")
    assert at(root, "doctor", "--only", "workspace", "--json") == 0
    (finding,) = one_object(capsys.readouterr().out)["data"]
    assert finding["status"] == "ok"
    (tmp_path / "file").touch()
    assert at(tmp_path / "file" / "below", "doctor", "--only", "workspace") == 1
    assert "->" in capsys.readouterr().out


def test_an_unreachable_server_is_a_failed_check(root, capsys, monkeypatch):
    monkeypatch.setenv("RINGFINDER_NEO4J_URI", "bolt://127.0.0.1:1")
    assert at(root, "doctor", "--only", "neo4j") == 1
    assert "does not answer" in capsys.readouterr().out


def test_help_and_investigate_stay_light(root):
    program = (
        "import sys; from ringfinder.cli.app import run; code = run(sys.argv[1:]); "
        f"print('LOADED', [m for m in {FORBIDDEN!r} if m in sys.modules], file=sys.stderr); "
        "sys.exit(code)"
    )
    for words in (["--help"], ["--workspace", str(root), "investigate", "ring03"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True
        )
        assert "LOADED []" in done.stderr


def test_help_is_quick():
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "ringfinder", "--help"], capture_output=True, check=True)
    assert time.perf_counter() - began < 2.0  # 0.4 s on an idle machine; benchmarks measure it


def test_a_closed_pipe_is_no_error(root):
    command = f"{sys.executable} -m ringfinder --workspace {root} rings show {RING_ID} | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert "Traceback" not in done.stderr
    assert "error" not in done.stderr


def test_a_training_takes_its_name_from_the_settings(root, monkeypatch):
    named = []

    def note(_workspace, *, model, **_others):
        named.append(model)
        raise InputError("enough", "seen", "none")

    monkeypatch.setattr("ringfinder.pipeline.train.train", note)
    at(root, "train")
    monkeypatch.setenv("RINGFINDER_MODEL", "shop")
    at(root, "train")
    at(root, "train", "--model", "flag")
    assert named == ["model", "shop", "flag"]


def test_rings_that_merged_or_split_are_told():
    changes = {"new": [], "grew": ["r_1"], "shrank": [], "merged": ["r_2"], "split": [], "gone": []}
    summary = {"alerts": 1, "rings": 2, "users": 9, "as_of": "2026-03-01T00:00:00Z"}
    lines = list(swept({**summary, "previous": "x", "changes": {**changes, "same": 0}}, []))
    assert lines[1] == "Of the alerts at most 15 % are expected to be false."
    assert lines[2] == (
        "Since the last sweep: 0 new, 1 grew, 0 shrank, 0 gone, 1 merged, 0 unchanged."
    )
