"""The browser of the journeys: the Chromium of this machine, without a window."""

from __future__ import annotations

import os
import shutil

from playwright.sync_api import Browser, Playwright

# The first is Chromium without its window: the same pages, without a window's work.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    # No name but this machine's number is ever looked up, whoever asks.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def launch(playwright: Playwright) -> Browser:
    """Start it. Fails, and never skips, where there is none: see ``make test``."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    assert program, "No Chromium here. Install it, or leave the journeys out: -m 'not journey'."
    # Chromium's own walls need rights that root must not give it.
    walls = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=program, args=[*QUIET, *walls])
