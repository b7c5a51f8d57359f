"""What a learner does with a lesson, in a real JupyterLab."""

import json
import re

import numpy as np
import pytest
from barriers import barriers
from lab import LESSONS
from notebook_page import pixels

SOLUTIONS = LESSONS.parent / "solutions"
EXPLORER = "05-three-roads-to-one-number-3"
VIEWS = {
    "02_holes": "02-explore-1",
    "05_kl_divergence": EXPLORER,
    "09_latent_space": "09-explore-1",
}
PLANES = {"02_holes": 1, "09_latent_space": 2}
WALK = "Walk from A to B"
THEMES = "JupyterLab Dark", "JupyterLab Light"
FORMULA = re.compile(r"\$\$.+?\$\$|\$.+?\$", re.DOTALL)
RIGHT = """\
def prepare_images(images):
    scaled = images.astype("float32") / 255
    padded = np.pad(scaled, ((0, 0), (2, 2), (2, 2)))
    return padded[..., np.newaxis]"""
NOT_SCALED = RIGHT.replace(" / 255", "")
# How MathJax shows what it cannot read, and a command that it does not know.
NO_TEX = "mjx-merror, mjx-container mtext[mathcolor=red]"


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


def test_nothing_that_the_course_shows_keeps_anyone_out(untouched):
    assert_no_barriers(untouched)


def assert_no_barriers(lesson):
    for theme in THEMES:
        lesson.use_theme(theme)
        assert barriers(lesson.page) == []


where_there_are_views = pytest.mark.parametrize(
    "untouched", VIEWS, indirect=True
)


@pytest.fixture
def explore(untouched):
    """Find the cell of a lesson that shows a view, or several."""
    return untouched.cell(id=VIEWS[untouched.name])


@where_there_are_views
def test_no_view_is_cut_off(explore):
    assert not any(view.is_cut_off() for view in explore.views())


@where_there_are_views
def test_keyboard_reaches_all_of_a_view_and_shows_where_it_is(
    untouched, explore
):
    explore.select()
    keyboard = untouched.page.keyboard
    controls = [
        control for view in explore.views() for control in view.controls()
    ]
    before = [control.look() for control in controls]
    press_until(keyboard, "Tab", controls[0].has_focus)
    for control, without_focus in zip(controls, before, strict=True):
        press_until(keyboard, "Tab", control.has_focus, at_most=1)
        assert control.look() != without_focus
    assert explore.is_active()


@pytest.fixture
def planes(untouched, explore):
    return explore.planes(PLANES[untouched.name])


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
def test_picture_and_sliders_follow_the_arrow_keys_in_the_plane(
    explore, planes
):
    explore.select()
    for plane in planes:
        before, (across, up) = plane.picture.look(), plane.place()
        plane.press("Shift+ArrowUp")
        plane.picture.wait_for_another_than(before)
        assert plane.place() == pytest.approx([across, up + 0.1], abs=0.01)
        assert explore.is_active()


@where_there_are_planes
def test_picture_and_trail_follow_a_drag_before_it_ends(planes):
    for plane in planes:
        with plane.pressed(0.2, 0.3):
            plane.wait_until_answered()
            before, been = plane.picture.look(), len(plane.trail())
            plane.move_pointer(0.7, 0.6)
            plane.picture.wait_for_another_than(before)
            plane.wait_until_answered()
            assert len(plane.trail()) > been + 1
        assert plane.place() == pytest.approx([0.7, 0.4], abs=0.01)


@where_there_are_planes
def test_screen_reader_is_told_the_words_of_a_place(planes):
    for plane in planes:
        plane.click(0.3, 0.6)
        plane.wait_until_answered()
        plane.wait_until_told(plane.words())


@where_there_are_planes
def test_walk_plays_from_a_to_b(planes):
    for plane in planes:
        been = len(plane.trail())
        assert plane.press_button(WALK) == "Stop"
        plane.button(WALK).wait_for()
        plane.wait_until_answered()
        assert len(plane.trail()) > been + 2
        assert plane.place() == pytest.approx(plane.end("B"), abs=0.01)


@where_there_are_planes
def test_walk_stops_where_it_is_told_to(planes):
    for plane in planes:
        plane.press_button(WALK, again_after=200)
        plane.button(WALK).wait_for()
        plane.wait_until_answered()
        stopped = plane.place()
        assert stopped != pytest.approx(plane.end("B"), abs=0.01)
        plane.page.wait_for_timeout(200)
        assert plane.place() == stopped


@where_there_are_planes
def test_ends_of_the_walk_are_put_where_the_point_is(planes):
    for plane in planes:
        for name, (across, down) in {"A": (0.6, 0.2), "B": (0.3, 0.4)}.items():
            plane.click(across, down)
            plane.put(name)
            there = pytest.approx([across, 1 - down], abs=0.01)
            assert plane.end(name) == there


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


def test_what_is_told_of_a_wrong_answer_keeps_no_one_out(first_exercise):
    said_of(NOT_SCALED, first_exercise)
    assert_no_barriers(first_exercise)


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


def test_screen_reader_is_told_what_a_slider_did(explored):
    explorer = explored.cell(id=EXPLORER)
    [view], picture = explorer.views(), explorer.picture()
    first, text = picture.look(), picture.text()
    explorer.slider("z_log_var").press("ArrowLeft")
    picture.wait_for_another_than(first)
    assert picture.text() != text
    view.wait_until_told(picture.text())


def test_keyboard_alone_runs_the_lesson_and_moves_a_slider(explored):
    explored.run_all_by_keyboard()
    explorer, keyboard = explored.cell(id=EXPLORER), explored.page.keyboard
    press_until(keyboard, "ArrowUp", explorer.is_active)
    [view], picture = explorer.views(), explorer.picture()
    slider, *_ = view.controls()
    press_until(keyboard, "Tab", slider.has_focus)
    first = picture.look()
    keyboard.press("ArrowUp")
    picture.wait_for_another_than(first)
    assert explorer.is_active()


def press_until(keyboard, key, arrived, at_most=100):
    for _ in range(at_most):
        if arrived():
            return
        keyboard.press(key)
    assert arrived(), f"the key {key} does not lead there"
