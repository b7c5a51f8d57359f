"""What a learner does with a lesson, in a real JupyterLab."""

import json
import re

import numpy as np
import pytest
from lab import LESSONS
from notebook_page import pixels

SOLUTIONS = LESSONS.parent / "solutions"
EXPLORER = "05-three-roads-to-one-number-3"
PLANES = {"02_holes": 1, "09_latent_space": 2}
FORMULA = re.compile(r"\$\$.+?\$\$|\$.+?\$", re.DOTALL)
RIGHT = """\
def prepare_images(images):
    scaled = images.astype("float32") / 255
    padded = np.pad(scaled, ((0, 0), (2, 2), (2, 2)))
    return padded[..., np.newaxis]"""
NOT_SCALED = RIGHT.replace(" / 255", "")
# How MathJax shows what it cannot read, and a command that it does not know.
NO_TEX = "mjx-merror, mjx-container mtext[mathcolor=red]"
HAS_FOCUS = "element => element == document.activeElement"


@pytest.fixture(
    scope="module",
    params=[
        "00_start_here",
        "02_holes",
        "05_kl_divergence",
        "09_latent_space",
    ],
)
def untouched(request, open_lesson):
    """Run a lesson as it came. No test changes it."""
    with open_lesson(request.param) as lesson:
        lesson.run_all()
        yield lesson


def test_untouched_lesson_runs_to_its_end(untouched):
    prompts = [cell.prompt() for cell in untouched.cells(cell_type="code")]
    assert prompts == [f"[{n}]:" for n in range(1, len(prompts) + 1)]


def test_untouched_lesson_shows_no_error_and_no_warning(untouched):
    assert untouched.trouble() == []


def test_exercises_of_an_untouched_lesson_are_not_started(untouched):
    checks = untouched.cells(role="check")
    assert checks
    for check in checks:
        assert "not started yet" in check.output()


def test_every_figure_of_the_solution_is_shown_and_not_empty(untouched):
    outputs = figures_of_solution(untouched.name)
    for picture in untouched.pictures(outputs):
        assert pixels(picture.look()).std() > 0.05


def figures_of_solution(name):
    text = (SOLUTIONS / f"{name}.ipynb").read_text(encoding="utf-8")
    return sum(
        "image/png" in output.get("data", {})
        for cell in json.loads(text)["cells"]
        for output in cell.get("outputs", [])
    )


def test_every_formula_is_typeset(untouched):
    formulas = sum(
        len(FORMULA.findall("".join(source["source"])))
        for source in untouched.sources
        if source["cell_type"] == "markdown"
    )
    typeset = untouched.page.locator(".jp-RenderedMarkdown mjx-container")
    typeset.nth(formulas - 1).wait_for(state="attached")
    assert typeset.count() == formulas
    assert untouched.page.locator(NO_TEX).all_text_contents() == []


def test_hint_opens_and_shows_its_text(untouched):
    hint = untouched.hints().first
    text = hint.locator("p").first
    hint.scroll_into_view_if_needed()
    assert text.is_hidden()
    hint.locator("summary").click()
    text.wait_for(state="visible")


@pytest.fixture
def planes(untouched):
    """Find the planes to touch in a lesson that has some."""
    explorer = untouched.cell(id=f"{untouched.name[:2]}-explore-1")
    return explorer.planes(PLANES[untouched.name])


where_there_are_planes = pytest.mark.parametrize(
    "untouched", PLANES, indirect=True
)


@where_there_are_planes
def test_picture_and_sliders_follow_a_click_in_the_plane(planes):
    for plane in planes:
        before, words = plane.picture.look(), plane.words()
        plane.click(0.8, 0.3)
        plane.picture.wait_for_another_than(before)
        assert plane.place() == pytest.approx([0.8, 0.7], abs=0.01)
        assert plane.words() != words


@where_there_are_planes
def test_picture_and_sliders_follow_the_arrow_keys_in_the_plane(planes):
    for plane in planes:
        before, (across, up) = plane.picture.look(), plane.place()
        plane.press("Shift+ArrowUp")
        plane.picture.wait_for_another_than(before)
        assert plane.place() == pytest.approx([across, up + 0.1], abs=0.01)


@pytest.fixture(scope="module")
def first_exercise(open_lesson):
    """Open lesson 00 and run what its exercise needs."""
    with open_lesson("00_start_here") as lesson:
        for cell in lesson.cells(role="setup"):
            cell.run()
        yield lesson


def said_of(answer, lesson):
    """Type an answer to exercise 0.1, run it, and return what is said."""
    stub = lesson.cell(exercise="0.1", role="stub")
    stub.write(answer)
    stub.run()
    check = lesson.cell(exercise="0.1", role="check")
    check.run()
    return " ".join(check.output().split())


def test_wrong_answer_is_told_without_a_traceback(first_exercise):
    said = said_of(NOT_SCALED, first_exercise)
    assert "Exercise 0.1 is not right yet." in said
    assert "The largest grey value of a uint8 image is 255." in said
    assert "Traceback" not in said and "---->" not in said


def test_right_answer_passes(first_exercise):
    said = said_of(RIGHT, first_exercise)
    assert "Exercise 0.1: passed, 1 point." in said
    assert first_exercise.trouble() == []


@pytest.fixture(scope="module")
def explored(open_lesson):
    """Run lesson 05, whose explorer the tests move."""
    with open_lesson("05_kl_divergence") as lesson:
        lesson.run_all()
        yield lesson


def test_picture_follows_the_slider_there_and_back(explored):
    explorer = explored.cell(id=EXPLORER)
    picture, slider = explorer.picture(), explorer.slider("z_mean")
    first = picture.look()
    slider.press("ArrowRight")
    second = picture.wait_for_another_than(first)
    assert slider.get_attribute("aria-valuetext") == "1.6"
    differs = np.any(pixels(first) != pixels(second), axis=(1, 2))
    title = len(differs) // 8
    assert differs[:title].any() and differs[title:].any()
    slider.press("ArrowLeft")
    picture.wait_for(first)


def test_keyboard_alone_runs_the_lesson_and_moves_a_slider(explored):
    explored.run_all_by_keyboard()
    explorer, keyboard = explored.cell(id=EXPLORER), explored.page.keyboard
    press_until(keyboard, "ArrowUp", explorer.is_active)
    slider, picture = explorer.slider("z_mean"), explorer.picture()
    press_until(keyboard, "Tab", lambda: slider.evaluate(HAS_FOCUS))
    first = picture.look()
    keyboard.press("ArrowRight")
    picture.wait_for_another_than(first)


def press_until(keyboard, key, arrived):
    for _ in range(100):
        if arrived():
            return
        keyboard.press(key)
    pytest.fail(f"the key {key} does not lead there")
