"""The plane of codes: classes, holes, clouds, and what points decode to."""

import numpy as np

from vae_course.arguments import real_array
from vae_course.plots.classes import (
    CODE_AXES,
    codes_in_plane,
    mark_point,
    name_classes,
    name_of_point,
    scatter_classes,
)
from vae_course.plots.images import show_pictures
from vae_course.plots.style import (
    CLASS_COLOURS,
    CLASS_MARKERS,
    GREY,
    RED,
    code,
    new_figure,
)


def latent_plane(z, labels, names, heading="Codes of the images"):
    """Draw codes in the plane, each class by colour, marker and name.

    Args:
        z: float (n, 2), the codes, without unit.
        labels: int (n,), the class of each, below len(names).
        names: names of the classes, at most ten.
        heading: title of the figure.

    Returns:
        The figure.

    Raises:
        ValueError: if the codes have not two numbers each, the labels are
            not as many, one has no name, or the names are more than ten.
    """
    z, labels = codes_in_plane(z, labels, names)
    figure, axis = new_figure(width=7.6, height=5.4)
    scatter_classes(axis, z, labels, names)
    name_classes(axis, z, labels, names)
    axis.set(title=heading, xlabel=CODE_AXES[0], ylabel=CODE_AXES[1])
    figure.legend(loc="outside right center", markerscale=1.4)
    return figure


def gaps(z, samples, distances, reach, heading="Codes and holes"):
    """Draw codes in the plane, and samples by whether they fell in a hole.

    Args:
        z: float (n, 2), the codes, without unit.
        samples: float (m, 2), points of the plane.
        distances: float (m,), from each sample to its nearest code.
        reach: float, the distance beyond which a sample is in a hole.
        heading: title of the figure.

    Returns:
        The figure: codes as grey dots, samples near a code as blue rings,
        samples in a hole as red crosses.

    Raises:
        ValueError: if the distances are not as many as the samples.
    """
    z, samples = np.asarray(z), np.asarray(samples)
    if np.shape(distances) != (len(samples),):
        raise ValueError(
            f"distances: expected shape {(len(samples),)}, one a sample, "
            f"got {np.shape(distances)}"
        )
    figure, axis = new_figure(width=7.6, height=5.4)
    axis.scatter(*z.T, s=4, color=GREY, linewidths=0, label="code")
    in_hole = np.asarray(distances) > reach
    kinds = {
        f"near a code ({(~in_hole).sum()})": (~in_hole, "o", "#1f5f9e"),
        f"in a hole ({in_hole.sum()})": (in_hole, "x", RED),
    }
    for label, (chosen, marker, colour) in kinds.items():
        face = {"facecolors": "none"} if marker == "o" else {}
        axis.scatter(
            *samples[chosen].T,
            s=28,
            marker=marker,
            color=colour,
            linewidths=1.2,
            label=label,
            **face,
        )
    axis.set(title=heading, xlabel=CODE_AXES[0], ylabel=CODE_AXES[1])
    legend = figure.legend(loc="outside right center")
    legend.legend_handles[0].set(sizes=[22])
    return figure


def code_map(z, labels, names, heading=None, width=5.8):
    """Draw codes in the plane, to move about in.

    Args:
        z: float (n, 2), the codes, without unit.
        labels: int (n,), the class of each, below len(names).
        names: names of the classes, at most ten.
        heading: title of the figure, or None.
        width: of the figure, inches.

    Returns:
        The figure: each class by colour, marker and name.

    Raises:
        ValueError: as `latent_plane`.
    """
    z, labels = codes_in_plane(z, labels, names)
    figure, axis = new_figure(width=width, height=5.4)
    scatter_classes(axis, z, labels, names)
    name_classes(axis, z, labels, names, width=1.4 / width)
    axis.set(title=heading, xlabel=CODE_AXES[0], ylabel=CODE_AXES[1])
    columns = int(width / 1.4)
    figure.legend(
        loc="outside lower center", ncols=columns, markerscale=1.4, fontsize=9
    )
    return figure


def decoded_point(z, labels, names, point, pictures):
    """Draw a point among the codes, and beside it what belongs to it.

    Args:
        z: float (n, 2), the codes, without unit.
        labels: int (n,), the class of each, below len(names).
        names: names of the classes, at most ten.
        point: float (2,), a place in the plane.
        pictures: dict from title to image, float (height, width) or
            (height, width, 1), in [0, 1].

    Returns:
        The figure.

    Raises:
        ValueError: as `latent_plane`.
    """
    z, labels = codes_in_plane(z, labels, names)
    k = len(pictures)
    figure, (plane, *beside) = new_figure(
        1, 1 + k, width=5.6 + 1.9 * k, height=4.2, width_ratios=[2.8] + k * [1]
    )
    scatter_classes(plane, z, labels, names)
    mark_point(plane, point)
    plane.set(
        title=name_of_point(point, digits=1),
        xlabel=CODE_AXES[0],
        ylabel=CODE_AXES[1],
    )
    show_pictures(beside, pictures)
    figure.legend(loc="outside lower center", ncols=5, markerscale=1.4)
    return figure


