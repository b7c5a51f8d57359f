"""Pictures of what was asked beside what came: both faces, and no harm."""

import json
import subprocess
import sys
import time
import warnings
from statistics import NormalDist

import numpy as np
import pytest

from vae_course.checks import ExerciseFailed, contract
from vae_course.checks.compare import compare
from vae_course.checks.contract import exercise
from vae_course.checks.pictures import (
    Curves,
    Histogram,
    Images,
    Points,
    Tangents,
)
from vae_course.checks.pictures.figures import png

X = np.linspace(-4, 4, 49)
SQUARES = [[1, 1], [0, 1], [1, 0]]
PLACES = np.arange(-2, 3)
CLOUD = np.random.default_rng(1).uniform(-1, 2, (600, 2))


def curves(yours, asked=X**2, x=X):
    return Curves("The square", x, asked, yours, "x", "unit of x²")


def tangents(yours, asked=2 * PLACES):
    return Tangents("The square", X, X**2, PLACES, asked, yours, "x", "x²")


def histogram(yours):
    return Histogram("Draws", NormalDist(3, 2), yours, "draw")


def points(yours, **options):
    return Points("Three corners", SQUARES, yours, **options)


def cloud(yours):
    return Points("Samples", CLOUD, yours, background={"codes": CLOUD[:9]})


def images(yours):
    extent, axes = (0, 4, 0, 3), ("x", "y")
    asked = np.arange(12.0).reshape(3, 4)
    return Images("A ramp", asked, yours, "height", extent, axes)


def draws(mean=3, stdev=2, n=20_000):
    return np.random.default_rng(5).normal(mean, stdev, n)


PICTURES = [
    curves(X**2 + 1),
    curves(np.where(X > 1, np.nan, 1e9 * X)),
    curves([0, 1e308, 5], asked=[0, 1, 4], x=[0, 1, 2]),
    curves([3], asked=[4], x=[2]),
    curves(1e-300 * X),
    histogram(draws(0)),
    histogram(np.append(draws(n=50), [np.nan, np.inf])),
    histogram([7.0]),
    histogram(np.full(10, -3e200)),
    points([[0, 0], [1, 2], [3, 4]], joined=2),
    points([[np.nan, 0], [np.inf, 2], [3, 4]], joined=3),
    points([[0.5, 0.5]], joined=9),
    points(np.zeros((50, 2)), joined=50),
    points([[1e300, -1e300]]),
    cloud(CLOUD / 2),
    cloud(np.append(CLOUD / 2, [[np.nan, 1]], axis=0)),
    images(np.ones((3, 4))),
    images(np.diag([1, np.nan, np.inf, -3])[:3]),
    images(np.full((3, 4), 1e300)),
]
TANGENTS = [
    tangents(3 * PLACES),
    tangents([np.nan, np.inf, -np.inf, 5, 1e308]),
]


@pytest.mark.parametrize("picture", PICTURES + TANGENTS, ids=lambda p: p.title)
def test_figure_is_small_and_named(picture):
    figure = picture.draw()
    width, _ = figure.get_size_inches()
    assert width <= 7
    assert figure.get_suptitle() == picture.title
    for axis in figure.axes:
        assert axis.get_xlabel() or axis.get_ylabel()


@pytest.mark.parametrize("picture", PICTURES + TANGENTS, ids=lambda p: p.title)
def test_image_is_a_png_of_twice_its_size(picture):
    image, (width, height) = png(picture)
    assert image.startswith(b"\x89PNG")
    assert int.from_bytes(image[16:20], "big") == pytest.approx(2 * width, 1)
    assert int.from_bytes(image[20:24], "big") == pytest.approx(2 * height, 1)
    assert len(image) < 250_000


@pytest.mark.parametrize("picture", PICTURES + TANGENTS, ids=lambda p: p.title)
def test_text_fits_a_terminal(picture):
    lines = picture.lines()
    assert picture.title in lines[0]
    assert 3 <= len(lines) <= 18
    assert max(map(len, lines)) <= 72


def labels(figure):
    _, names = figure.axes[0].get_legend_handles_labels()
    return names + [axis.get_title(loc="left") for axis in figure.axes]


