"""Figures of the course, from arrays; each returns its figure or axes.

A returned figure is shown once, as the value of the cell that made it.
"""

import matplotlib.pyplot as plt
import numpy as np

# Petroff's ten colours, told apart by colour-blind readers too
# (Petroff 2021, "Accessible Color Sequences for Data Visualization").
CLASS_COLOURS = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)

STYLE = {
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "figure.dpi": 96,
    "font.size": 10.5,
    "axes.titlesize": 11.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": plt.cycler(color=CLASS_COLOURS),
    "image.cmap": "gray_r",
    "legend.frameon": False,
}


def use_style():
    """Draw all further figures of this session in the course's style."""
    plt.rcParams.update(STYLE)


def new_figure(rows=1, columns=1, width=8.0, height=3.5, **options):
    """Make a figure in the course's style, shown only where it is returned.

    Args:
        rows: how many rows of axes.
        columns: how many columns of axes.
        width: of the whole figure, inches.
        height: of the whole figure, inches.
        **options: passed on to `matplotlib.pyplot.subplots`.

    Returns:
        The figure and its axes: one, or an array where there are several.
    """
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            rows,
            columns,
            figsize=(width, height),
            layout="constrained",
            **options,
        )
    plt.close(figure)
    return figure, axes


def image_grid(images, titles=None, columns=10, heading=None, scale=0.8):
    """Draw grey images in rows, dark where the value is high.

    Args:
        images: array (n, height, width) or (n, height, width, 1), uint8 in
            0..255 or floats in [0, 1].
        titles: strings to stand over the first images, at most n, or None.
        columns: how many images stand in a row.
        heading: title of the whole figure, or None.
        scale: width of one image, inches.

    Returns:
        The figure.

    Raises:
        ValueError: if the images have another shape, or there are more
            titles than images.
    """
    images = _without_channel(images)
    titles = [] if titles is None else list(titles)
    if len(titles) > len(images):
        raise ValueError(
            f"titles: expected at most {len(images)}, one an image, "
            f"got {len(titles)}"
        )
    rows = -(-len(images) // columns)
    lines = -(-len(titles) // columns) + bool(heading)
    figure, axes = new_figure(
        rows,
        columns,
        width=columns * scale,
        height=rows * scale + 0.3 * lines,
        squeeze=False,
    )
    brightest = 255 if images.dtype == np.uint8 else 1.0
    for axis in axes.flat:
        axis.axis("off")
    for axis, image in zip(axes.flat, images, strict=False):
        axis.imshow(image, cmap="gray_r", vmin=0, vmax=brightest)
    for axis, title in zip(axes.flat, titles, strict=False):
        axis.set_title(title, loc="center", fontsize=9)
    if heading:
        figure.suptitle(heading, x=0.01, ha="left", fontsize=11.5)
    return figure


def _without_channel(images):
    """Return images as (n, height, width), or refuse them."""
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim != 3 or not len(images):
        raise ValueError(
            "images: expected (n, height, width) or (n, height, width, 1) "
            f"with n > 0, got shape {images.shape}"
        )
    return images
