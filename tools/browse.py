"""Notebooks that run in a browser, for the tools that film and time views."""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))

from chromium import find_browser, running_browser  # noqa: E402
from lab import running_lab  # noqa: E402
from notebook_page import Notebook  # noqa: E402

PATIENCE = 600_000  # ms
WINDOW = {"width": 1200, "height": 1100}


def run_in_browser(lessons, names, quick, script=""):
    """Open notebooks in JupyterLab and run them, one after the other.

    Args:
        lessons: folder of the notebooks.
        names: of the notebooks, without their ending.
        quick: bool, whether they train in quick mode.
        script: JavaScript that the page runs before all else.

    Yields:
        Notebook, open in a page of its own while it is used.
    """
    with (
        tempfile.TemporaryDirectory() as scratch,
        running_lab(Path(scratch), Path(scratch) / "log", quick) as lab,
        running_browser(find_browser()) as browser,
    ):
        for name in names:
            folder = lab.copy_lessons(lessons)
            page = browser.new_page(viewport=WINDOW)
            page.set_default_timeout(PATIENCE)
            page.add_init_script(script)
            notebook = Notebook(page, name, lessons)
            notebook.open(lab.page_of(folder, name))
            notebook.clear_outputs()
            notebook.run_all()
            yield notebook
            page.close()
            lab.stop_kernels(folder)