@pytest.mark.parametrize("picture", PICTURES, ids=lambda p: p.title)
def test_both_are_told_apart(picture):
    said = labels(picture.draw())
    assert "asked" in said
    assert any(name.startswith("yours") for name in said)


def test_numbers_that_are_not_finite_are_counted():
    told = "yours, 3 of 49 not finite"
    yours = np.append(X[3:] ** 2, [np.nan, np.inf, -np.inf])
    assert told in labels(curves(yours).draw())


@pytest.mark.parametrize(
    "yours, span, told",
    [
        (X**2 + 3, (0, 19), "yours"),
        (8 - X**2 / 2, (0, 16), "yours"),
        (np.where(X > 3, 900, X**2), (0, 64), "6 of 49 above the picture"),
        (X**2 - 1e200, (-48, 16), "49 of 49 below the picture"),
    ],
)
def test_large_errors_leave_the_asked_curve_its_height(yours, span, told):
    picture = curves(yours)
    assert picture.span() == pytest.approx(span)
    [axis] = picture.draw().axes
    low, high = axis.get_ylim()
    assert (low, high) == pytest.approx(span, abs=0.06 * np.ptp(span))
    assert labels(axis.figure)[1].endswith(told)


def test_line_is_followed_to_where_it_leaves_the_picture():
    [axis] = curves(np.where(X > 0, 1e9, X**2)).draw().axes
    _, yours = (line.get_ydata() for line in axis.lines)
    assert yours.max() > axis.get_ylim()[1]
    assert yours[X <= 0] == pytest.approx(X[X <= 0] ** 2)


def test_tangents_have_the_slopes_that_came():
    [axis] = tangents(3 * PLACES).draw().axes
    curve, *lines, dots = axis.lines
    ends = np.array([line.get_xydata() for line in lines])
    run, rise = np.moveaxis(ends[:, 1] - ends[:, 0], -1, 0)
    assert rise / run == pytest.approx(3 * PLACES)
    assert ends.mean(axis=1) == pytest.approx(dots.get_xydata())
    assert dots.get_ydata() == pytest.approx(PLACES**2)


def test_slopes_that_were_asked_for_are_not_shown():
    pictures = tangents(3 * PLACES), tangents(3 * PLACES, asked=PLACES / 7)
    assert pictures[0].lines() == pictures[1].lines()
    assert png(pictures[0]) == png(pictures[1])


def test_table_compares_each_line_with_its_curve_a_step_further():
    lines = tangents(3 * PLACES).lines()
    place, here, further, on_line = map(float, lines[-1].split())
    assert (place, here, on_line) == (2, 4, pytest.approx(4.6))
    assert further == pytest.approx(2.1**2, abs=0.01)


def test_table_shows_both_ends_and_the_middle():
    lines = curves(X**2 + 1).lines()
    assert lines[0] == "The square, unit of x²"
    assert lines[1].split() == ["x", "asked", "yours"]
    assert [line.split() for line in (lines[2], lines[6], lines[-1])] == [
        ["-4", "16", "17"],
        ["0", "0", "1"],
        ["4", "16", "17"],
    ]


def test_table_leaves_none_of_ten_places_out():
    steps = np.arange(10)
    assert len(curves(steps, asked=steps, x=steps).lines()) == 12


def test_bars_show_shares_as_counted():
    lines = histogram(draws(7)).lines()
    low, high, asked, yours = lines[5].split()[:4]
    counted = np.mean((draws(7) > float(low)) & (draws(7) <= float(high)))
    expected = NormalDist(3, 2).cdf(float(high))
    expected -= NormalDist(3, 2).cdf(float(low))
    assert float(yours.rstrip("%")) / 100 == pytest.approx(counted, abs=0.01)
    assert float(asked.rstrip("%")) / 100 == pytest.approx(expected, abs=0.01)


def test_points_are_listed_in_their_order():
    assert points([[0, 0], [1.25, 2]]).lines()[1:] == [
        "      asked      yours",
        "  1  (1, 1)     (0, 0)",
        "  2  (0, 1)  (1.25, 2)",
        "  3  (1, 0)          -",
    ]


