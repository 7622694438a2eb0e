import shutil

import pytest
from drawn_workspace import CANDIDATE_ID, HOSTILE, RING_ID

from ringfinder.cases.sweep_record import last_sweep
from ringfinder.features.load import load_snapshot
from ringfinder.pipeline.investigate import investigate
from ringfinder.pipeline.report import write_report
from ringfinder.store.workspace import Workspace

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium):
    """Open a page, and note everything it must not do."""
    page = chromium.new_page(viewport={"width": 1100, "height": 800})
    trouble = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("dialog", lambda dialog: trouble.append("dialog") or dialog.dismiss())
    page.on("request", lambda request: trouble.append(request.url))

    def go(path):
        address = path.absolute().as_uri()
        page.goto(address)
        assert trouble.pop(0) == address
        return page

    yield go
    page.close()
    assert trouble == []


@pytest.fixture(scope="module")
def report(root, tmp_path_factory):
    workspace = Workspace(root)
    record = last_sweep(workspace.sweeps)
    snapshot = load_snapshot(workspace.snapshots / record.summary["snapshot"])
    target = tmp_path_factory.mktemp("report")
    return write_report(workspace, record.directory, snapshot, target)


def test_the_report_lists_first_and_shows_captioned_pictures(opened, report):
    page = opened(report)
    heads = page.locator("h2").all_inner_texts()
    assert heads == ["Ranked list", "Since the last sweep", "Ring by ring"]
    first = page.locator(f"[id='{RING_ID}']")
    assert first.get_attribute("open") is not None
    drawing = first.locator("svg.picture")
    assert drawing.get_attribute("aria-label") == "Ring 1: 8 members and what they share"
    captions = drawing.locator("text").all_text_contents()
    assert "device farm-phone (6)" in captions
    assert "members" in captions
    assert drawing.locator("circle, rect").count() <= 100
    sizes = drawing.locator("text").evaluate_all("all => all.map(e => e.getBoundingClientRect())")
    frame = drawing.bounding_box()
    assert all(box["height"] >= 10 for box in sizes)
    assert all(
        frame["x"] <= box["x"] and box["x"] + box["width"] <= frame["x"] + frame["width"]
        for box in sizes
    )
    assert first.locator("svg.activity .bar").count() == 4


def test_hostile_ids_are_inert(opened, report):
    page = opened(report)
    assert page.locator("img").count() == 0
    assert page.get_by_text("<img src=x onerror=alert(1)>\\n\\x1b[31mred").first.is_visible()


def test_links_open_their_ring_and_the_search_narrows(opened, report):
    page = opened(report)
    other = page.locator(f"[id='{CANDIDATE_ID}']")
    assert other.get_attribute("open") is None
    page.locator(f"a[href='#{CANDIDATE_ID}']").first.click()
    page.wait_for_function(f"document.getElementById('{CANDIDATE_ID}').open")
    page.locator("#find").fill("ring02")
    assert not other.is_visible()
    assert page.locator(f"[id='{RING_ID}']").is_visible()


@pytest.mark.parametrize("width", [400, 1100])
def test_pages_fit_their_window(opened, report, width):
    page = opened(report)
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_users_case_is_told_on_a_page(opened, root, tmp_path):
    investigate(Workspace(root), HOSTILE, as_of=None, html=tmp_path / "case.html")
    page = opened(tmp_path / "case.html")
    assert "is suspicious" in page.locator("p.verdict").first.inner_text()
    heads = page.locator("h2").all_inner_texts()
    assert heads[:3] == ["Ring", "Shared with others", "Lockstep"]
    assert page.locator("img, script").count() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["case.html"]
