"""How the loss falls."""

import math

from vae_course.plots.style import LINE_COLOURS, new_figure

TERMS = {
    "reconstruction_loss": "Reconstruction loss",
    "kl_loss": "KL loss",
}
# In nats: a hundredth of one should not look like a cliff.
SMALLEST_SPAN = 2
LINES = {
    "": ("o-", LINE_COLOURS[0], "training images"),
    "val_": ("s--", LINE_COLOURS[1], "images held back"),
}


def loss_terms(history, first_epoch=1, running=None, epochs=None, title=None):
    """Draw both terms of the loss, epoch by epoch, on axes of their own.

    The first training mean, which still knows the untrained network, may
    lie above the axes: there it is written at their top.

    Args:
        history: dict from `reconstruction_loss` and `kl_loss`, and from the
            same with `val_` before it where images were held back, to a
            list of means in nats an image, one an epoch, as `fit` returns
            it; other entries are ignored.
        first_epoch: int, the number of the first epoch in it.
        running: pair of how many epochs are done, a float, and a dict from
            the names of the terms to the means since the epoch began; drawn
            as hollow dots. None where no epoch is under way.
        epochs: int, how many there will be; None for those there are.
        title: of the whole figure, or None.

    Returns:
        The figure.

    Raises:
        ValueError: if the history has more means of one term than of the
            other.
    """
    for prefix in LINES:
        _demand_both_terms(history, prefix)
    done = first_epoch + len(history.get("kl_loss", [])) - 1
    figure, axes = new_figure(1, 2, width=8.4, height=3.3)
    for axis, (term, heading) in zip(axes, TERMS.items(), strict=True):
        _draw_term(axis, term, history, first_epoch, running)
        axis.set(
            title=heading,
            xlabel="epochs completed",
            ylabel="nats an image",
            xlim=(first_epoch - 1, max(epochs or done, first_epoch) + 0.3),
        )
        axis.xaxis.get_major_locator().set_params(integer=True)
    axes[0].legend(loc="upper right")
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=11.5)
    return figure


def _demand_both_terms(history, prefix):
    lengths = {name: len(history.get(prefix + name, ())) for name in TERMS}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            "history: expected as many means of one term as of the other, "
            f"got {lengths}"
        )


def _draw_term(axis, term, history, first_epoch, running):
    heights = []
    for prefix, (style, colour, label) in LINES.items():
        means = list(history.get(prefix + term, []))
        numbers = range(first_epoch, first_epoch + len(means))
        axis.plot(numbers, means, style, color=colour, label=label)
        heights += means
    if running:
        done, so_far = running
        colour = LINE_COLOURS[0]
        axis.plot(done, so_far[term], "o", color=colour, mfc="white")
        heights.append(so_far[term])
    _cut_off_the_first(axis, first_epoch, heights)
    low, high = axis.get_ylim()
    lack = max(0, SMALLEST_SPAN - (high - low))
    axis.set_ylim(low - lack / 2, high + lack / 2)


def _cut_off_the_first(axis, first_epoch, heights):
    """End an axis below the first training mean, where it dwarfs the rest.

    What is not finite has no place on an axis, and is left out of account.
    """
    others = [height for height in heights[1:] if math.isfinite(height)]
    if len(others) < 2:
        return
    first, low, high = heights[0], min(others), max(others)
    span = high - low
    margin = max(0.15 * span, (SMALLEST_SPAN - span) / 3)
    if not first > high + margin:
        return
    axis.set_ylim(low - margin, high + 2 * margin)
    axis.annotate(
        f"↑ {first:.1f}",
        (first_epoch, 0.97),
        xycoords=("data", "axes fraction"),
        ha="center",
        va="top",
        fontsize=9,
        color=LINE_COLOURS[0],
    )
