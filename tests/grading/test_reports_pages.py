"""Pages of a class: all of a learner's is text, and every link leads on."""

from html.parser import HTMLParser

import pytest
from class_records import HOSTILE, MACHINES, failure, record, small_class

from vae_course.grading.whole_class.file_names import file_name
from vae_course.grading.whole_class.records import NOT_GRADED, NOT_STARTED
from vae_course.grading.whole_class.reports import write_all
from vae_course.grading.whole_class.reports.figures import COLOURS
from vae_course.grading.whole_class.reports.legible import one_line
from vae_course.grading.whole_class.reports.page import TEMPLATES

VOID = {"meta", "use", "br"}
LOADS = {"src", "srcset", "data", "action", "poster", "background"}


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, path):
        super().__init__()
        self.path, self.open, self.elements = path, [], []
        self.text, self.ids = "", []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.ids += [value for name, value in attributes if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data

    def links(self):
        return [told["href"] for tag, told in self.elements if tag == "a"]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    write_all(small_class(), folder, MACHINES)
    return folder


@pytest.fixture(scope="module")
def pages(results):
    return {
        str(path.relative_to(results)): Page(path)
        for path in results.rglob("*.html")
    }


@pytest.fixture(scope="module")
def hostile(pages):
    return pages[f"feedback/{file_name(HOSTILE)}.html"]


def test_pages_are_sound_and_run_nothing(pages):
    assert len(pages) == 2 + len(small_class())
    for page in pages.values():
        assert page.open == []
        for tag, told in page.elements:
            assert tag not in {"script", "iframe", "object", "img", "form"}
            assert not [name for name in told if name.startswith("on")]
            assert not LOADS & told.keys()


def test_no_id_is_used_twice(pages):
    for page in pages.values():
        assert len(page.ids) == len(set(page.ids))


def test_every_link_leads_to_a_page_or_a_place_in_it(pages):
    for page in pages.values():
        for link in page.links():
            path, _, place = link.partition("#")
            if path:
                assert (page.path.parent / path).is_file()
            else:
                assert place in page.ids


def test_nothing_of_a_learners_is_markup_or_hides(pages):
    whole = one_line(HOSTILE)
    for name in ("index.html", "items.html"):
        assert whole in pages[name].text
    for page in pages.values():
        for sign in "\x1b\u202e\x00":
            assert sign not in page.text


def test_what_looks_like_a_template_is_text(hostile):
    assert "{{ 7 * 7 }}" in hostile.text
    assert "49" not in hostile.text.partition("points")[0]


def test_feedback_tells_what_was_asked_and_what_came(pages):
    text = pages[f"feedback/{file_name('half-way')}.html"].text
    for told in (
        "(4,) numbers",
        "at index [0] 0.52807, expected 1.69",
        "Which axis?",
        "The KL divergence, derived",
        "8 of 11 points",
        "Next: 5.5 The closed form",
        "not started",
        "missing",
        "not graded",
    ):
        assert told in " ".join(text.split())


def test_feedback_does_not_give_the_slip_away(pages):
    text = pages[f"feedback/{file_name('=1+1')}.html"].text
    assert "latent dimensions, not" not in text
    assert "averages" not in text


def test_feedback_tells_problems_of_files(pages, hostile):
    assert one_line(HOSTILE) in hostile.text.partition("About your files")[2]
    absent = pages[f"feedback/{file_name('absent')}.html"]
    assert "No notebook was found." in absent.text


def test_who_has_solved_all_is_told_so(pages):
    text = pages[f"feedback/{file_name('finished')}.html"].text
    assert "Every exercise is solved." in text


def test_who_could_not_be_graded_is_told_so(tmp_path):
    write_all([record("lost", usual=NOT_GRADED)], tmp_path, {})
    page = Page(tmp_path / "feedback" / f"{file_name('lost')}.html")
    assert "no fault of yours" in page.text
    assert "Every exercise is solved." not in page.text


def test_items_name_slips_in_words_and_who_made_them(pages):
    page = pages["items.html"]
    assert "mean over the latent dimensions, not the sum" in page.text
    assert f"feedback/{file_name('=1+1')}.html" in page.links()


def test_items_begin_with_what_was_failed_most(pages):
    names = [
        told["href"]
        for _, told in pages["items.html"].elements
        if told.get("class") == "name"
    ]
    assert names == ["#exercise-5.5", "#exercise-6.1"]


def test_figures_say_in_words_what_they_show(pages):
    told = [
        told["aria-label"]
        for _, told in pages["items.html"].elements
        if told.get("role") == "img"
    ]
    assert len(told) == 2
    assert "Solved by fewest: 5.5 The closed form, 1 passed" in told[0]


def test_items_tell_what_is_not_graded_and_whose_files_have_problems(pages):
    text = " ".join(pages["items.html"].text.split())
    assert "2 exercises of 2 learners could not be graded" in text
    assert "No notebook was found." in text


def test_index_tells_what_was_not_enforced(pages):
    text = " ".join(pages["index.html"].text.split())
    assert "no network: enforced" in text
    assert "own processes: not enforced" in text


@pytest.mark.parametrize("ends", [{}, {"5.5": failure("1")}])
@pytest.mark.parametrize("usual", ["passed", NOT_STARTED])
def test_a_class_of_one_can_be_reported(tmp_path, ends, usual):
    write_all([record("alone", ends, usual=usual)], tmp_path, {})
    text = Page(tmp_path / "items.html").text
    assert "1 learner." in text


def test_bars_have_the_colours_of_the_courses_figures():
    light = (TEMPLATES / "style.css").read_text().partition("@media")[0]
    for status, colour in COLOURS.items():
        assert f"--{status.replace(' ', '-')}: {colour};" in light
