import json

import pytest

from ringfinder.cli.app import run
from ringfinder.cli.told import compared
from ringfinder.evaluate.benchmark.worlds import Recipe
from ringfinder.pipeline.benchmark import BenchmarkResult

QUICK = ("--detector", "identifier-rule", "--detector", "time-cells")


def test_a_benchmark_runs_resumes_and_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    small = Recipe("tastes", "mixed", 2_000, 1)
    monkeypatch.setattr("ringfinder.evaluate.benchmark.run._WARM_UP", small)
    words = ["benchmark", "--out", "runs", "--events", "3000", *QUICK]
    assert run([*words, "--vary", "camouflage=1,3"]) == 0
    first = capsys.readouterr()
    assert "tastes-mixed-3k" in first.out
    assert "To escape by camouflage (extra cover orders per ring order)" in first.out
    assert all(len(line) <= 80 for line in first.out.splitlines())
    assert "cells: 4 of 4" in first.err
    out = tmp_path / "runs"
    assert {path.name for path in out.iterdir()} == {
        "benchmark.lock",
        "cells",
        "plots",
        "results.json",
        "results.md",
        "worlds",
    }
    assert (out / "plots" / "evasion-camouflage.svg").is_file()
    assert "| time-cells |" in (out / "results.md").read_text()
    before = (out / "results.json").read_bytes()
    monkeypatch.setattr("ringfinder.evaluate.benchmark.run.run", None)  # nothing is to be run
    assert run(["--quiet", *words, "--vary", "camouflage=1,3", "--json"]) == 0
    again = capsys.readouterr()
    assert again.err == ""
    answer = json.loads(again.out)
    assert answer["schema"] == "ringfinder.benchmark/1"
    assert [line["detector"] for line in answer["data"]["lines"]] == [
        "identifier-rule",
        "time-cells",
    ] * 2
    assert (out / "results.json").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--detector", "oracle"], "there is no detector 'oracle'"),
        (["--mix", "odd"], "there is no mix 'odd'"),
        (["--engine", "steam"], "there is no engine 'steam'"),
        (["--vary", "volume=1"], "there is no knob 'volume'"),
        (["--world", "."], "holds no log"),
        (["--limit", "0"], "the command is not understood"),
    ],
)
def test_bad_words_are_three_lines(words, what, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["benchmark", "--out", str(tmp_path / "runs"), *words]) == 2
    shown = capsys.readouterr()
    assert what in shown.err
    assert len(shown.err.splitlines()) == 3
    assert shown.out == ""
    assert not (tmp_path / "runs").exists()


def test_a_run_in_which_nothing_worked_has_failed(tmp_path, capsys):
    world = tmp_path / "world"
    world.mkdir()
    (world / "events.parquet").write_bytes(b"no")
    (world / "truth_users.csv").write_text("user_id,ring_id,typology,role\na,,,\n")
    words = ["benchmark", "--out", str(tmp_path / "runs"), "--world", str(world)]
    assert run([*words, "--detector", "identifier-rule"]) == 1
    shown = capsys.readouterr()
    assert "no cell of the benchmark could be finished" in shown.err
    assert "## What failed" in (tmp_path / "runs" / "results.md").read_text()


def test_nothing_to_tell_is_told(tmp_path):
    nothing = BenchmarkResult(tmp_path, (), (), (), {}, {}, ())
    assert list(compared(nothing)) == [f"Tables: {tmp_path / 'results.md'}"]