def test_many_points_are_cut_short():
    lines = points(np.zeros((50, 2))).lines()
    assert len(lines) == 13
    assert lines[-1].split() == ["…"] * 3


def test_cloud_lies_where_its_points_lie():
    lines = cloud(CLOUD[CLOUD[:, 0] < 0.5]).lines()
    right_halves = [
        [side[20:] for side in line.split("|")] for line in lines[2:]
    ]
    assert all("o" in asked for asked, _ in right_halves[1:-1])
    assert not any("o" in yours for _, yours in right_halves)


def test_image_in_characters_stands_upright():
    lines = Images(
        "A row",
        [[1, 1, 0], [1, 1, 0], [0, 0, 0], [0, 0, 0]],
        [[0, 0, 0], [0, 0, 0], [np.nan, 1, 0], [1, 1, 0]],
        "height",
        (0, 3, 0, 4),
        ("x", "y"),
    ).lines()
    assert [line.split("|") for line in lines[2:]] == [
        ["  @@    ", ""],
        ["        ", " ?@"],
    ]


@pytest.mark.parametrize(
    "picture",
    [
        curves(X**2),
        curves(X**2 + 0.1),
        curves([5], asked=[5], x=[1]),
        tangents(2.01 * PLACES),
        histogram(draws()),
        points(SQUARES),
        cloud(np.random.default_rng(2).uniform(-1, 2, (600, 2))),
        images(np.arange(12).reshape(3, 4)),
    ],
)
def test_what_looks_alike_tells_nothing(picture):
    assert not picture.tells()


@pytest.mark.parametrize(
    "picture",
    [
        curves(X**2 + 1),
        curves(np.where(X == 0, np.nan, X**2)),
        tangents(-2 * PLACES),
        tangents([np.nan, -2, 0, 2, 4]),
        histogram(draws(3.4)),
        histogram(np.random.default_rng(5).uniform(3, 5, 20_000)),
        points(SQUARES[::-1]),
        points(SQUARES[:2]),
        points([[np.nan, 0], *SQUARES[1:]]),
        cloud(CLOUD * [1, 0.5]),
        cloud(CLOUD[:, :1] * [1, 1]),
        images(np.ones((3, 4))),
        images(np.where(np.eye(3, 4), np.inf, np.arange(12).reshape(3, 4))),
    ],
)
def test_what_differs_tells(picture):
    assert picture.tells()


@pytest.mark.parametrize(
    "make, yours",
    [
        (curves, X[1:]),
        (curves, X[:, None]),
        (curves, 3.0),
        (curves, np.full(49, np.nan)),
        (curves, np.where(X > 1, np.nan, np.inf)),
        (tangents, X),
        (tangents, 3.0),
        (tangents, np.full(5, np.inf)),
        (histogram, []),
        (histogram, 3.0),
        (histogram, np.ones((3, 2))),
        (histogram, [np.nan]),
        (points, np.ones((3, 3))),
        (points, np.ones(2)),
        (points, np.empty((0, 2))),
        (points, np.full((3, 2), np.nan)),
        (images, np.ones((4, 3))),
        (images, np.full((3, 4), np.inf)),
    ],
)
def test_numbers_of_another_shape_make_no_picture(make, yours):
    with pytest.raises(ValueError, match="expected"):
        make(yours)


@pytest.mark.parametrize("make", [curves, tangents, histogram, points, images])
@pytest.mark.parametrize("yours", ["words", None, [1, [2]], object(), 1j])
def test_what_is_no_number_makes_no_picture(make, yours):
    with pytest.raises(ExerciseFailed):
        make(yours)


def test_picture_cannot_be_changed_by_what_it_was_made_of():
    yours = X**2
    picture = curves(yours)
    yours[:] = 0
    assert picture.yours[0] == 16
    with pytest.raises(ValueError, match="read-only"):
        picture.yours[0] = 0


@pytest.fixture
def pyplot():
    import matplotlib.pyplot as plt

    with plt.rc_context():
        yield plt
    plt.close("all")


