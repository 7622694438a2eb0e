"""A picture of a case opened in Neo4j Browser, taken by a headless Chromium.

Run by itself it simulates a small market, loads it into a Neo4j server of its own, opens the case
of the riskiest user, and writes docs/drill_down.png.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from headless import chromium_page

TARGET = Path(__file__).resolve().parents[1] / "docs" / "drill_down.png"
WIDTH, HEIGHT, SHARPNESS = 1440, 620, 1.5
EVENTS, SEED = 20_000, 7
SETTLED_MS = 4_000
"""How long the drawing moves."""


def take_drill_down(link: str, password: str, target: Path) -> bool:
    """Photograph the ring that the guide at `link` draws; False where there is no Chromium.

    It is done by clicks, as a person would, but for the password, which Browser asks for once.
    """
    target.parent.mkdir(exist_ok=True)
    with chromium_page(WIDTH, HEIGHT, sharpness=SHARPNESS) as page:
        if page is None:
            return False
        page.goto(link)
        page.locator("input[type=password]").fill(password)
        page.keyboard.press("Enter")
        page.get_by_text("You are connected as user").wait_for()
        frames = page.locator("[data-testid=frameCommand]")
        for number, once in enumerate(page.get_by_text("Once in this").locator("i").all(), start=2):
            once.click()
            frames.nth(number - 1).wait_for()
        page.locator("[data-populate] i").first.click()
        page.get_by_text("Displaying").first.wait_for()
        page.get_by_title("Collapse the node properties display").first.click()
        page.wait_for_timeout(SETTLED_MS)
        page.get_by_label("zoom-to-fit").or_(page.get_by_title("Zoom to fit")).first.click()
        page.wait_for_timeout(SETTLED_MS)
        page.screenshot(path=target)
    return True


def main() -> None:
    """Make the picture from nothing."""
    with tempfile.TemporaryDirectory() as place:
        _walk(Path(place))


def _walk(place: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("RINGFINDER_")}
    environment = {**kept, "BROWSER": "true", "CUDA_VISIBLE_DEVICES": ""}

    def run(*arguments: str) -> str:
        command = [str(Path(sys.executable).with_name("ringfinder")), "--quiet", *arguments]
        done = subprocess.run(
            command, cwd=place, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout

    run("simulate", "--events", str(EVENTS), "--seed", str(SEED), "--out", "world")
    run("ingest", "world/events.parquet", "--labels", "world/labels_train.csv")
    server = json.loads(run("graph", "start", "--json"))["data"]
    try:
        run("sweep", "--scores-out", "scores.csv")
        with (place / "scores.csv").open(encoding="utf-8", newline="") as scores:
            user = next(csv.DictReader(scores))["user_id"]
        link = json.loads(run("investigate", user, "--browser", "--json"))["data"]["browser"]
        password_file = Path(server["password_file"])
        if not take_drill_down(link, password_file.read_text().strip(), TARGET):
            sys.exit("no Chromium: docs/drill_down.png stays as it is")
    finally:
        run("graph", "stop")
    shutil.rmtree(password_file.parent)


if __name__ == "__main__":
    main()
