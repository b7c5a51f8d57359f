"""The figure of the loss shows every mean where it belongs."""

import math

import numpy as np
import pytest

from vae_course import plots

NAN = math.nan

HISTORY = {
    "total_loss": [365.1, 272.6, 267.5],
    "reconstruction_loss": [355.8, 266.5, 261.3],
    "kl_loss": [9.3, 6.1, 6.2],
    "val_reconstruction_loss": [274.5, 264.9, 261.5],
    "val_kl_loss": [5.9, 6.0, 6.4],
}


def points(axis):
    return [line.get_xydata().tolist() for line in axis.lines]


def test_both_terms_stand_on_axes_of_their_own():
    for axis, term in zip(
        plots.loss_terms(HISTORY).axes,
        ["reconstruction_loss", "kl_loss"],
        strict=True,
    ):
        drawn = [[y for _, y in line] for line in points(axis)]
        assert drawn == [HISTORY[term], HISTORY[f"val_{term}"]]
        assert [x for x, _ in points(axis)[0]] == [1, 2, 3]
        assert axis.get_xlabel() == "epochs completed"
        assert axis.get_ylabel() == "nats an image"


def test_the_two_lines_differ_in_marker_and_dash():
    lines = plots.loss_terms(HISTORY).axes[0].lines
    assert len({line.get_marker() for line in lines}) == 2
    assert len({line.get_linestyle() for line in lines}) == 2


def test_a_first_mean_far_above_the_rest_is_written_at_the_top():
    figure = plots.loss_terms(HISTORY)
    for axis, first in zip(figure.axes, ("355.8", "9.3"), strict=True):
        assert [text.get_text() for text in axis.texts] == [f"↑ {first}"]
        low, high = axis.get_ylim()
        for line in axis.lines:
            assert all(low < y < high for y in line.get_ydata()[1:])


def test_a_first_mean_near_the_rest_is_drawn():
    history = {**HISTORY, "kl_loss": [6.41, 6.1, 6.2]}
    axis = plots.loss_terms(history).axes[1]
    assert not axis.texts
    low, high = axis.get_ylim()
    assert low < 5.9 < 6.41 < high


@pytest.mark.parametrize("first", np.linspace(5.7, 7.5, 10))
def test_a_first_mean_is_either_drawn_or_written(first):
    axis = plots.loss_terms({"kl_loss": [first, 5.4, 5.5, 5.6]}).axes[0]
    in_sight = axis.get_ylim()[0] < first < axis.get_ylim()[1]
    assert in_sight != bool(axis.texts)


@pytest.mark.parametrize("first", [6.41, 9.3])
def test_a_hundredth_of_a_nat_is_no_cliff(first):
    history = {
        "reconstruction_loss": [261.3, 261.2, 261.1],
        "kl_loss": [first, 6.40, 6.39],
    }
    low, high = plots.loss_terms(history).axes[1].get_ylim()
    assert high - low >= 2 - 1e-9


def test_an_axis_begins_at_0_rather_than_below():
    running = 0.0, {"reconstruction_loss": 709.8, "kl_loss": 0.0}
    left, right = plots.loss_terms({}, running=running, epochs=5).axes
    assert right.get_ylim() == pytest.approx((0, 2), abs=0.01)
    assert left.get_ylim()[0] > 600
    below = plots.loss_terms({"loss": [-3.0, -2.0]}).axes[0].get_ylim()[0]
    assert below < -3


def test_the_epoch_under_way_is_a_hollow_dot_in_sight():
    running = 3.4, {"reconstruction_loss": 250.0, "kl_loss": 6.9}
    figure = plots.loss_terms(HISTORY, running=running, epochs=5)
    for axis, height in zip(figure.axes, (250.0, 6.9), strict=True):
        dot = axis.lines[-1]
        assert dot.get_xydata().tolist() == [[3.4, height]]
        assert dot.get_markerfacecolor() == "white"
        low, high = axis.get_ylim()
        assert low < height < high
        assert axis.get_xlim()[1] > 5


def test_before_the_first_epoch_has_ended_there_is_only_the_dot():
    running = 0.2, {"reconstruction_loss": 500.0, "kl_loss": 20.0}
    figure = plots.loss_terms({}, running=running, epochs=5, title="begun")
    assert [len(line) for line in points(figure.axes[0])] == [0, 0, 1]
    assert figure.get_suptitle() == "begun"


def test_a_resumed_training_is_drawn_at_its_epochs():
    figure = plots.loss_terms(HISTORY, first_epoch=4)
    assert [x for x, _ in points(figure.axes[0])[0]] == [4, 5, 6]


def test_training_means_alone_will_do():
    history = {"reconstruction_loss": [9.0, 8.0], "kl_loss": [1.0, 2.0]}
    assert len(points(plots.loss_terms(history).axes[1])[0]) == 2


