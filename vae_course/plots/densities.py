"""Bell curves, ellipses and distances of normal distributions."""

import itertools

import numpy as np

from vae_course.arguments import demand_count, real_array
from vae_course.plots.style import FAINT, GREY, LINE_COLOURS, RED, new_figure

ARROW = {"arrowstyle": "-|>", "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
STYLES = {1: "-", 2: "--"}  # of the ellipses, by their radius


def density_curves(
    x, curves, *, samples=None, highlight=None, title="", xlabel="$x$"
):
    """Draw densities over a line, if wanted over a histogram of samples.

    Args:
        x: float (n,), where the densities were computed.
        curves: dict from label to density, float (n,), per unit of x.
        samples: float (m,), to draw as a histogram of area 1, or None.
        highlight: label of the curve to draw in red, or None.
        title: of the figure.
        xlabel: name and unit of x.

    Returns:
        The figure.

    Raises:
        ValueError: if a density has not as many values as x.
    """
    for label, density in curves.items():
        if np.shape(density) != np.shape(x):
            raise ValueError(
                f"curves: expected {label!r} of shape {np.shape(x)}, one "
                f"value for each x, got {np.shape(density)}"
            )
    figure, axis = new_figure()
    if samples is not None:
        axis.hist(
            samples,
            bins=50,
            density=True,
            histtype="stepfilled",
            facecolor=FAINT,
            edgecolor=GREY,
            label="counted",
        )
    dashes = ["--", "-.", ":", (0, (7, 2, 1, 2, 1, 2))]
    looks = zip(
        itertools.cycle(LINE_COLOURS),
        itertools.cycle(dashes),
        itertools.repeat(2),
    )
    for label, density in curves.items():
        colour, dash, width = (
            (RED, "-", 3) if label == highlight else next(looks)
        )
        axis.plot(x, density, dash, color=colour, linewidth=width, label=label)
    axis.set(title=title, xlabel=xlabel, ylabel="density, per unit of $x$")
    axis.set_ylim(bottom=0)
    axis.legend()
    return figure


def ellipse(mean, covariance, radius):
    """List points that lie a number of standard deviations from a mean.

    Args:
        mean: float (2,).
        covariance: float (2, 2), symmetric and positive definite.
        radius: float > 0, standard deviations along every direction.

    Returns:
        float64 (181, 2), once round, the last point on the first.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if one has another shape or is not finite, or the
            covariance is not positive definite.
    """
    mean = real_array("mean", mean, (2,))
    covariance = real_array("covariance", covariance, (2, 2))
    radius = real_array("radius", radius, ())
    variances, axes = np.linalg.eigh(covariance)
    if variances[0] <= 0:
        raise ValueError(
            "covariance: expected a positive definite matrix, got one whose "
            f"smallest eigenvalue is {variances[0]:.3g}"
        )
    angle = np.linspace(0, 2 * np.pi, 181)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return mean + radius * circle * np.sqrt(variances) @ axes.T


def covariance_ellipses(panels, labels=("first number", "second number")):
    """Draw points and the ellipses of a covariance beside each other.

    Args:
        panels: dict from title to (points, mean, covariance), float (n, 2),
            (2,) and (2, 2). The ellipses lie one and two standard
            deviations from the mean, the arrows point along the
            eigenvectors, one standard deviation long.
        labels: names and units of the two axes.

    Returns:
        The figure, all panels on one scale.
    """
    n = len(panels)
    figure, axes = new_figure(
        1,
        n,
        width=2.5 * n + 0.8,
        height=4.0,
        squeeze=False,
        sharex=True,
        sharey=True,
    )
    for axis, (title, cloud) in zip(axes[0], panels.items(), strict=True):
        axis.plot([], ".", color=GREY, markersize=2)
        for radius, style in STYLES.items():
            axis.plot([], style, color=RED, label=f"{radius} std")
        for _ in range(2):
            axis.annotate("", (0, 0), (0, 0), arrowprops=ARROW)
        axis.set(title=title, xlabel=labels[0], aspect="equal")
        move_ellipses(axis, *cloud)
        axis.relim()
    axes[0, 0].set_ylabel(labels[1])
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=2,
    )
    return figure


