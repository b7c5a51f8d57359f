"""How the loss falls, and what is drawn meanwhile."""

import math

import numpy as np

from vae_course.plots.images import without_channel
from vae_course.plots.style import LINE_COLOURS, new_figure

# The first of these that a model reports is what is drawn of its loss.
CHOICES = ("reconstruction_loss", "kl_loss"), ("total_loss",), ("loss",)
IN_NATS = "reconstruction_loss", "kl_loss", "total_loss"
MOST_PANELS = 3
# In nats: a hundredth of one should not look like a cliff.
SMALLEST_SPAN = 2
LINES = {
    "": ("o-", LINE_COLOURS[0], "training images"),
    "val_": ("s--", LINE_COLOURS[1], "images held back"),
}
WIDTH, PANEL_HEIGHT, LARGEST_PICTURE = 8.4, 3.0, 0.72
GAP = 2


def loss_terms(
    history,
    first_epoch=1,
    running=None,
    epochs=None,
    title=None,
    pictures=None,
):
    """Draw the terms of the loss, epoch by epoch, and pictures below.

    Each term has axes of its own. The first training mean, which still
    knows the untrained network, may lie above them: there it is written at
    their top.

    Args:
        history: dict from the name of each mean, and from the same with
            `val_` before it where images were held back, to a list of
            means, one an epoch, as `fit` returns it; nan where there was
            none. `reported_terms` says which are drawn.
        first_epoch: int, the number of the first epoch in it.
        running: pair of how many epochs are done, a float, and a dict from
            the names of the terms to the means since the epoch began; drawn
            as hollow dots. None where no epoch is under way.
        epochs: int, how many there will be; None for those there are.
        title: of the whole figure, or None.
        pictures: dict from a row's name to its images, floats in [0, 1] of
            shape (n, height, width) or (n, height, width, 1), the same in
            every row; None for no pictures.

    Returns:
        The figure.

    Raises:
        ValueError: if no mean is there, there are more of one term than of
            another, or the rows of pictures differ in shape.
    """
    terms = reported_terms([*history, *(running[1] if running else ())])
    if not terms:
        raise ValueError("history: expected at least one mean, got none")
    for prefix in LINES:
        _demand_all_terms(history, [prefix + term for term in terms])
    sheet = None if pictures is None else _sheet(pictures)
    figure, axes, below = _lay_out(len(terms), sheet)
    done = first_epoch + len(history.get(terms[0], [])) - 1
    for axis, term in zip(axes, terms, strict=True):
        _draw_term(axis, term, history, first_epoch, running)
        _name_axes(axis, term)
        last = max(epochs or done, first_epoch)
        axis.set_xlim(first_epoch - 1, last + 0.3)
    axes[0].legend(loc="upper right")
    if below:
        _draw_pictures(below, sheet, list(pictures))
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=11.5)
    return figure


def reported_terms(names):
    """Choose what is drawn of all that a model reports.

    Args:
        names: iterable of str, such as the keys of `fit`'s history.

    Returns:
        list of str: reconstruction_loss and kl_loss where there is one of
        them, else the total, else the first three of what there is; never
        a name that begins with `val_`.

    >>> reported_terms(["total_loss", "kl_loss", "reconstruction_loss"])
    ['reconstruction_loss', 'kl_loss']
    >>> reported_terms(["loss", "val_loss"])
    ['loss']
    """
    names = dict.fromkeys(n for n in names if not n.startswith("val_"))
    for choice in CHOICES:
        if found := [name for name in choice if name in names]:
            return found
    return list(names)[:MOST_PANELS]


def in_words(term):
    """Write the name of a mean as one says it.

    >>> in_words("kl_loss")
    'KL loss'
    """
    return term.replace("_", " ").replace("kl ", "KL ")


def _demand_all_terms(history, names):
    lengths = {name: len(history.get(name, ())) for name in names}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            "history: expected as many means of one term as of the other, "
            f"got {lengths}"
        )


def _lay_out(panels, sheet):
    """Make axes for the panels, and below them one for all pictures."""
    if sheet is None:
        figure, axes = new_figure(
            1, panels, width=WIDTH, height=PANEL_HEIGHT + 0.4, squeeze=False
        )
        return figure, axes[0], None
    tall, wide = sheet.shape
    height = min(2 * LARGEST_PICTURE, tall / wide * (WIDTH - 1.0))
    figure, axes = new_figure(
        2,
        panels,
        width=WIDTH,
        height=PANEL_HEIGHT + 0.4 + height,
        height_ratios=[PANEL_HEIGHT - 0.7, height],
        squeeze=False,
    )
    below = axes[1, 0]
    for spare in axes[1, 1:]:
        spare.remove()
    below.set_subplotspec(below.get_gridspec()[1, :])
    return figure, axes[0], below


def _sheet(pictures):
    """Lay rows of pictures out as one, with gaps between."""
    rows = [without_channel(row) for row in pictures.values()]
    if len({row.shape for row in rows}) > 1:
        shapes = {n: np.shape(row) for n, row in pictures.items()}
        raise ValueError(f"pictures: expected rows of one shape, got {shapes}")
    gaps = (0, 0), (0, GAP), (0, GAP)
    return np.vstack([np.hstack(np.pad(row, gaps)) for row in rows])


def _draw_pictures(axis, sheet, names):
    axis.imshow(sheet, cmap="gray_r", vmin=0, vmax=1)
    step = len(sheet) / len(names)
    places = [step * (row + 0.5) for row in range(len(names))]
    axis.set_yticks(places, names)
    axis.set(xticks=[], anchor="W")
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)


def _draw_term(axis, term, history, first_epoch, running):
    heights = []
    for prefix, (style, colour, label) in LINES.items():
        means = list(history.get(prefix + term, []))
        numbers = range(first_epoch, first_epoch + len(means))
        label = label if means else "_nolegend_"
        axis.plot(numbers, means, style, color=colour, label=label)
        heights += means
    if running and term in running[1]:
        done, so_far = running
        look = {"color": LINE_COLOURS[0], "mfc": "white", "clip_on": False}
        axis.plot(done, so_far[term], "o", **look, label="epoch under way")
        heights.append(so_far[term])
    span = SMALLEST_SPAN if term in IN_NATS else 0
    _cut_off_the_first(axis, first_epoch, heights, span)
    low, high = axis.get_ylim()
    lack = max(0, span - (high - low))
    low, high = low - lack / 2, high + lack / 2
    rise = -low if low < 0 <= min(heights, default=low) else 0
    axis.set_ylim(low + rise, high + rise)


def _name_axes(axis, term):
    heading = in_words(term)
    axis.set_title(heading[0].upper() + heading[1:], loc="left")
    axis.set_xlabel("epochs completed")
    axis.set_ylabel("nats an image" if term in IN_NATS else "mean")
    axis.xaxis.get_major_locator().set_params(integer=True)


def _cut_off_the_first(axis, first_epoch, heights, smallest_span):
    """End an axis below the first training mean, where it dwarfs the rest.

    What is not finite has no place on an axis, and is left out of account.
    """
    others = [height for height in heights[1:] if math.isfinite(height)]
    if len(others) < 2:
        return
    first, low, high = heights[0], min(others), max(others)
    span = high - low
    margin = max(0.15 * span, (smallest_span - span) / 3)
    if not first > high + 2 * margin:
        return
    axis.set_ylim(low - margin, high + 2 * margin)
    axis.annotate(
        f"↑ {first:.1f}",
        (first_epoch, 0.97),
        xycoords=("data", "axes fraction"),
        ha="center",
        va="top",
        fontsize=9,
    )
