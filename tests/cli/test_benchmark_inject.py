import json

import numpy as np
import pandas as pd
import pytest

from ringfinder.cli.app import run
from ringfinder.evaluate.benchmark.worlds import Recipe

QUICK = ("--detector", "identifier-rule", "--seed", "3", "--seed", "4")


def small_log(users=300, columns=("item", "device")):
    rng = np.random.default_rng(7)
    n = 2_500
    user, item = rng.integers(0, users, n), rng.integers(0, 90, n)
    log = {
        "when": pd.to_datetime(rng.integers(0, 10**12, n) + 10**15, unit="us", utc=True),
        "buyer": [f"b{code}" for code in user],
        "item": [f"i{code}" for code in item],
        "device": [f"d{code}" for code in user],
        "card": [f"c{code}" for code in user],
    }
    return pd.DataFrame(log)[["when", "buyer", *columns]]


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A CSV log of other column names, with a mapping, and one bad row."""
    monkeypatch.chdir(tmp_path)
    small = Recipe("tastes", "mixed", 2_000, 1)
    monkeypatch.setattr("ringfinder.evaluate.benchmark.run._WARM_UP", small)
    log = small_log(columns=("item", "device", "card"))
    log["when"] = log["when"].dt.strftime("%Y-%m-%d %H:%M:%S")
    log.loc[5, "when"] = "never"
    log.to_csv("shop.orders.csv.gz", index=False)
    columns = 'ts = "when"\nuser_id = "buyer"\nitem_id = "item"\ndevice_id = "device"\n'
    (tmp_path / "map.toml").write_text(f'[columns]\n{columns}[entities.card]\ncolumn = "card"\n')
    return tmp_path


def test_a_team_learns_what_it_would_miss(shop, monkeypatch, capsys):
    words = ["benchmark", "--out", "runs", "--inject", "shop.orders.csv.gz", "--map", "map.toml"]
    assert run([*words, *QUICK]) == 0
    first = capsys.readouterr()
    assert first.out.startswith("identifier-rule: found ")
    assert "Among the first 50 groups of each of 2 plantings stood:" in first.out
    assert all(len(line) <= 80 for line in first.out.splitlines())
    assert "left out what of the log cannot be read, rows: 1;" in first.err
    assert "planted rings do not share card" in first.err
    out = shop / "runs"
    assert {path.name for path in out.iterdir()} == {
        "benchmark.lock",
        "cells",
        "missed.json",
        "missed.md",
        "plots",
        "results.json",
        "results.md",
        "worlds",
    }
    assert {path.name for path in (out / "worlds").iterdir()} == {
        "shop-planted-3.json",
        "shop-planted-4.json",
    }
    assert (out / "plots" / "missed.svg").is_file()
    pages = ("missed.json", "missed.md", "results.json")
    before = [(out / name).read_bytes() for name in pages]
    monkeypatch.setattr("ringfinder.evaluate.benchmark.run.run", None)  # nothing is to be run
    assert run([*words, *QUICK, "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["data"]["missed"]
    assert [(out / name).read_bytes() for name in pages] == before
    assert told["plantings"] == 2
    assert sum(share["rings"] for share in told["by"]["size"]) == told["overall"]["rings"] >= 6


def test_a_workspace_is_planted_into_and_stays_as_it_was(shop, capsys):
    assert run(["ingest", "shop.orders.csv.gz", "--map", "map.toml"]) == 0
    before = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}
    words = ["benchmark", "--out", "runs", "--inject", ".ringfinder"]
    assert run([*words, *QUICK[:4]]) == 0
    assert "found" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in before} == before
    files = {path for path in shop.rglob("*") if path.is_file() and "runs" not in path.parts}
    assert files == set(before)
    assert run([*words, "--map", "map.toml"]) == 2
    assert "leave out --map" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--inject", "nowhere.csv"], "cannot read nowhere.csv"),
        (["--inject", "few.parquet"], "the log is too small to plant rings in"),
        (["--inject", "bare.parquet"], "the log tells of no trades"),
        (["--inject", "late.csv"], "there are no events in late.csv"),
        (["--inject", "text.txt"], "cannot read text.txt"),
        (["--inject", "few.parquet", "--mix", "mixed"], "stands beside other worlds"),
        (["--inject", "few.parquet", "--detector", "oracle"], "there is no detector 'oracle'"),
        (["--map", "map.toml"], "--map stands alone"),
    ],
)
def test_bad_logs_are_three_lines(words, what, shop, capsys):
    names = {"when": "ts", "buyer": "user_id", "item": "item_id", "device": "device_id"}
    small_log(users=20).rename(columns=names).to_parquet("few.parquet")
    small_log(columns=("device",)).rename(columns=names).to_parquet("bare.parquet")
    (shop / "late.csv").write_text("ts,user_id,item_id\nnever,a,b\n")
    (shop / "text.txt").write_text("hello")
    assert run(["benchmark", "--out", "runs", *words]) == 2
    shown = capsys.readouterr()
    told = [line for line in shown.err.splitlines() if not line.startswith(("reading", "writing"))]
    assert what in told[0]
    assert len(told) == 3
    assert shown.out == ""
    assert not (shop / "runs" / "log").exists()