def clouds(panels, labels, targets=None):
    """Draw clouds of codes in the plane, panels beside each other.

    Args:
        panels: dict from title to codes, float (k, n, 2): k clouds of n
            points, which may be one.
        labels: names of the k clouds, up to ten.
        targets: float (k, 2), places to mark with a cross, or None.

    Returns:
        The figure, all panels on one scale.

    Raises:
        ValueError: if the labels are more than ten, or not as many as
            the clouds of every panel.
    """
    for title, codes in panels.items():
        if not len(labels) == len(codes) <= len(CLASS_MARKERS):
            raise ValueError(
                f"labels: expected one for each of the {len(codes)} clouds "
                f"of {title!r}, up to {len(CLASS_MARKERS)}, got {len(labels)}"
            )
    n = len(panels)
    figure, axes = new_figure(
        1,
        n,
        width=4.2 * n,
        height=3.9,
        squeeze=False,
        sharex=True,
        sharey=True,
    )
    for axis, (title, codes) in zip(axes[0], panels.items(), strict=True):
        for points, label, colour, marker in zip(
            codes, labels, CLASS_COLOURS, CLASS_MARKERS, strict=False
        ):
            alone = len(points) == 1
            axis.scatter(
                *np.transpose(points),
                s=42 if alone else 11,
                alpha=1.0 if alone else 0.7,
                color=colour,
                marker=marker,
                linewidths=0,
                label=label,
            )
        if targets is not None:
            axis.scatter(
                *np.transpose(targets),
                s=80,
                marker="x",
                color="black",
                label="target",
            )
        axis.set(title=title, xlabel=f"first number, {code('z[:, 0]')}")
        axis.set_aspect("equal")
    axes[0, 0].set_ylabel(CODE_AXES[1])
    shapes, names = axes[0, 0].get_legend_handles_labels()
    legend = figure.legend(
        shapes, names, loc="outside lower center", ncols=len(names)
    )
    for shape in legend.legend_handles:
        shape.set(sizes=[42], alpha=1.0)
    figure.set_layout_engine("compressed")
    return figure


def noise_held(z_mean, z_log_var, epsilon):
    """Draw how z follows its mean and its spread while the noise is held.

    z = z_mean + exp(z_log_var / 2) · epsilon, a line for each epsilon; red
    tangents show the slope of z where both inputs have their own value.

    Args:
        z_mean: float, held on the right, moved by 2 either way on the left.
        z_log_var: float, natural log of the variance, held on the left,
            moved by 2 either way on the right.
        epsilon: float (k,), the noise.

    Returns:
        The figure.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if one is not finite, or has another shape.
    """
    z_mean = real_array("z_mean", z_mean, ())
    z_log_var = real_array("z_log_var", z_log_var, ())
    epsilon = real_array("epsilon", epsilon, ("k",))[:, None]
    figure, axes = new_figure(1, 2, width=8.4, height=3.9, sharey=True)
    moved = np.linspace(-2, 2, 81)
    std = np.exp(z_log_var / 2)
    shift = std * epsilon
    widened = std * np.exp(moved / 2) * epsilon
    panels = [
        (z_mean, z_mean + moved + shift, np.ones_like(shift)),
        (z_log_var, z_mean + widened, shift / 2),
    ]
    near = np.array([-0.4, 0.4])
    for axis, (x, lines, slopes) in zip(axes, panels, strict=True):
        axis.plot(x + moved, lines.T, color="#94a4a2", linewidth=1.3)
        tangents = z_mean + shift + slopes * near
        axis.plot(x + near, tangents.T, color=RED, linewidth=2.8)
        axis.plot(np.full_like(shift, x), z_mean + shift, "k.")
        for noise, line, slope in zip(
            epsilon[:, 0], lines, slopes[:, 0], strict=True
        ):
            text = rf"$\varepsilon = {noise:g}$, slope ${slope:g}$"
            axis.text(x + 2.06, line[-1], text, va="center", fontsize=9)
    axes[0].set_title("The mean is moved")
    axes[1].set_title("The log-variance is moved")
    axes[0].set(xlabel=code("z_mean"), ylabel=code("z"))
    axes[1].set_xlabel(code("z_log_var"))
    return figure
