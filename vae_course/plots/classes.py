"""Codes of the plane by their class, for the figures that show them."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patheffects import withStroke

from vae_course.plots.style import CLASS_COLOURS, CLASS_MARKERS, code

HALO = withStroke(linewidth=3, foreground="white")
CODE_AXES = (
    f"first number of the code, {code('z[:, 0]')}",
    f"second number, {code('z[:, 1]')}",
)


def codes_in_plane(z, labels, names):
    """Return codes and labels as arrays; none would be left out."""
    z, labels = np.asarray(z), np.asarray(labels)
    if z.ndim != 2 or z.shape[1] != 2:
        raise ValueError(f"z: expected shape (n, 2), got {z.shape}")
    if labels.shape != (len(z),):
        raise ValueError(
            f"labels: expected shape {(len(z),)}, one a code, "
            f"got {labels.shape}"
        )
    if len(names) > len(CLASS_MARKERS):
        raise ValueError(
            f"names: expected at most {len(CLASS_MARKERS)}, got {len(names)}"
        )
    unnamed = set(labels.tolist()) - set(range(len(names)))
    if unnamed:
        raise ValueError(
            f"labels: expected ints from 0 to {len(names) - 1}, "
            f"got {unnamed.pop()}"
        )
    return z, labels


def name_classes(axis, z, labels, names, width=0.2, height=0.05):
    """Name each class at its median, or above the names that stand there.

    Width and height are those of a name, as shares of the codes' box.
    """
    width, height = width * np.ptp(z[:, 0]), height * np.ptp(z[:, 1])
    middles = {k: np.median(z[labels == k], axis=0) for k in np.unique(labels)}
    placed = []
    for label, (x, y) in sorted(middles.items(), key=lambda pair: pair[1][1]):
        near = sorted(other for at, other in placed if abs(x - at) < width)
        for other in near:
            y = other + height if abs(y - other) < height else y
        placed.append((x, y))
        axis.text(x, y, names[label], ha="center", path_effects=[HALO])


def scatter_classes(axis, z, labels, names):
    """Draw each class by its own colour and marker."""
    looks = zip(names, CLASS_COLOURS, CLASS_MARKERS, strict=False)
    for label, (name, colour, marker) in enumerate(looks):
        axis.scatter(
            *z[labels == label].T,
            s=22,
            facecolor=colour,
            # The palest of them hardly stand out from white by themselves.
            edgecolor=0.6 * np.array(to_rgb(colour)),
            marker=marker,
            linewidths=0.4,
            alpha=0.8,
            label=name,
        )


def mark_point(axis, point):
    """Cross two lines at a point of the plane."""
    axis.axvline(point[0], color="black", linewidth=0.8)
    axis.axhline(point[1], color="black", linewidth=0.8)


def name_of_point(point, digits):
    """Typeset a point of the plane."""
    text = f"$z$ = ({point[0]:.{digits}f}, {point[1]:.{digits}f})"
    return text.replace("-", "−")
