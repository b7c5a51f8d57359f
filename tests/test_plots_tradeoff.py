"""The figure of a sweep over β shows the chosen VAE, and where it stands."""

import numpy as np
import pytest

from vae_course import plots
from vae_course.beta_sweep import Sweep

RNG = np.random.default_rng(3)
N, SIDE = 4, 5
SWEEP = Sweep(
    betas=np.array([0.1, 1.0, 30.0]),
    rates=np.array([20.0, 10.0, 0.0]),
    distortions=np.array([236.0, 243.0, 300.0]),
    images=RNG.random((N, SIDE, SIDE, 1)),
    reconstructions=RNG.random((3, N, SIDE, SIDE, 1)),
    samples=RNG.random((3, 2 * N, SIDE, SIDE, 1)),
)


@pytest.fixture
def figure():
    return plots.tradeoff(SWEEP, chosen=1)


def mark_of(figure):
    return figure.axes[0].lines[-1]


def tiles_of(figure):
    """Cut the pictures apart: rows above the gap, and rows below it."""
    mosaic = figure.axes[1].images[0].get_array()
    above, below = mosaic[: 2 * SIDE], mosaic[-2 * SIDE :]
    return (
        rows.reshape(2, SIDE, N, SIDE).swapaxes(1, 2)
        for rows in (above, below)
    )


def test_the_curve_goes_through_every_vae(figure):
    curve = figure.axes[0].lines[0]
    expected = np.column_stack([SWEEP.rates, SWEEP.distortions])
    np.testing.assert_array_equal(curve.get_xydata(), expected)


def test_every_dot_is_labelled_with_its_beta(figure):
    places = {text.xy: text.get_text() for text in figure.axes[0].texts}
    assert places == {
        (20.0, 236.0): "0.1",
        (10.0, 243.0): "1",
        (0.0, 300.0): r"$\beta = 30$",
    }


@pytest.mark.parametrize("chosen", [0, 1, 2])
def test_mark_title_and_pictures_are_of_the_chosen_one(figure, chosen):
    plots.move_tradeoff(figure, SWEEP, chosen)
    dot = SWEEP.rates[chosen], SWEEP.distortions[chosen]
    np.testing.assert_array_equal(mark_of(figure).get_xydata(), [dot])
    title = figure.axes[0].get_title(loc="left").replace("\n", " ")
    beta = f"{SWEEP.betas[chosen]:g}"
    assert title.startswith(rf"$\beta = {beta}$: rate {dot[0]:.1f} ")
    assert title.endswith(
        f"distortion {dot[1]:.1f} = {sum(dot):.1f} nats an image"
    )
    (images, drawn), samples = tiles_of(figure)
    np.testing.assert_array_equal(images, SWEEP.images[..., 0])
    np.testing.assert_array_equal(drawn, SWEEP.reconstructions[chosen, ..., 0])
    expected = SWEEP.samples[chosen, ..., 0].reshape(samples.shape)
    np.testing.assert_array_equal(samples, expected)


def test_the_mark_has_a_shape_of_its_own(figure):
    curve = figure.axes[0].lines[0]
    assert mark_of(figure).get_marker() != curve.get_marker()


def test_what_moves_is_named(figure):
    mark, title, mosaic = plots.move_tradeoff(figure, SWEEP, 2)
    curve, pictures = figure.axes
    assert mark is mark_of(figure)
    assert title.get_text() == curve.get_title(loc="left")
    assert mosaic is pictures.images[0]


def test_rows_of_pictures_have_names(figure):
    labels = [t.get_text() for t in figure.axes[1].get_yticklabels()]
    assert labels[:2] == ["test image", "reconstruction"]
    assert labels[2].startswith("sample")
    # Each beside the middle of its row.
    middles = figure.axes[1].get_yticks() / SIDE
    np.testing.assert_allclose(middles[:2], [0.5, 1.5])


def test_samples_fill_whole_rows():
    with pytest.raises(ValueError, match="multiple of the 4 images, got 7"):
        plots.tradeoff(SWEEP._replace(samples=SWEEP.samples[:, :7]))


def test_the_figure_can_be_drawn(figure):
    figure.canvas.draw()
