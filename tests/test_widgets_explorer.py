"""A figure follows its sliders, and says in words what it shows."""

import base64
import io
import itertools
import re

import numpy as np
import pytest
from matplotlib.image import imread

from vae_course import plots, widgets
from vae_course.widgets.divergence import three_numbers

EXPLORERS = [
    widgets.normal_explorer,
    widgets.covariance_explorer,
    widgets.kl_explorer,
    widgets.reparametrisation_explorer,
]
of_every_explorer = pytest.mark.parametrize("make", EXPLORERS)


@pytest.fixture(scope="module")
def views():
    return {make: make() for make in EXPLORERS}


def pixels(png):
    return imread(io.BytesIO(png), format="png")[..., :3]


def start(view):
    return [slider["start"] for slider in view.sliders]


def corners(view):
    """List every way to put each slider at one of its ends."""
    return list(
        itertools.product(*([s["low"], s["high"]] for s in view.sliders))
    )


def numbers_in(words):
    return [
        float(n) for n in re.findall(r"-?\d+\.\d+", words.replace("−", "-"))
    ]


def kl_of_bells(mean, log_var):
    return (mean**2 + np.exp(log_var) - log_var - 1) / 2


# --- any explorer -----------------------------------------------------------


@of_every_explorer
def test_every_slider_changes_the_picture_and_the_words(make, views):
    view = views[make]
    for k, slider in enumerate(view.sliders):
        view.move(*start(view))
        picture, words = view.picture, view.words
        numbers = start(view)
        numbers[k] = slider["low"]
        view.move(*numbers)
        assert view.numbers == numbers
        assert np.any(pixels(view.picture) != pixels(picture))
        assert view.words != words


@of_every_explorer
def test_the_picture_there_and_back_is_the_same(make, views):
    view = views[make]
    view.move(*start(view))
    before = view.picture
    for numbers in corners(view):
        view.move(*numbers)
    view.move(*start(view))
    assert view.picture == before


@of_every_explorer
def test_the_picture_is_the_figure_as_matplotlib_saves_it(make, views):
    view = views[make]
    view.move(*corners(view)[0])
    saved = io.BytesIO()
    view.figure.savefig(saved, format="png", dpi="figure")
    difference = np.abs(pixels(view.picture) - pixels(saved.getvalue()))
    # What moves lies above all else: some edges may be crossed otherwise.
    assert np.mean(difference.max(axis=-1) > 0.1) < 0.01


@of_every_explorer
def test_no_number_leads_out_of_the_sliders(make, views):
    view = views[make]
    view.move(*[1e9] * len(view.sliders))
    assert view.numbers == [slider["high"] for slider in view.sliders]


@of_every_explorer
def test_one_move_of_the_front_end_is_answered_in_one_message(make, views):
    view, sent = views[make], []
    view.move(*start(view))
    view.send_state = lambda key=None: sent.append(set(key))
    message = {"numbers": list(corners(view)[0]), "serial": 5}
    view._handle_custom_msg(message, [])
    assert sent == [{"numbers", "words", "picture", "answered"}]
    assert view.answered == 5


@of_every_explorer
def test_a_view_is_a_still_picture_without_a_front_end(make, views):
    data, _ = views[make]._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == views[make].picture


@of_every_explorer
def test_everything_has_a_name_for_a_screen_reader(make, views):
    assert views[make].label.endswith(".")
    assert all(slider["label"] for slider in views[make].sliders)


def test_sliders_without_a_value_each_are_refused(views):
    with pytest.raises(ValueError, match="numbers: expected 2.*got 1"):
        views[widgets.kl_explorer].move(1.0)


# --- what they show ---------------------------------------------------------


@pytest.mark.parametrize("mean, variance", [(-3, 4), (0, 1), (1.5, 0.1)])
def test_normal_explorer_gives_the_height_of_its_curve(mean, variance, views):
    view = views[widgets.normal_explorer]
    view.move(mean, variance)
    [axis] = view.figure.axes
    highest = axis.lines[1].get_ydata().max()
    assert numbers_in(view.words)[-2:] == [
        pytest.approx(np.sqrt(variance), abs=0.006),
        pytest.approx(highest, abs=0.006),
    ]
    assert highest < axis.get_ylim()[1]


@pytest.mark.parametrize("correlation", [-0.95, 0.0, 0.5])
def test_covariance_explorer_gives_both_of_its_numbers(correlation, views):
    view = views[widgets.covariance_explorer]
    view.move(4.0, 0.25, correlation)
    assert numbers_in(view.words) == [
        pytest.approx(correlation, abs=0.006),
        pytest.approx(1 - correlation**2, abs=0.006),
    ]


@pytest.mark.parametrize("z_log_var", [-2.0, 0.0, 2.0])
@pytest.mark.parametrize("z_mean", [-2.0, 0.0, 2.0])
def test_three_roads_lead_to_one_kl(z_mean, z_log_var):
    closed, integrated, sampled, error = three_numbers(z_mean, z_log_var)
    exact = kl_of_bells(z_mean, z_log_var)
    assert closed == pytest.approx(exact, abs=1e-12)
    assert integrated == pytest.approx(exact, abs=1e-6)
    assert abs(sampled - exact) <= 4.5 * error


def test_kl_explorer_says_the_three_numbers(views):
    view = views[widgets.kl_explorer]
    view.move(-1.0, 0.5)
    closed, integrated, sampled, error = three_numbers(-1.0, 0.5)
    assert numbers_in(view.words) == pytest.approx(
        [closed, integrated, sampled, error], abs=6e-4
    )


def test_kl_explorer_keeps_one_scale_that_holds_every_curve(views):
    view = views[widgets.kl_explorer]
    scales = [axis.get_ylim() for axis in view.figure.axes]
    for numbers in corners(view):
        view.move(*numbers)
        for axis, (low, high) in zip(view.figure.axes, scales, strict=True):
            assert axis.get_ylim() == (low, high)
            heights = np.concatenate([line.get_ydata() for line in axis.lines])
            assert low <= heights.min() and heights.max() <= high


def test_reparametrisation_explorer_says_the_sum_and_the_slopes(views):
    view = views[widgets.reparametrisation_explorer]
    view.move(-1.0, 2.0, -0.5)
    slope = -0.25 * np.e
    assert numbers_in(view.words) == pytest.approx(
        [-1.0, np.e, -0.5, -1 + 2 * slope, 1.0, slope], abs=0.006
    )


def test_names_of_places_are_sent_to_the_front_end():
    figure, axis = plots.new_figure()
    slider = widgets.Slider("beta", 1, 0, 2, step=1, names=("a", "b", "c"))
    view = widgets.Explorer(
        figure, [], lambda beta: f"at {beta}", "Nothing.", beta=slider
    )
    assert view.sliders[0]["names"] == ("a", "b", "c")
    assert view.words == "at 1.0"
