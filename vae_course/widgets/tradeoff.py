"""A view of β: a slider over small VAEs that were trained beforehand."""

import numpy as np

from vae_course import plots
from vae_course.widgets.explorer import Explorer, Slider

ROWS = 3  # of samples


def beta_explorer(images):
    """Let a slider choose β among small VAEs, trained beforehand.

    All of them decode at the start, so that a move costs only drawing. The
    samples come from one draw of noise, the same for every β.

    Args:
        images: float (n, 32, 32, 1), in [0, 1], to be drawn again; eight
            make a row of a good size.

    Returns:
        The widget, with a slider over `beta_sweep.BETAS`; a still picture
        where no front end runs.

    Raises:
        TypeError: if the images do not hold real numbers.
        ValueError: if they have another shape or are not finite.
    """
    from vae_course import beta_sweep

    rng = np.random.default_rng(0)
    codes = ROWS * len(images), beta_sweep.LATENT_DIM
    sweep = beta_sweep.decode_sweep(images, rng.standard_normal(codes))
    start = beta_sweep.BETAS.index(1.0)
    figure = plots.tradeoff(sweep, start)

    def follow(chosen):
        plots.move_tradeoff(figure, sweep, round(chosen))
        return in_words(sweep, round(chosen))

    return Explorer(
        figure,
        plots.move_tradeoff(figure, sweep, start),
        follow,
        "A curve of distortion over rate, a dot for each β; beside it test "
        "images, their reconstructions, and samples.",
        chosen=Slider(
            "weight of the KL term",
            start,
            low=0,
            high=len(sweep.betas) - 1,
            step=1,
            names=tuple(f"β = {beta:g}" for beta in sweep.betas),
        ),
    )


def in_words(sweep, chosen):
    """Say what a VAE of a sweep costs, and how its pictures vary.

    Args:
        sweep: beta_sweep.Sweep.
        chosen: int, the entry.

    Returns:
        str: rate and distortion, nats an image, and the standard deviation
        over the pictures, averaged over pixels, as a share of that over
        the test images.
    """
    rate, distortion = sweep.rates[chosen], sweep.distortions[chosen]
    reconstructions, samples = (
        _spread(pictures[chosen]) / _spread(sweep.images)
        for pictures in (sweep.reconstructions, sweep.samples)
    )
    return (
        f"β = {sweep.betas[chosen]:g}: rate {rate:.1f}, distortion "
        f"{distortion:.1f}, together {rate + distortion:.1f} nats an image. "
        f"Reconstructions vary {reconstructions:.0%} as much as the test "
        f"images do, samples {samples:.0%}."
    )


def _spread(pictures):
    return np.std(pictures, axis=0, ddof=1).mean()