@pytest.mark.parametrize("picture", PICTURES[::4], ids=lambda p: p.title)
def test_learners_figures_and_settings_stay(picture, pyplot):
    first, second = pyplot.figure(7), pyplot.figure(3)
    pyplot.figure(7)
    pyplot.rcParams.update({"font.size": 31, "figure.dpi": 55})
    before = dict(pyplot.rcParams)
    png(picture)
    assert pyplot.get_fignums() == [3, 7]
    assert pyplot.gcf() is first
    assert not first.axes and not second.axes
    assert dict(pyplot.rcParams) == before


def test_learners_style_does_not_reach_a_picture(pyplot):
    plain, _ = png(PICTURES[0])
    pyplot.style.use("dark_background")
    pyplot.rcParams.update({"font.size": 31, "figure.dpi": 55})
    assert png(PICTURES[0])[0] == plain


# --- how a check comes to a picture, and what it does with it ---------------


def library_square(x):
    return x**2


def pictures_of_square(attempt):
    yield curves(attempt(x=X))


@exercise(
    "0.9",
    points=1,
    library=f"{__name__}:library_square",
    pictures=pictures_of_square,
)
def square(attempt):
    compare(attempt(x=np.array([1.5, -3])), [2.25, 9], asked="squares of x")


def failure_of(answer):
    with pytest.raises(ExerciseFailed) as caught:
        square(answer)
    return caught.value


def test_wrong_answer_is_drawn_beside_what_was_asked():
    picture = failure_of(lambda x: x**3).picture
    assert picture.asked == pytest.approx(X**2)
    assert picture.yours == pytest.approx(X**3)


def test_message_ends_with_the_picture_in_characters():
    failure = failure_of(lambda x: x**3)
    message, drawn = str(failure).split("\n\n")
    assert message.splitlines()[-1].startswith("  Think")
    assert drawn.splitlines() == failure.picture.lines()


def test_message_in_a_notebook_leaves_the_picture_to_its_display():
    text = "\n".join(failure_of(lambda x: x**3)._render_traceback_())
    assert "Think" in text
    assert "The square" not in text


def test_right_answer_is_not_drawn(monkeypatch):
    calls = []

    def answer(x):
        calls.append(x)
        return x * x

    assert square(answer) is answer
    assert len(calls) == 1


def test_picture_that_shows_no_difference_is_left_out():
    assert failure_of(lambda x: x**2 + 0.01).picture is None


def after_the_first_call(later):
    calls = []

    def answer(x):
        calls.append(x)
        return x**3 if len(calls) == 1 else later(x)

    return answer


def leave(x):
    raise SystemExit


@pytest.mark.parametrize(
    "later",
    [
        lambda x: 1 / 0,
        leave,
        lambda x: None,
        lambda x: x[1:],
        lambda x: x[None],
        lambda x: object(),
        lambda x: "words",
        lambda x: np.empty(0),
        lambda x: np.array([print] * len(x)),
        lambda x: x.fill(3),
    ],
)
def test_message_comes_where_the_picture_cannot(later):
    failure = failure_of(after_the_first_call(later))
    assert failure.picture is None
    assert "at index [0] 3.375, expected 2.25" in str(failure)


@pytest.mark.parametrize("value", [-1e308, -300, 1e9, 1e308])
def test_picture_comes_for_numbers_of_any_size(value):
    failure = failure_of(after_the_first_call(lambda x: x * 0 + value))
    assert f"{value:.4g}" in "\n".join(failure.picture.lines())
    assert png(failure.picture)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_no_picture_comes_where_nothing_is_finite(value):
    failure = failure_of(after_the_first_call(lambda x: x * 0 + value))
    assert failure.picture is None


def test_endless_answer_ends_for_the_picture_too(monkeypatch):
    monkeypatch.setattr(contract, "PICTURE_LIMIT", 0.2)
    started = time.perf_counter()
    failure = failure_of(after_the_first_call(lambda x: time.sleep(30)))
    assert failure.picture is None
    assert failure.mistake is None
    assert time.perf_counter() - started < 10


def test_answer_that_took_too_long_is_not_run_again(monkeypatch):
    monkeypatch.setattr(contract, "TIME_LIMIT", 0.2)
    calls = []

    def answer(x):
        calls.append(x)
        time.sleep(30)

    assert failure_of(answer).mistake == "takes_too_long"
    assert len(calls) == 1


