"""A picture of a page, taken by a headless Chromium."""

from pathlib import Path

from headless import chromium_page

WIDTH, HEIGHT = 900, 1180


def take_picture(page: Path, target: Path) -> bool:
    """Photograph the top of a page as PNG; False where Chromium or playwright is not installed."""
    target.parent.mkdir(exist_ok=True)
    with chromium_page(WIDTH, HEIGHT) as tab:
        if tab is None:
            return False
        tab.goto(page.absolute().as_uri())
        tab.screenshot(path=target)
    return True
