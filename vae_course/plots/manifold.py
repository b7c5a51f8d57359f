"""Two planes side by side, the manifold of pictures, codes and their prior."""

import numpy as np

from vae_course.arguments import demand_count, real_table
from vae_course.densities import normal_pdf
from vae_course.plots.classes import (
    CODE_AXES,
    codes_in_plane,
    mark_point,
    name_classes,
    name_of_point,
    scatter_classes,
)
from vae_course.plots.images import show_pictures, without_channel
from vae_course.plots.style import RED, code, new_figure

PERCENTILE_AXES = (
    f"percentile of {code('z[:, 0]')}",
    f"percentile of {code('z[:, 1]')}",
)


def latent_planes(panels, labels, names, axes=None):
    """Draw several clouds of the same images' codes beside each other.

    Args:
        panels: dict from title to codes, float (n, 2), each panel on its
            own scale.
        labels: int (n,), the class of each image, below len(names).
        names: names of the classes, at most ten.
        axes: a pair of axis labels for each panel; None stands for those
            of codes.

    Returns:
        The figure: each class by colour, marker and name.

    Raises:
        ValueError: if codes have not two numbers each, the labels are not
            as many, one has no name, the names are more than ten, or the
            axes not as many as the panels.
    """
    axes = [CODE_AXES] * len(panels) if axes is None else axes
    figure, planes = new_figure(
        1, len(panels), width=4.6 * len(panels), height=5.0, squeeze=False
    )
    for plane, (title, z), (across, up) in zip(
        planes[0], panels.items(), axes, strict=True
    ):
        z, classes = codes_in_plane(z, labels, names)
        scatter_classes(plane, z, classes, names)
        name_classes(plane, z, classes, names, width=0.3)
        plane.set(title=title, xlabel=across, ylabel=up)
        # A name at the edge of the codes stays clear of the axis.
        plane.margins(x=0.12)
    _name_markers_below(figure, planes[0, 0])
    return figure


def decoded_points(models, labels, names):
    """Draw a point in the plane of each model, and below what belongs to it.

    Args:
        models: dict from a model's name to its codes, float (n, 2), the
            point, float (2,), and the point's pictures, a dict from title
            to image, float (height, width) or (height, width, 1), in
            [0, 1]; as many for each model.
        labels: int (n,), the class of each image, below len(names).
        names: names of the classes, at most ten.

    Returns:
        The figure.

    Raises:
        ValueError: as `latent_planes`.
    """
    k = max(len(pictures) for _, _, pictures in models.values())
    figure, axes = new_figure(
        2,
        k * len(models),
        width=4.2 * len(models),
        height=6.4,
        height_ratios=[5, 3],
        squeeze=False,
    )
    grid = axes[0, 0].get_gridspec()
    for i, (name, (z, point, pictures)) in enumerate(models.items()):
        own = slice(k * i, k * (i + 1))
        plane, *unused = axes[0, own]
        plane.set_subplotspec(grid[0, own])
        for axis in unused:
            axis.remove()
        z, classes = codes_in_plane(z, labels, names)
        scatter_classes(plane, z, classes, names)
        mark_point(plane, point)
        plane.set(
            title=f"{name}, {name_of_point(point, digits=2)}",
            xlabel=CODE_AXES[0],
            ylabel=CODE_AXES[1],
        )
        show_pictures(axes[1, own], pictures)
    _name_markers_below(figure, axes[0, 0])
    return figure


def manifold(images, n, heading="The manifold"):
    """Draw the pictures of a percentile grid as one large picture.

    Args:
        images: float (n * n, height, width) or with a last axis of 1, in
            [0, 1], in the order of the grid: rows from the top.
        n: int > 0, pictures in a row.
        heading: title of the figure.

    Returns:
        The figure, with the percentiles of the two latent numbers along
        its sides.

    Raises:
        TypeError: if n is not an int.
        ValueError: if there are not n * n images, or n is below 1.
    """
    n = demand_count("n", n, smallest=1)
    images = without_channel(images)
    if len(images) != n * n:
        raise ValueError(f"images: expected {n * n}, got {len(images)}")
    _, height, width = images.shape
    rows = images.reshape(n, n, height, width).swapaxes(1, 2)
    figure, axis = new_figure(width=7.6, height=7.8)
    axis.imshow(
        rows.reshape(n * height, n * width),
        cmap="gray_r",
        vmin=0,
        vmax=1,
        extent=(0, 1, 0, 1),
    )
    axis.set(title=heading, xlabel=PERCENTILE_AXES[0])
    axis.set_ylabel(PERCENTILE_AXES[1])
    return figure


def codes_and_prior(clouds):
    """Draw how often each latent number occurs, and the prior's bell.

    Args:
        clouds: dict from a name to codes, float (n, latent_dim), the same
            latent_dim in all.

    Returns:
        The figure: a panel for each latent dimension with the density of
        its numbers as steps, and the standard normal's as a red line.

    Raises:
        TypeError: if codes do not hold real numbers.
        ValueError: if codes are not a finite table, or differ in
            latent_dim.
    """
    clouds = {name: real_table(name, z) for name, z in clouds.items()}
    dims = {z.shape[1] for z in clouds.values()}
    if len(dims) != 1:
        raise ValueError(
            f"clouds: expected one latent_dim, got {sorted(dims)}"
        )
    [latent_dim] = dims
    reach = max(np.abs(z).max() for z in clouds.values())
    x = np.linspace(-max(reach, 3.5), max(reach, 3.5), 201)
    figure, axes = new_figure(
        1,
        latent_dim,
        width=4.2 * latent_dim,
        height=3.7,
        sharey=True,
        squeeze=False,
    )
    for k, axis in enumerate(axes[0]):
        for style, (name, z) in zip(
            ("solid", "dashed", "dotted"), clouds.items(), strict=False
        ):
            axis.hist(
                z[:, k],
                bins=x[::4],
                density=True,
                histtype="step",
                linestyle=style,
                linewidth=1.8,
                label=name,
            )
        bell = normal_pdf(x, 0.0, 1.0)
        axis.plot(x, bell, color=RED, linewidth=2.4, label="prior $N(0, 1)$")
        axis.set(title=f"Dimension {k + 1} of {latent_dim}")
        axis.set_xlabel(code(f"z[:, {k}]"))
    axes[0, 0].set_ylabel("density, per unit of $z$")
    lines = axes[0, 0].get_legend_handles_labels()
    figure.legend(*lines, loc="outside lower center", ncols=len(lines[0]))
    return figure


def _name_markers_below(figure, plane):
    figure.legend(
        *plane.get_legend_handles_labels(),
        loc="outside lower center",
        ncols=5,
        markerscale=1.4,
    )
