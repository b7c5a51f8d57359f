"""Grey images, in grids and in rows with names."""

import numpy as np

from vae_course.arguments import demand_count
from vae_course.plots.style import new_figure


def image_grid(images, titles=None, columns=10, heading=None, scale=0.8):
    """Draw grey images in rows, dark where the value is high.

    Args:
        images: array (n, height, width) or (n, height, width, 1), uint8 in
            0..255 or floats in [0, 1].
        titles: strings to stand over the first images, at most n, or None.
        columns: int > 0, how many images stand in a row.
        heading: title of the whole figure, or None.
        scale: width of one image, inches.

    Returns:
        The figure.

    Raises:
        TypeError: if columns is not an int.
        ValueError: if the images have another shape, there are more titles
            than images, or columns is below 1.
    """
    images = without_channel(images)
    columns = demand_count("columns", columns, smallest=1)
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


def compare_images(rows, heading=None, scale=0.8):
    """Draw rows of grey images below each other, each with its name.

    Args:
        rows: dict from a row's name to its images, floats in [0, 1] of
            shape (n, height, width) or (n, height, width, 1), n the same
            in every row.
        heading: title of the whole figure, or None.
        scale: width of one image, inches.

    Returns:
        The figure.

    Raises:
        ValueError: if the rows differ in length, or images in shape.
    """
    pictures = {name: without_channel(row) for name, row in rows.items()}
    lengths = {name: len(row) for name, row in pictures.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(
            f"rows: expected as many images in every row, got {lengths}"
        )
    columns = max(lengths.values())
    figure, axes = new_figure(
        len(rows),
        columns,
        width=columns * scale + 1.5,
        height=len(rows) * scale + 0.3 * bool(heading),
        squeeze=False,
    )
    for line, (name, row) in zip(axes, pictures.items(), strict=True):
        for axis, image in zip(line, row, strict=True):
            axis.imshow(image, cmap="gray_r", vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set_visible(False)
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    if heading:
        figure.suptitle(heading, x=0.01, ha="left", fontsize=11.5)
    return figure


def show_pictures(axes, pictures):
    """Draw grey images, each in its axes and with its title below."""
    for axis, (title, image) in zip(axes, pictures.items(), strict=True):
        axis.imshow(np.squeeze(image), cmap="gray_r", vmin=0, vmax=1)
        axis.set(xlabel=title, xticks=[], yticks=[])
        axis.spines[:].set_visible(False)


def without_channel(images):
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
