"""A page of a headless Chromium, for pictures."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def chromium_page(width: int, height: int, *, sharpness: float = 1.0) -> Iterator[Any]:
    """Open a playwright page; None where Chromium or playwright is not installed."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - it may be absent
    except ImportError:
        chromium = None
    if chromium is None:
        yield None
        return
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        size = {"width": width, "height": height}
        yield browser.new_page(viewport=size, device_scale_factor=sharpness)
        browser.close()
