"""Figures of the course, from arrays; each returns its figure or axes.

A returned figure is shown once, as the value of the cell that made it.
"""

import itertools

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
CLASS_MARKERS = "osD^vP*X<>"
CODE_AXES = "first number of the code, z[:, 0]", "second number, z[:, 1]"
RED = "#bd1f01"
LINE_COLOURS = "#3f90da", "#e76300", "#832db6", "#a96b59", "#717581"
ARROW = {"arrowstyle": "-|>", "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}

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


def density_curves(
    x, curves, *, samples=None, highlight=None, title="", xlabel="x"
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
            samples, bins=50, density=True, color="#d5dade", label="counted"
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
    axis.set(title=title, xlabel=xlabel, ylabel="density, per unit of x")
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
    """
    variances, axes = np.linalg.eigh(covariance)
    angle = np.linspace(0, 2 * np.pi, 181)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.asarray(mean) + radius * circle * np.sqrt(variances) @ axes.T


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
    for axis, title in zip(axes[0], panels, strict=True):
        points, mean, covariance = panels[title]
        axis.plot(*np.transpose(points), ".", color="#a9b4bc", markersize=2)
        for radius, style in (1, "-"), (2, "--"):
            line = ellipse(mean, covariance, radius)
            axis.plot(*line.T, style, color=RED, label=f"{radius} std")
        variances, directions = np.linalg.eigh(covariance)
        for arrow in (np.sqrt(variances) * directions).T:
            # An eigenvector may come with either sign.
            tip = mean + (arrow if tuple(arrow) > (0, 0) else -arrow)
            axis.annotate("", tip, mean, arrowprops=ARROW)
        axis.set(title=title, xlabel=labels[0], aspect="equal")
    axes[0, 0].set_ylabel(labels[1])
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=2,
    )
    return figure


def radii(distances):
    """Draw how far from the origin draws of several dimensions lie.

    Args:
        distances: dict from the number of dimensions k to distances from
            the origin, float (n,).

    Returns:
        The figure: a histogram for each k, and a mark at the root of k.
    """
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
        axis.text(np.sqrt(k), top + 0.02, f"k = {k:,}", ha="center")
    axis.set(
        title="Standard normal draws in k dimensions: a shell at √k",
        xlabel="distance from the origin (dotted: √k)",
        ylabel="density, per unit of distance",
        xlim=(0, None),
        ylim=(0, 0.8),
    )
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
    """
    figure, axes = new_figure(1, 2, width=8.4, height=3.9, sharey=True)
    moved, epsilon = np.linspace(-2, 2, 81), np.asarray(epsilon)[:, None]
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
            text = f"ε = {noise:g}, slope {slope:g}".replace("-", "−")
            axis.text(x + 2.06, line[-1], text, va="center", fontsize=9)
    axes[0].set(title="The mean is moved", xlabel="z_mean", ylabel="z")
    axes[1].set(title="The log-variance is moved", xlabel="z_log_var")
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
        for points, label, marker in zip(
            codes, labels, CLASS_MARKERS, strict=False
        ):
            alone = len(points) == 1
            axis.scatter(
                *np.transpose(points),
                s=42 if alone else 11,
                alpha=1.0 if alone else 0.5,
                marker=marker,
                linewidths=0,
                label=label,
            )
        if targets is not None:
            axis.plot(*np.transpose(targets), "kx", markersize=9)
        axis.set(title=title, xlabel="z, first dimension", aspect="equal")
    axes[0, 0].set_ylabel("z, second dimension")
    shapes, names = axes[0, 0].get_legend_handles_labels()
    legend = figure.legend(
        shapes, names, loc="outside lower center", ncols=len(labels)
    )
    for shape in legend.legend_handles:
        shape.set(sizes=[42], alpha=1.0)
    figure.set_layout_engine("compressed")
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
    """
    figure, axes = new_figure(
        len(by_method), 1, height=1.9 * len(by_method) + 0.4, sharex=True
    )
    everything = np.concatenate(list(by_method.values()))
    bins = np.linspace(*np.percentile(everything, [0.1, 99.9]), 81)
    for axis, (name, values) in zip(axes, by_method.items(), strict=True):
        axis.hist(values, bins, density=True, color=CLASS_COLOURS[0])
        axis.axvline(exact, color="black", linestyle="--", linewidth=1)
        axis.set(title=name, ylabel="density")
    axes[-1].set_xlabel(f"{xlabel} (dashed: exact, {exact:g})")
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
    pictures = {name: _without_channel(row) for name, row in rows.items()}
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


def hourglass(shapes, heading="How many numbers describe an image"):
    """Draw how many numbers each layer holds, the fewest in red.

    Args:
        shapes: list of pairs (name, shape of one image's values).
        heading: title of the figure.

    Returns:
        The figure, with a logarithmic axis.
    """
    counts = [int(np.prod(shape)) for _, shape in shapes]
    labels = [
        f"{name}  {' × '.join(map(str, shape))}" for name, shape in shapes
    ]
    colours = [RED if n == min(counts) else "#a9b4bc" for n in counts]
    figure, axis = new_figure(width=7.0, height=0.3 * len(shapes) + 0.9)
    places = range(len(counts))
    bars = axis.barh(places, counts, color=colours)
    axis.set_yticks(places, labels)
    axis.bar_label(bars, [f"{n:,}" for n in counts], padding=3, fontsize=9)
    axis.invert_yaxis()
    axis.set_xscale("log")
    axis.set(
        title=heading,
        xlabel="numbers for one image (logarithmic)",
        xlim=(1, 3 * max(counts)),
    )
    return figure


def latent_plane(z, labels, names, heading="Codes of the images"):
    """Draw codes in the plane, each class by its colour and marker.

    Args:
        z: float (n, 2), the codes, without unit.
        labels: int (n,), the class of each, below len(names).
        names: names of the classes, at most ten.
        heading: title of the figure.

    Returns:
        The figure.

    Raises:
        ValueError: if the codes have not two numbers each, or the labels
            are not as many.
    """
    z, labels = np.asarray(z), np.asarray(labels)
    if z.ndim != 2 or z.shape[1] != 2:
        raise ValueError(f"z: expected shape (n, 2), got {z.shape}")
    if labels.shape != (len(z),):
        raise ValueError(
            f"labels: expected shape {(len(z),)}, one a code, "
            f"got {labels.shape}"
        )
    figure, axis = new_figure(width=7.6, height=5.4)
    _scatter_classes(axis, z, labels, names)
    axis.set(title=heading, xlabel=CODE_AXES[0], ylabel=CODE_AXES[1])
    figure.legend(loc="outside right center", markerscale=1.4)
    return figure


def _scatter_classes(axis, z, labels, names):
    looks = zip(names, CLASS_COLOURS, CLASS_MARKERS, strict=False)
    for label, (name, colour, marker) in enumerate(looks):
        axis.scatter(
            *z[labels == label].T,
            s=22,
            color=colour,
            marker=marker,
            linewidths=0,
            alpha=0.8,
            label=name,
        )


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
    """
    figure, axis = new_figure(width=7.6, height=5.4)
    axis.scatter(*z.T, s=4, color="#a9b4bc", linewidths=0, label="code")
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
    figure.legend(loc="outside right center")
    return figure


def decoded_point(z, labels, names, point, image):
    """Draw a point among the codes, and beside it the picture it decodes to.

    Args:
        z: float (n, 2), the codes, without unit.
        labels: int (n,), the class of each, below len(names).
        names: names of the classes, at most ten.
        point: float (2,), a place in the plane.
        image: float (height, width) or (height, width, 1), in [0, 1].

    Returns:
        The figure.
    """
    figure, (plane, picture) = new_figure(
        1, 2, width=8.6, height=4.2, width_ratios=[2, 1]
    )
    _scatter_classes(plane, z, labels, names)
    plane.axvline(point[0], color="black", linewidth=0.8)
    plane.axhline(point[1], color="black", linewidth=0.8)
    plane.set(
        title=f"z = ({point[0]:.1f}, {point[1]:.1f})",
        xlabel=CODE_AXES[0],
        ylabel=CODE_AXES[1],
    )
    picture.imshow(np.squeeze(image), cmap="gray_r", vmin=0, vmax=1)
    picture.set(title="what it decodes to", xticks=[], yticks=[])
    picture.spines[:].set_visible(False)
    figure.legend(loc="outside lower center", ncols=5, markerscale=1.4)
    return figure
