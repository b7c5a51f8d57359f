"""The figure of the loss shows every mean where it belongs."""

import math

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


@pytest.mark.parametrize("first", [6.41, 9.3])
def test_a_hundredth_of_a_nat_is_no_cliff(first):
    history = {
        "reconstruction_loss": [261.3, 261.2, 261.1],
        "kl_loss": [first, 6.40, 6.39],
    }
    low, high = plots.loss_terms(history).axes[1].get_ylim()
    assert high - low >= 2 - 1e-9


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


@pytest.mark.parametrize("missing", ["kl_loss", "val_reconstruction_loss"])
def test_a_term_without_the_other_is_refused(missing):
    history = {name: HISTORY[name] for name in HISTORY if name != missing}
    with pytest.raises(ValueError, match="history: expected as many"):
        plots.loss_terms(history)
