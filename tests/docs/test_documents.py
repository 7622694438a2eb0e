import json
import re
import shlex
import tomllib
from pathlib import Path

import bars
import learned
import measured
import pytest
import readme
import typer

from ringfinder.cli.app import app
from ringfinder.events.mapping import load_mapping

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md"))
    if ".venv" not in path.parts
)
RESULTS = ROOT / "benchmarks" / "results"
DECISIONS = sorted((ROOT / "docs" / "decisions").iterdir())
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
TARGET = re.compile(r"^([\w-]+):", re.MULTILINE)
SECTIONS = ["Context", "Decision", "What was measured", "Consequences"]


def code_lines(text):
    fenced = (line for _, block in FENCE.findall(text) for line in block.splitlines())
    return [line.removeprefix("$ ") for line in fenced if line.startswith("$ ")] + re.findall(
        r"`((?:ringfinder|make) [^`]+)`", text
    )


def commands(program):
    """Every distinct command line of that program on any page, as words."""
    found = {
        line
        for page in PAGES
        for line in code_lines(page.read_text("utf-8"))
        if line.split()[0] == program
    }
    return sorted(found)


def test_pages_and_commands_are_found():
    assert ROOT / "README.md" in PAGES
    assert len(commands("ringfinder")) > 8
    assert len(commands("make")) > 3


@pytest.mark.parametrize("line", commands("ringfinder"))
def test_commands_and_their_options_exist(line):
    command = typer.main.get_command(app)
    words = shlex.split(line)[1:]
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        assert words[0] in command.commands, line
        command = command.commands[words.pop(0)]
    known = {name for option in command.params for name in option.opts} | {"--help"}
    asked = {word for word in words if word.startswith("-")}
    assert asked <= known, line


@pytest.mark.parametrize("line", commands("make"))
def test_make_targets_exist(line):
    targets = TARGET.findall((ROOT / "Makefile").read_text("utf-8"))
    assert line.split()[1] in targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page):
    for link in LINK.findall(page.read_text("utf-8")):
        if not link.startswith(("http", "#")):
            assert (page.parent / link.partition("#")[0]).exists(), link


def test_decisions_are_numbered_without_gaps():
    numbers = [re.fullmatch(r"(\d{4})-[a-z0-9-]+\.md", path.name)[1] for path in DECISIONS]
    assert numbers == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name[:4])
def test_a_decision_says_what_was_measured(path):
    text = path.read_text("utf-8")
    assert text.startswith(f"# {int(path.name[:4])}. ")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS
    assert len(text.splitlines()) < 60


def test_the_readme_holds_every_block_once_and_filled():
    text = (ROOT / "README.md").read_text("utf-8")
    names = re.findall(r"<!-- begin (\w+) -->", text)
    assert set(names) >= {*measured.BLOCKS, "bars"}
    assert len(set(names)) == len(names)
    assert all(readme.block(name).search(text)[2].strip() for name in names)


def test_the_mapping_shown_can_be_read(tmp_path):
    path = tmp_path / "shop.toml"
    path.write_text(readme.MAPPING, encoding="utf-8")
    load_mapping(path)
    assert tomllib.loads(readme.MAPPING)["columns"] == readme.COLUMNS


MACHINE = {"cores": 2, "memory_gib": 8, "architecture": "any", "python": "3"}


def test_figures_that_are_absent_are_told_as_such(tmp_path, monkeypatch):
    monkeypatch.setattr(readme, "RESULTS", tmp_path)
    told = dict(readme.measured())
    assert set(told) == {*measured.BLOCKS, "bars"}
    assert set(told.values()) == {"Not measured yet: run `make bench`.\n"}
    figures = {"machine": MACHINE, "average_precision": {"shop": {"chance": 0.1, "ours": 0.5}}}
    (tmp_path / "real_labels.json").write_text(json.dumps(figures), encoding="utf-8")
    assert "| ours | 0.500 |\n| chance | 0.100 |" in dict(readme.measured())["real_labels"]


def world(planted, ap, alerts, false, typologies):
    return {
        "rings": {
            "planted": planted,
            "ap": ap,
            "ap_interval": None if ap is None else [ap - 0.1, ap + 0.1],
            "precision_at": {"10": 0.9},
            "recall_at": {"50": 0.75},
            "by_typology": typologies,
        },
        "alerts": {"alerts": alerts, "false": false, "false_by_kind": {"fan": false}},
        "user_level": {"without_label": {"ap": 0.6, "base_rate": 0.05}},
    }


def compared(worlds):
    """Results of a benchmark: figures of ringfinder, and ring AP of two peers, by world."""
    cells = []
    for name, (mine, peers) in worlds.items():
        cells.append({"world": name, "detector": "ringfinder", "figures": mine})
        cells += [
            {"world": name, "detector": peer, "figures": {"rings": {"ap": ap}}}
            for peer, ap in peers.items()
        ]
    facts = [
        {"name": name, "setting": name.rpartition("-")[0], "rings": mine["rings"]["planted"]}
        for name, (mine, _) in worlds.items()
    ]
    detectors = ["ringfinder", "one", "two"]
    return {"machine": MACHINE, "detectors": detectors, "worlds": facts, "cells": cells}


DRIP = {"drip": {"rings": 4, "hits": 3, "hits_at_50": 2}}