def move_ellipses(axis, points, mean, covariance):
    """Put another cloud and its ellipses into axes of `covariance_ellipses`.

    Args:
        axis: the axes, of which the scale stays.
        points: float (n, 2).
        mean: float (2,).
        covariance: float (2, 2), symmetric and positive definite.
    """
    cloud, *lines = axis.lines
    cloud.set_data(*np.transpose(points))
    for line, radius in zip(lines, STYLES, strict=True):
        line.set_data(*ellipse(mean, covariance, radius).T)
    variances, directions = np.linalg.eigh(covariance)
    for arrow, way in zip(
        axis.texts, (np.sqrt(variances) * directions).T, strict=True
    ):
        # An eigenvector may come with either sign.
        arrow.xy = mean + (way if tuple(way) > (0, 0) else -way)
        arrow.set_position(mean)


def radii(distances):
    """Draw how far from the origin draws of several dimensions lie.

    Args:
        distances: dict from the number of dimensions k to distances from
            the origin, float (n,).

    Returns:
        The figure: a histogram for each k, and a mark at the root of k.

    Raises:
        TypeError: if a k is no int, or distances are no real numbers.
        ValueError: if a k is below 1, or distances are not a row of finite
            numbers.
    """
    for k, lengths in distances.items():
        demand_count("distances", k, smallest=1)
        real_array(f"distances[{k}]", lengths, ("n",))
    figure, axis = new_figure()
    colours = itertools.cycle(LINE_COLOURS)
    for (k, lengths), colour in zip(distances.items(), colours, strict=False):
        _, _, [shape] = axis.hist(
            lengths,
            bins=30,
            density=True,
            histtype="stepfilled",
            alpha=0.6,
            color=colour,
        )
        top = shape.get_xy()[:, 1].max()
        axis.vlines(np.sqrt(k), 0, top, color="black", linestyle=":")
        axis.text(np.sqrt(k), top + 0.02, f"$k$ = {k:,}", ha="center")
    axis.set(
        title=r"Standard normals in $k$ dimensions: a shell at $\sqrt{k}$",
        xlabel=r"distance from the origin (dotted: $\sqrt{k}$)",
        ylabel="density, per unit of distance",
        xlim=(0, None),
        ylim=(0, 0.8),
    )
    return figure


def estimates(by_method, exact, xlabel):
    """Draw how far single estimates of one number lie apart.

    Args:
        by_method: dict from name to estimates, float (n,).
        exact: the number that they estimate.
        xlabel: what it is, and its unit.

    Returns:
        The figure: a histogram for each method, on one scale, over the
        range of the middle 99.8 % of all estimates.

    Raises:
        TypeError: if the estimates are no real numbers.
        ValueError: if there is no method, or its estimates are not a row
            of finite numbers.
    """
    rows = [
        real_array(f"by_method[{name!r}]", values, ("n",))
        for name, values in by_method.items()
    ]
    if not rows:
        raise ValueError("by_method: expected at least one method, got none")
    figure, axes = new_figure(
        len(rows), 1, height=1.9 * len(rows) + 0.4, sharex=True, squeeze=False
    )
    axes = axes[:, 0]
    everything = np.concatenate(rows)
    bins = np.linspace(*np.percentile(everything, [0.1, 99.9]), 81)
    for axis, name, values in zip(axes, by_method, rows, strict=True):
        axis.hist(values, bins, density=True, color=LINE_COLOURS[0])
        axis.axvline(exact, color="black", linestyle="--", linewidth=1)
        axis.set(title=name, ylabel="density,\nper unit")
    axes[-1].set_xlabel(f"{xlabel} (dashed: exact, {exact:g})")
    return figure
