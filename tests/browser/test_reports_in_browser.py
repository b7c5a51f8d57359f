"""The pages of a graded class, as people open them."""

import pytest
from barriers import barriers
from class_records import MACHINES, small_class

from vae_course.grading.whole_class.file_names import file_name
from vae_course.grading.whole_class.reports import write_all

PHONE, DESK = 360, 1200
PAGES = {
    "index": "index.html",
    "items": "items.html",
    "feedback": f"feedback/{file_name('half-way')}.html",
    "hostile": f"feedback/{file_name(small_class()[2].learner)}.html",
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    write_all(small_class(), folder, MACHINES)
    return folder


@pytest.fixture
def open_page(browser, results, artefacts, request):
    """Give what opens a page in a tab, and keep a screenshot of it."""
    tabs = []

    def opened(name, scheme="light", width=DESK):
        tab = browser.new_page(
            viewport={"width": width, "height": 1000}, color_scheme=scheme
        )
        tab.trouble = []
        tab.on("console", lambda said: tab.trouble.append(said.text))
        tab.on("dialog", lambda shown: tab.trouble.append(shown.message))
        tab.goto((results / PAGES[name]).as_uri())
        tab.locator("details").evaluate_all(
            "all => all.forEach(each => each.open = true)"
        )
        tab.screenshot(path=artefacts / f"{name}-{scheme}-{width}.png")
        tabs.append(tab)
        return tab

    yield opened
    for tab in tabs:
        tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_nobody_is_kept_out_of_a_page(open_page, name, scheme):
    tab = open_page(name, scheme)
    assert barriers(tab, of="html") == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_phone(open_page, name):
    tab = open_page(name, width=PHONE)
    width = "document.documentElement.scrollWidth"
    assert tab.evaluate(width) == PHONE


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_trouble(open_page, name):
    assert open_page(name).trouble == []


def test_figures_are_drawn_in_the_colours_of_the_page(open_page):
    colours = [
        open_page("items", scheme)
        .locator("figure text")
        .first.evaluate("text => getComputedStyle(text).fill")
        for scheme in ("light", "dark")
    ]
    assert colours == ["rgb(28, 36, 41)", "rgb(230, 235, 238)"]
