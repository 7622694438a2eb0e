"""A picture of a page, taken by a headless Chromium."""

import shutil
from pathlib import Path

WIDTH, HEIGHT = 900, 1180


def take_picture(page: Path, target: Path) -> bool:
    """Photograph the top of a page as PNG; False where Chromium or playwright is not installed."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - it may be absent
    except ImportError:
        return False
    if chromium is None:
        return False
    target.parent.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        tab.goto(page.absolute().as_uri())
        tab.screenshot(path=target)
        browser.close()
    return True