def test_answer_is_heard_once(capsys):
    def answer(x):
        print("debugging")
        warnings.warn("so do warnings", stacklevel=1)
        return x**3

    with pytest.warns(UserWarning, match="so do warnings") as heard:
        failure = failure_of(answer)
    assert failure.picture
    assert capsys.readouterr().out.count("debugging") == 1
    assert len(heard) == 1


def test_interrupt_by_the_learner_is_not_swallowed():
    def interrupt(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        square(after_the_first_call(interrupt))


MIME = "application/vnd.vae-course.result+json"
CELLS = """
import json, sys
import matplotlib.pyplot as plt
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
shell.run_cell("import numpy as np\\n"
    "from vae_course.checks import lesson_03 as check\\n"
    "from vae_course.checks.pictures import figures\\n"
    "figure = figures.Figure.savefig\\n"
    "plt = __import__('matplotlib.pyplot').pyplot\\n"
    "mine = plt.figure(4)\\n"
    "def bell(power):\\n"
    "    return lambda x, mean, variance: np.exp(-(x - mean) ** 2 / 2"
    " / variance) / (2 * np.pi * variance) ** power\\n")
shown = []
for cell in (
    "check.normal_pdf(bell(1 / 2));",
    "check.normal_pdf(bell(1));",
    "check.normal_pdf(lambda x, mean, variance: None);",
    "figures.Figure.savefig = None\\ncheck.normal_pdf(bell(1));",
    "figures.Figure.savefig = figure\\n"
    "assert plt.get_fignums() == [4] and plt.gcf() is mine",
):
    with capture_output() as caught:
        shell.run_cell(cell)
    shown.append(
        [[[o.data, o.metadata] for o in caught.outputs], caught.stdout]
    )
    sys.__stderr__.write(caught.stderr)
print(json.dumps(shown))
"""


@pytest.fixture(scope="module")
def cells_run_in_ipython():
    """Run cells of lesson 03 in IPython, and collect what each displayed."""
    done = subprocess.run(
        [sys.executable, "-c", CELLS], capture_output=True, check=True
    )
    assert done.stderr == b""
    return json.loads(done.stdout.splitlines()[-1])


def only_output(cell):
    outputs, text = cell
    [[data, metadata]] = outputs
    return data, metadata, text


def test_notebook_shows_a_wrong_answer(cells_run_in_ipython):
    data, metadata, text = only_output(cells_run_in_ipython[1])
    assert set(data) == {MIME, "text/plain", "image/png"}
    assert data["image/png"].startswith("iVBORw0KGgo")
    assert metadata["image/png"]["width"] < 700
    assert data["text/plain"].startswith("The density of N(")
    assert data[MIME]["picture"] == data["text/plain"]
    assert "is not right yet" in text
    assert "The density of N(" not in text
    assert "Traceback" not in text


def test_notebook_shows_no_picture_of_a_right_answer(cells_run_in_ipython):
    data, _, _ = only_output(cells_run_in_ipython[0])
    assert set(data) == {MIME, "text/plain", "text/html"}
    assert "picture" not in data[MIME]


def test_notebook_shows_no_picture_of_a_missing_return(cells_run_in_ipython):
    data, _, text = only_output(cells_run_in_ipython[2])
    assert set(data) == {MIME, "text/plain"}
    assert "picture" not in data[MIME]
    assert "nothing (None)" in text


def test_notebook_where_nothing_can_draw_has_the_text(cells_run_in_ipython):
    data, _, text = only_output(cells_run_in_ipython[3])
    assert set(data) == {MIME, "text/plain"}
    assert data["text/plain"].startswith("The density of N(")
    assert "is not right yet" in text


def test_learners_figures_stay_in_a_notebook(cells_run_in_ipython):
    _, text = cells_run_in_ipython[4]
    assert "Error" not in text


def test_checks_import_no_matplotlib():
    code = (
        "import sys; from vae_course.checks import checks_of_lesson;"
        "checks = [checks_of_lesson(f'{i:02}') for i in range(11)];"
        "assert any(check.pictures for each in checks for check in each);"
        "assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