def test_worlds_stand_beside_their_peers_and_misses_are_counted():
    result = compared(
        {
            "slow-1": (world(4, 0.7, 3, 1, DRIP), {"one": 0.1, "two": 0.3}),
            "none-1": (world(0, None, 2, 2, {}), {"one": None, "two": None}),
        }
    )
    told = measured.worlds(result)
    assert "| slow-1 | 4 | 0.70 (0.60 to 0.80) | 0.30 (two) | 0.90 | 0.75 | 3 (1) |" in told
    assert "| none-1 | 0 | - | - | - | - | 2 (2) |" in told
    assert "Peers: one, two." in told
    told = measured.missed(result)
    assert "one half: 1 of 4 rings." in told
    assert "Not among the first 50: 2 of 4." in told
    assert "False alerts: 3 of 5 (fan 3)." in told
    assert "| drip | 4 | 1 | 2 |" in told


def test_planted_rings_and_typologies_left_out_are_told():
    result = compared(
        {
            "shop-planted-1": (world(4, 0.7, 3, 1, DRIP), {"one": 0.4, "two": 0.3}),
            "shop-planted-2": (world(6, 0.9, 3, 1, DRIP), {"one": 0.0, "two": 0.3}),
        }
    )
    assert "| ringfinder | 0.80 |\n| one | 0.20 |\n" in measured.planted(result)
    row = {"rings": 4, "knew": 3, "left out": 1}
    told = learned.left_out({"machine": MACHINE, "summary": {"slow_drip": row, "other": row}})
    assert "| kind of ring | rings | knew | left out |" in told
    assert "| slow drip | 4 | 3 | 1 |" in told
    assert "| all | 8 | 6 | 2 |" in told


def test_heads_of_one_engine_are_told_at_home_and_abroad_beside_no_head():
    def rows(ap, recall):
        return {
            "there mixed 1": {"planted": 26, "ap": ap, "recall_at": {"50": recall}},
            "there none 2": {"planted": 0, "ap": None, "recall_at": {"50": None}},
        }

    heads = {"away": rows(0.876, 0.5), "home": rows(0.91, 0.75)}
    told = learned.across({"machine": MACHINE, "heads": heads, "alone": rows(0.123, 0.25)})
    assert "| there mixed 1 | 26 | 0.88 | 0.91 | 0.12 | 0.50 | 0.75 | 0.25 |" in told
    assert "costs 0.03 of ring AP abroad" in told
    assert "there none" not in told


def test_verdicts_are_told_beside_what_sorting_alone_gives():
    row = {name: {"mean": 0.75, "without": 0.5} for name in ("ap", "rest_ap", "found")}
    told = learned.verdicts({"machine": MACHINE, "summary": {"here": {"20": row}}})
    assert "| here | 20 | 0.75 (0.50) | 0.75 (0.50) | 0.75 |" in told


def test_every_bar_is_told_as_kept_or_missed():
    results = {path.stem: json.loads(path.read_text("utf-8")) for path in RESULTS.glob("*.json")}
    text = bars.bars(results)
    rows = [line.split(" | ") for line in text.splitlines() if line.endswith("kept |")]
    rows += [line.split(" | ") for line in text.splitlines() if line.endswith("missed |")]
    assert len(rows) == text.count("\n| ") - 1 > 30
    kept = sum(row[-1] == "kept |" for row in rows)
    assert f"Kept: {kept} of {len(rows)}." in text
    bounds = {"at least": float.__ge__, "at most": float.__le__}
    for _, bar, found, word in rows:
        for bound, holds in bounds.items():
            if bar.startswith(bound):
                value, limit = float(found.split()[0]), float(bar.removeprefix(bound))
                # What is told is rounded: only where it is the bar itself can it not decide.
                assert value == limit or holds(value, limit) == (word == "kept |")


def test_own_worlds_are_told_as_means_over_seeds_beside_the_best_peer():
    result = compared(
        {
            "slow-1": (world(4, 0.7, 3, 1, DRIP), {"one": 0.4, "two": 0.3}),
            "slow-2": (world(6, 0.9, 3, 1, DRIP), {"one": 0.0, "two": 0.3}),
            "none-1": (world(0, None, 2, 2, {}), {"one": None, "two": None}),
        }
    )
    told = measured.ours(result)
    assert "| slow | 10 | 0.80 | 0.30 (two) | 0.90 | 0.75 |" in told
    assert "the 1 worlds without a ring, all of them false: 2." in told


def test_speed_says_whether_bars_are_kept():
    step = {"wall_s": 11.0, "cpu_s": 9.0, "peak_mib": 400, "bar_wall_s": 10, "bar_peak_mib": 3072}
    quick = {**step, "wall_s": 9.0}
    free = {**step, "bar_wall_s": None, "bar_peak_mib": None}
    machine = {"cores": 2, "memory_gib": 8, "architecture": "any", "python": "3"}
    result = {
        "machine": machine,
        "events": 1_000,
        "steps": {"slow": step, "quick": quick, "free": free},
    }
    rows = measured.speed(result).splitlines()
    assert "| slow | 11.0 | 10 | 400 | 3,072 | missed |" in rows
    assert "| quick | 9.0 | 10 | 400 | 3,072 | kept |" in rows
    assert "| free | 11.0 | - | 400 | - | - |" in rows
