"""What β trades: what codes cost, what pictures cost, and the pictures."""

import numpy as np

from vae_course.plots.images import without_channel
from vae_course.plots.style import RED, new_figure

BLUE = "#1f5f9e"
GAP = 12  # pixels, between reconstructions and samples
TICKS = 0, 1, 5, 10, 20, 40, 80
SAMPLES = "sample, drawn\nfrom $N(0, I)$"


def tradeoff(sweep, chosen=0):
    """Draw all VAEs of a sweep over β as a curve, and one's pictures beside.

    Args:
        sweep: beta_sweep.Sweep, with as many samples as images, or a
            multiple.
        chosen: int, the entry whose pictures are shown.

    Returns:
        The figure. On the left distortion over rate, a dot for each β, the
        chosen one in a red diamond; on the right test images, their
        reconstructions, and samples.

    Raises:
        ValueError: if the samples do not fill whole rows.

    Source: Alemi et al. (2018), arXiv:1711.00464, figure 1, for the curve.
    """
    n, m = len(sweep.images), sweep.samples.shape[1]
    if m % n:
        raise ValueError(
            f"samples: expected a multiple of the {n} images, got {m}"
        )
    figure, (curve, pictures) = new_figure(
        1, 2, width=9.2, height=3.7, width_ratios=[3.3, 5]
    )
    _draw_curve(curve, sweep)
    side = sweep.images.shape[1]
    _draw_pictures(pictures, _mosaic(sweep, chosen), side, rows=2 + m // n)
    move_tradeoff(figure, sweep, chosen)
    return figure


def move_tradeoff(figure, sweep, chosen):
    """Choose another VAE in a figure of `tradeoff`.

    Args:
        figure: the figure.
        sweep: as there.
        chosen: int, the entry whose pictures are shown.

    Returns:
        list of the artists that changed.
    """
    curve, pictures = figure.axes
    mark, [mosaic] = curve.lines[-1], pictures.images
    rate, distortion = sweep.rates[chosen], sweep.distortions[chosen]
    mark.set_data([rate], [distortion])
    title = curve.set_title(
        rf"$\beta = {sweep.betas[chosen]:g}$: rate {rate:.1f} + distortion "
        f"{distortion:.1f}\n= {rate + distortion:.1f} nats an image",
        loc="left",
    )
    mosaic.set_data(_mosaic(sweep, chosen))
    return [mark, title, mosaic]


def _draw_curve(axis, sweep):
    # Roots of rates, lest half of the dots crowd at the left end.
    axis.set_xscale("function", functions=(np.sqrt, np.square))
    look = {"color": BLUE, "clip_on": False}
    axis.plot(sweep.rates, sweep.distortions, "o-", **look)
    look = {"color": RED, "clip_on": False, "fillstyle": "none"}
    axis.plot([], [], "D", markersize=13, markeredgewidth=2.5, **look)
    names = [f"{beta:g}" for beta in sweep.betas]
    names[-1] = rf"$\beta = {names[-1]}$"
    for name, *dot in zip(names, sweep.rates, sweep.distortions, strict=True):
        axis.annotate(name, dot, (4, 9), textcoords="offset points")
    low, high = np.min(sweep.distortions), np.max(sweep.distortions)
    room = 0.12 * (high - low)
    axis.set(
        xlabel="rate: KL term, nats an image (root scale)",
        ylabel="distortion: reconstruction loss,\nnats an image",
        xlim=(0, 1.4 * np.max(sweep.rates)),
        ylim=(low - room, high + room),
    )
    axis.set_xticks([tick for tick in TICKS if tick < axis.get_xlim()[1]])


def _draw_pictures(axis, mosaic, side, rows):
    axis.imshow(mosaic, cmap="gray_r", vmin=0, vmax=1)
    middles = side * (np.arange(rows) + 0.5) + [0, 0, *(rows - 2) * [GAP]]
    axis.set_yticks(middles[:3], ["test image", "reconstruction", SAMPLES])
    axis.set_xticks([])
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)


def _mosaic(sweep, chosen):
    """Lay the images, the reconstructions and the samples out as one."""
    columns = len(sweep.images)
    above = _rows([*sweep.images, *sweep.reconstructions[chosen]], columns)
    below = _rows(sweep.samples[chosen], columns)
    gap = np.zeros((GAP, above.shape[1]))
    return np.vstack([above, gap, below])


def _rows(images, columns):
    images = without_channel(images)
    rows = images.reshape(-1, columns, *images.shape[1:])
    return np.vstack([np.hstack(list(row)) for row in rows])
