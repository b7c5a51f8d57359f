"""The browser that this machine has."""

import contextlib
import shutil

NAMES = "chromium", "chromium-browser", "google-chrome"
NOTHING_BUT_THIS_MACHINE = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


def find_browser():
    """Return where the browser is, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def running_browser(found):
    """Run a browser that asks no network."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found,
            args=[f"--host-resolver-rules={NOTHING_BUT_THIS_MACHINE}"],
        )
        yield browser
        browser.close()
