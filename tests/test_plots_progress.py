"""The map of the course shows each exercise once, by sign and colour."""

from vae_course import plots
from vae_course.progress import Standing, read_progress

LESSONS = {
    "00_first": [Standing("0.1", "a", "passed", 1)],
    "01_second": [
        Standing("1.1", "b", "failed", 2),
        Standing("1.2", "c", "not started", 1),
    ],
}


def texts_and_squares():
    [axis] = plots.progress_map(LESSONS).axes
    texts = {text.get_position(): text.get_text() for text in axis.texts}
    return axis, texts, axis.patches


def test_each_exercise_has_its_square():
    _, _, squares = texts_and_squares()
    corners = [tuple(map(round, square.get_center())) for square in squares]
    assert corners == [(0, 0), (0, 1), (1, 1)]


def test_status_is_told_without_colour():
    _, texts, _ = texts_and_squares()
    assert texts == {(0, 0): "✓", (0, 1): "×", (1, 1): ""}


def test_lessons_stand_in_their_order_from_the_top():
    axis, _, _ = texts_and_squares()
    names = [label.get_text() for label in axis.get_yticklabels()]
    assert names == ["00 first", "01 second"]
    assert axis.yaxis_inverted()


def test_title_counts_what_is_solved():
    axis, _, _ = texts_and_squares()
    titles = axis.get_title(), axis.get_title(loc="left")
    assert "1 of 3 exercises solved" in titles


def test_folder_without_lessons_gives_an_empty_map(tmp_path):
    [axis] = plots.progress_map(read_progress(tmp_path)).axes
    assert not axis.patches
