"""The main job from end to end: simulate, ingest, train, sweep, investigate, report.

Every step is the command a user would type, printed before it runs. With EVENTS the demo takes
that log instead of a simulated one.
"""

import argparse
import csv
import json
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = Path("demo")
EVENTS = 100_000
SEED = 7


def run(*arguments: str) -> None:
    """Print and run one ringfinder command; its failure ends the demo with its exit code."""
    command = ["ringfinder", "--workspace", str(PLACE / "workspace"), *arguments]
    print(f"\n$ {shlex.join(command)}", flush=True)
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ringfinder")), *command[1:]], check=False
    )
    if done.returncode:
        sys.exit(done.returncode)


def head_of_the_top_ring(rings: Path, scores: Path) -> str | None:
    """The riskiest member of the first ring, None where no ring was found."""
    with rings.open(encoding="utf-8") as lines:
        first = next(lines, None)
    if first is None:
        return None
    members = set(json.loads(first)["members"])
    with scores.open(encoding="utf-8", newline="") as table:
        return next(row["user_id"] for row in csv.DictReader(table) if row["user_id"] in members)


def main() -> None:
    """Run the demo in ./demo, which is made anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", help="a log to take instead of a simulated one")
    parser.add_argument("--labels", help="labels of that log")
    parser.add_argument("--map", help="how that log's columns read")
    options = parser.parse_args()
    begun = time.monotonic()
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir()
    world = PLACE / "world"
    events, labels = options.events, options.labels
    if not events:
        run("simulate", "--events", str(EVENTS), "--seed", str(SEED), "--out", str(world))
        events, labels = str(world / "events.parquet"), str(world / "labels_train.csv")
    ingest = ["ingest", events]
    ingest += ["--map", options.map] if options.map else []
    ingest += ["--labels", labels] if labels else []
    run(*ingest)
    run("train")
    report = PLACE / "report.html"
    rings, scores = PLACE / "rings.jsonl", PLACE / "scores.csv"
    run("sweep", "--rings-out", str(rings), "--scores-out", str(scores), "--report", str(report))
    head = head_of_the_top_ring(rings, scores)
    if head is not None:
        run("investigate", head, "--html", str(PLACE / "case.html"))
    else:
        print("\nNo ring was found, so there is nobody to investigate.")
    if not options.events:
        run("evaluate", "--truth", str(world))
    print(f"\nDone in {time.monotonic() - begun:.0f} s. What was written:")
    told = {
        "workspace": "lake, snapshot, model and sweep; pass it with --workspace to go on",
        "rings.jsonl": "every ring with its evidence, best first",
        "scores.csv": "every user's score, the riskiest first",
        "report.html": "the ranked list and one page a ring, for a browser",
        "case.html": "the case of one user",
    }
    for name, words in told.items():
        if (PLACE / name).exists():
            print(f"  {PLACE / name}: {words}")


if __name__ == "__main__":
    main()
