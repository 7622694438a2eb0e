"""Write the marked blocks of README.md: real transcripts, and tables of measured figures.

A block stands between `<!-- begin NAME -->` and `<!-- end NAME -->`. Transcripts come from running
the commands on a small simulated log of a fixed seed; the tables from benchmarks/results. With
--check nothing is written: the exit code is 1, with a diff, where README.md is not current.
"""

import argparse
import difflib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from bars import bars
from measured import BLOCKS as MEASURED
from report_picture import take_picture

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "report.png"
RESULTS = ROOT / "benchmarks" / "results"
EVENTS = 30_000
SEED = 7
DAY = "2026-03-29"
"""The last day of the simulated log, at whose end all its labels are known."""

COLUMNS = {
    "event_id": "ref",
    "ts": "when",
    "user_id": "customer",
    "action": "what",
    "item_id": "product",
    "seller_id": "shop",
    "device_id": "phone",
    "ip": "address",
    "amount": "paid",
}
MAPPING = "\n".join(
    [
        "[columns]                      # our name = the column of your file",
        *(f'{ours} = "{theirs}"' for ours, theirs in COLUMNS.items()),
        "",
        "[actions]                      # your word = ours",
        'purchase = "order"',
        "",
    ]
)
VARYING = (
    (r" in \d+ s:", " in … s:"),
    (r"Python [\d.]+", "Python …"),
    (r"(torch [\d.]+)\S*", r"\1"),
    (r"[\d.]+ GiB free", "… GiB free"),
)
"""What the machine decides, and what stands for it."""


def block(name: str) -> re.Pattern[str]:
    """The pattern of a block: its marks in groups 1 and 3, what stands between them in 2."""
    return re.compile(rf"(<!-- begin {name} -->\n)(.*?)(<!-- end {name} -->)", re.DOTALL)


def fenced(language: str, text: str) -> str:
    """A fenced code block."""
    return f"```{language}\n{text.rstrip()}\n```\n"


class Shop:
    """A temporary directory with a small shop's log, and the commands run in it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        kept = {k: v for k, v in os.environ.items() if not k.startswith("RINGFINDER_")}
        self.environment = {
            **kept,
            "COLUMNS": "80",
            "CUDA_VISIBLE_DEVICES": "",
            "PYTHONWARNINGS": "ignore",
        }

    def run(self, *arguments: str) -> str:
        """What a command prints on stdout; its failure ends the script."""
        done = subprocess.run(
            [str(Path(sys.executable).with_name("ringfinder")), *arguments],
            cwd=self.place,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"ringfinder {shlex.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def transcript(self, *arguments: str, lines: int | None = None) -> str:
        """The command as typed and what it prints, `lines` of it at most."""
        printed = self.run(*arguments)
        for pattern, instead in VARYING:
            printed = re.sub(pattern, instead, printed)
        shown = [line.rstrip() for line in printed.splitlines()]
        if lines is not None and len(shown) > lines:
            shown = [*shown[:lines], "..."]
        return "\n".join([f"$ ringfinder {shlex.join(arguments)}", *shown, ""])

    def write_log(self) -> None:
        """Simulate a log and write it as a shop with columns of its own would."""
        self.run("simulate", "--events", str(EVENTS), "--seed", str(SEED), "--out", "world")
        events = pd.read_parquet(self.place / "world" / "events.parquet")
        events["ts"] = events["ts"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        events["action"] = events["action"].replace("order", "purchase")
        events[list(COLUMNS)].rename(columns=COLUMNS).to_csv(
            self.place / "orders.csv.gz", index=False
        )
        (self.place / "shop.toml").write_text(MAPPING, encoding="utf-8")
        shutil.copy(self.place / "world" / "labels_train.csv", self.place / "known.csv")

    def top_ring(self) -> tuple[str, str]:
        """The first ring of the last sweep and its riskiest member."""
        ring = json.loads((self.place / "rings.jsonl").read_text("utf-8").splitlines()[0])
        scores = pd.read_csv(self.place / "scores.csv")
        members = scores[scores["user_id"].isin(ring["members"])]
        return ring["ring_id"], str(members["user_id"].iloc[0])


def walk(shop: Shop) -> Iterator[tuple[str, str]]:
    """Name and text of each transcript, in the order of the commands."""
    shop.write_log()
    yield "mapping", fenced("toml", MAPPING)
    ingest = ("ingest", "orders.csv.gz", "--map", "shop.toml", "--labels", "known.csv")
    yield "ingest", fenced("console", shop.transcript(*ingest))
    outputs = ("--rings-out", "rings.jsonl", "--scores-out", "scores.csv")
    sweep = shop.transcript("sweep", "--report", "report.html", *outputs, lines=7)
    yield "sweep", fenced("console", sweep)
    ring, user = shop.top_ring()
    yield "investigate", fenced("console", shop.transcript("investigate", user))
    rings = shop.transcript("rings", "list", "--alerts", lines=6)
    yield "rings", fenced("console", rings + shop.transcript("rings", "show", ring, lines=12))
    decide = ("decide", ring, "--verdict", "confirmed", "--reason", "one seller pays them all")
    yield "decide", fenced("console", shop.transcript(*decide, "--by", "analyst-1"))
    yield "evaluate", fenced("console", shop.transcript("evaluate", "--truth", "world"))
    yield "train", fenced("console", shop.transcript("train", "--as-of", DAY, lines=1))
    yield "doctor", fenced("console", shop.transcript("doctor"))


def picture(shop: Shop) -> None:
    """Photograph the report of a short sweep, where Chromium is installed."""
    shop.run("sweep", "--model", "base", "--max-rings", "3", "--report", "short.html")
    if not take_picture(shop.place / "short.html", PICTURE):
        print("no Chromium: docs/report.png stays as it is", file=sys.stderr)


def measured() -> Iterator[tuple[str, str]]:
    """Name and text of each block of figures; a file that is absent is told as such."""
    absent = "Not measured yet: run `make bench`.\n"
    results: dict[str, Any] = {
        path.stem: json.loads(path.read_text("utf-8")) for path in RESULTS.glob("*.json")
    }
    for name, (source, told) in MEASURED.items():
        yield name, told(results[source]) if source in results else absent
    yield "bars", bars(results) if {s for s, _ in MEASURED.values()} <= set(results) else absent


def filled(text: str, blocks: dict[str, str]) -> str:
    """The text with every block filled; a block without its marks ends the script."""
    for name, inside in blocks.items():
        places = list(block(name).finditer(text))
        if len(places) != 1:
            sys.exit(f"README.md holds the block {name!r} {len(places)} times instead of once")
        text = text[: places[0].start(2)] + inside + text[places[0].end(2) :]
    return text


def main() -> None:
    """Write README.md, or compare it with what would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--picture", action="store_true", help="photograph the report as well")
    parser.add_argument("--figures", action="store_true", help="only the figures, run no command")
    options = parser.parse_args()
    blocks = dict(measured())
    if not options.figures:
        with tempfile.TemporaryDirectory() as place:
            shop = Shop(Path(place))
            blocks |= dict(walk(shop))
            if options.picture:
                picture(shop)
    old = README.read_text(encoding="utf-8")
    new = filled(old, blocks)
    if not options.check:
        README.write_text(new, encoding="utf-8")
    elif new != old:
        lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
        sys.stderr.writelines(difflib.unified_diff(*lines, "README.md", "what the script writes"))
        sys.exit("README.md is not current: run `make readme`")


if __name__ == "__main__":
    main()