@pytest.mark.parametrize(
    "means, told",
    [
        ([700.0, NAN, 300.0, 290.0], ["↑ 700.0"]),
        ([700.0, 300.0, NAN, NAN], []),
        ([NAN, 300.0, 290.0], []),
        ([NAN, NAN, NAN], []),
        ([700.0, math.inf, 300.0, 290.0], ["↑ 700.0"]),
        ([700.0, 300.0, 300.0], ["↑ 700.0"]),
        ([300.0, 300.0, 300.0], []),
    ],
)
def test_a_training_that_blows_up_or_stands_still_is_drawn(means, told):
    figure = plots.loss_terms({"reconstruction_loss": means, "kl_loss": means})
    figure.canvas.draw()
    for axis in figure.axes:
        assert [text.get_text() for text in axis.texts] == told
        low, high = axis.get_ylim()
        seen = [mean for mean in means if math.isfinite(mean)][bool(told) :]
        assert all(low < mean < high for mean in seen)


@pytest.mark.parametrize("shorter", ["kl_loss", "val_reconstruction_loss"])
def test_fewer_means_of_one_term_than_of_the_other_are_refused(shorter):
    history = {**HISTORY, shorter: HISTORY[shorter][1:]}
    with pytest.raises(ValueError, match="history: expected as many"):
        plots.loss_terms(history)


def test_where_nothing_is_reported_nothing_is_drawn():
    with pytest.raises(ValueError, match="history: expected at least one"):
        plots.loss_terms({"val_loss": [1.0]})


@pytest.mark.parametrize(
    "reported, headings, units",
    [
        (["reconstruction_loss"], ["Reconstruction loss"], ["nats an image"]),
        (["total_loss", "kl_loss"], ["KL loss"], ["nats an image"]),
        (["total_loss"], ["Total loss"], ["nats an image"]),
        (["loss", "val_loss", "accuracy"], ["Loss"], ["mean"]),
        (["a", "b", "c", "d"], ["A", "B", "C"], ["mean"] * 3),
    ],
)
def test_there_is_a_panel_for_each_term_reported(reported, headings, units):
    axes = plots.loss_terms({name: [2.0, 1.0] for name in reported}).axes
    assert [axis.get_title(loc="left") for axis in axes] == headings
    assert [axis.get_ylabel() for axis in axes] == units


def test_a_loss_that_is_not_in_nats_may_be_small():
    axis = plots.loss_terms({"loss": [0.03, 0.02, 0.01]}).axes[0]
    low, high = axis.get_ylim()
    assert high - low < 0.1


def test_the_legend_names_what_is_drawn_and_no_more():
    def named(**options):
        legend = plots.loss_terms(**options).axes[0].get_legend()
        return [text.get_text() for text in legend.get_texts()]

    history = {"reconstruction_loss": [9.0, 8.0]}
    assert named(history=history) == ["training images"]
    running = 0.5, {"reconstruction_loss": 9.0}
    assert named(history={}, running=running) == ["epoch under way"]
    both = ["training images", "images held back"]
    assert named(history=HISTORY) == both


def test_an_epoch_without_validation_leaves_a_gap():
    history = {"loss": [3.0, 2.0, 1.0], "val_loss": [NAN, 2.5, NAN]}
    figure = plots.loss_terms(history)
    figure.canvas.draw()
    heights = figure.axes[0].lines[1].get_ydata()
    assert [math.isfinite(height) for height in heights] == [
        False,
        True,
        False,
    ]


PICTURES = np.linspace(0, 1, 3 * 32 * 32).reshape(3, 32, 32, 1)


@pytest.mark.parametrize("history", [HISTORY, {"loss": [1.0]}])
def test_pictures_stand_in_rows_below_the_panels(history):
    rows = {"pictures": PICTURES, "drawn": 1 - PICTURES}
    figure = plots.loss_terms(history, pictures=rows)
    figure.draw_without_rendering()
    *panels, below = figure.axes
    assert len(panels) == len(plots.loss_terms(history).axes)
    assert below.get_position().y1 < min(p.get_position().y0 for p in panels)
    assert [label.get_text() for label in below.get_yticklabels()] == list(
        rows
    )
    sheet = below.images[0].get_array()
    assert np.array_equal(sheet[:32, :32], PICTURES[0, ..., 0])
    step = sheet.shape[1] // 3
    second = sheet[len(sheet) // 2 :][:32, step : step + 32]
    assert np.array_equal(second, 1 - PICTURES[1, ..., 0])


@pytest.mark.parametrize("n", [1, 4, 10])
def test_every_figure_keeps_within_the_width_of_a_notebook(n):
    pictures = np.zeros((n, 32, 32, 1))
    rows = {"pictures": pictures, "drawn": pictures}
    figure = plots.loss_terms(HISTORY, title="words", pictures=rows)
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    assert box.x0 >= 0 and box.x1 <= 8.4
    assert box.y0 >= 0 and box.y1 <= figure.get_figheight()


@pytest.mark.filterwarnings("error")
def test_a_model_that_has_blown_up_draws_blanks():
    rows = {"pictures": PICTURES, "drawn": np.full_like(PICTURES, NAN)}
    plots.loss_terms(HISTORY, pictures=rows).canvas.draw()


def test_rows_of_pictures_that_differ_are_refused():
    rows = {"pictures": PICTURES, "drawn": PICTURES[:2]}
    with pytest.raises(ValueError, match="pictures: expected rows of one sh"):
        plots.loss_terms(HISTORY, pictures=rows)
