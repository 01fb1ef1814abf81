"""Finds a Chromium for the browser tests: TEST_CHROMIUM, one on PATH, apt, playwright's own."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.installation import Unavailable, apt_install, only_one

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# No sandbox (it needs rights that containers lack), no calls home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


def find() -> str:
    """The path of an executable Chromium. Raises Unavailable with what was tried."""
    found = os.environ.get("TEST_CHROMIUM") or installed()
    if not found:
        with only_one("chromium"):
            found = installed() or (apt_install("chromium") and installed()) or downloaded()
    if not found:
        raise Unavailable(
            "no TEST_CHROMIUM, none on PATH, no apt as root, `playwright install chromium` failed"
        )
    return found


def installed() -> str | None:
    places = f"{os.environ.get('PATH', '')}:/usr/bin:/usr/local/bin"
    return next((path for name in NAMES if (path := shutil.which(name, path=places))), None)


def downloaded() -> str | None:
    """The browser that playwright downloads into the user's cache, if it can."""
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    with suppress(subprocess.SubprocessError):
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
        return path if Path(path).exists() else None
    return None
