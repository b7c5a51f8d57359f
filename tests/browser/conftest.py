import contextlib
import os
import re
from pathlib import Path

import pytest
from chromium import NAMES, find_browser, running_browser
from lab import running_lab
from notebook_page import Notebook

# A lesson trains while it runs, perhaps on a busy machine.
PATIENCE = 300_000


@pytest.fixture(scope="session")
def artefacts():
    """Give the folder that keeps the screenshots and the server's log."""
    default = Path(__file__).parent / "artefacts"
    folder = Path(os.environ.get("VAE_COURSE_ARTEFACTS", default))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def browser():
    """Start the browser that this machine has."""
    pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed"
    )
    found = find_browser()
    if found is None:
        pytest.skip(f"none of {', '.join(NAMES)} is on the path")
    with running_browser(found) as browser:
        yield browser


@pytest.fixture(scope="module")
def lab(browser, artefacts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    with running_lab(folder, artefacts / "jupyterlab.log") as lab:
        yield lab


@pytest.fixture(scope="module")
def open_lesson(browser, lab, artefacts):
    """Give what opens a lesson, in a copy and a tab of its own."""

    @contextlib.contextmanager
    def opened(lesson):
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.set_default_timeout(PATIENCE)
        notebook, folder = Notebook(page, lesson), lab.copy_lessons()
        try:
            notebook.open(lab.page_of(folder, lesson))
            yield notebook
        finally:
            notebook.screenshot(artefacts / f"{folder}-{lesson}.png")
            page.close()
            lab.stop_kernels(folder)

    return opened


@pytest.fixture(autouse=True)
def keep_a_screenshot(request, artefacts):
    """Keep what each test saw last, also where it fails."""
    yield
    for value in request.node.funcargs.values():
        if isinstance(value, Notebook):
            name = re.sub(r"\W+", "-", request.node.name).strip("-")
            value.screenshot(artefacts / f"{name}.png")
