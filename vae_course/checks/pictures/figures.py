"""Figures of the pictures, small enough to stand above a message.

They leave pyplot alone: its current figure and its settings are a learner's.
"""

import contextlib
import io

import numpy as np
from matplotlib import style
from matplotlib.figure import Figure

from vae_course.checks.pictures.kinds import FEW
from vae_course.plots.style import LINE_COLOURS, RED, STYLE

BLUE, GREY = LINE_COLOURS[0], "#50545c"
ASKED = {"color": BLUE, "linewidth": 5, "alpha": 0.55}
YOURS = {"color": RED, "linewidth": 2, "linestyle": "--"}
BEHIND = ".", "x", "+"
SHARP = 2


@contextlib.contextmanager
def course_style():
    """Draw in the course's style, whatever style a learner has set."""
    with style.context(["default", STYLE]), np.errstate(all="ignore"):
        yield


def png(picture):
    """Draw a picture and return it as an image.

    Args:
        picture: one of the kinds in `checks.pictures`.

    Returns:
        The PNG file as bytes, and its width and height in CSS pixels.
    """
    figure = picture.draw()
    file = io.BytesIO()
    with course_style():
        figure.savefig(file, format="png", dpi=SHARP * figure.dpi)
    width, height = figure.get_size_inches() * figure.dpi
    return file.getvalue(), (int(width), int(height))


@course_style()
def curves(picture):
    """Draw `Curves`: asked broad and blue, yours dashed and red.

    Args:
        picture: a `Curves`.
    """
    figure, axis = _new_figure(picture.title, 6.4, 3.0)
    marks = "o" if len(picture.x) <= 12 else ""
    low, high = _with_room(*picture.span())
    yours = np.where(np.isfinite(picture.yours), picture.yours, np.nan)
    axis.plot(picture.x, picture.asked, marker=marks, label="asked", **ASKED)
    axis.plot(
        picture.x,
        # No number is so large that its line could not be drawn.
        yours.clip(2 * low - high, 2 * high - low),
        marker=marks,
        label="yours" + _lost(yours) + _outside(yours, low, high),
        **YOURS,
    )
    axis.set(xlabel=picture.x_label, ylabel=picture.y_label, ylim=(low, high))
    axis.legend()
    return figure


@course_style()
def tangents(picture):
    """Draw `Tangents`: the curve broad and blue, short red lines on it.

    Args:
        picture: a `Tangents`.
    """
    figure, axis = _new_figure(picture.title, 6.4, 3.0)
    axis.plot(picture.x, picture.curve, label="the curve", **ASKED)
    there = np.isfinite(picture.yours)
    places, slopes = picture.places[there], picture.yours[there]
    heights, tall = picture.height_at(places), np.ptp(picture.curve) or 1
    # Of one length on paper, whatever the slope.
    wide = np.ptp(picture.x)
    reach = 0.09 * wide / np.hypot(1, slopes / tall * wide / 2)
    x = np.stack([places - reach, places + reach])
    y = np.stack([heights - reach * slopes, heights + reach * slopes])
    lines = axis.plot(x, y, color=RED, linewidth=2)
    lines[0].set_label("lines with your slopes" + _lost(picture.yours))
    axis.plot(places, heights, "o", color=RED, markersize=5)
    low, high = _with_room(picture.curve.min(), picture.curve.max())
    axis.set(xlabel=picture.x_label, ylabel=picture.y_label, ylim=(low, high))
    axis.legend()
    return figure


@course_style()
def histogram(picture):
    """Draw `Histogram`: the bell asked for over bars of area 1.

    Args:
        picture: a `Histogram`.
    """
    figure, axis = _new_figure(picture.title, 6.4, 3.0)
    low, high = picture.span()
    x = np.linspace(low, high, 201)
    density = np.vectorize(picture.asked.pdf)(x)
    edges = np.linspace(low, high, 61)
    counts, _ = np.histogram(picture.finite, edges)
    bars = counts / len(picture.finite) / np.diff(edges)
    axis.stairs(
        bars,
        edges,
        fill=True,
        color=RED,
        alpha=0.35,
        label="yours" + _lost(picture.yours),
    )
    axis.plot(x, density, color=BLUE, linewidth=3, label="asked")
    axis.set(xlabel=picture.x_label, ylabel="density, per unit")
    axis.legend()
    return figure


@course_style()
def points(picture):
    """Draw `Points`: what was asked on the left, what came on the right.

    Args:
        picture: a `Points`.
    """
    figure, panels = _new_figure(picture.title, 6.4, 3.2, columns=2)
    low, high = picture.span()
    for axis, name, colour, cloud in zip(
        panels,
        ("asked", "yours" + _lost(picture.yours)),
        (BLUE, RED),
        (picture.asked, picture.yours),
        strict=True,
    ):
        behind = zip(picture.background.items(), BEHIND, strict=False)
        for (label, others), marker in behind:
            axis.scatter(
                *others.T, s=25, marker=marker, color=GREY, label=label
            ).set_zorder(1 if picture.few else 4)
        _scatter(axis, cloud, colour, picture)
        axis.set(title=name, xlabel=picture.axes[0], ylabel=picture.axes[1])
        axis.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    if picture.background:
        figure.legend(
            *panels[0].get_legend_handles_labels(),
            loc="outside lower center",
            ncols=2,
        )
    return figure


@course_style()
def images(picture):
    """Draw `Images` in one scale of shades.

    Args:
        picture: an `Images`.
    """
    figure, panels = _new_figure(picture.title, 6.4, 3.0, columns=2)
    low, high = picture.span()
    for axis, name, image in zip(
        panels, ("asked", "yours"), (picture.asked, picture.yours), strict=True
    ):
        shown = axis.imshow(
            image,
            vmin=low,
            vmax=high,
            extent=picture.extent,
            aspect="equal",
        )
        name += _lost(image)
        axis.set(title=name, xlabel=picture.axes[0], ylabel=picture.axes[1])
    figure.colorbar(shown, ax=panels, label=picture.value_label)
    return figure


def _new_figure(title, width, height, columns=1):
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontsize=11.5)
    return figure, figure.subplots(1, columns)


def _scatter(axis, cloud, colour, picture):
    """Number a few points and join the first of them, or dot a cloud."""
    if not picture.few:
        axis.scatter(*cloud.T, s=9, color=colour, alpha=0.6)
        return
    axis.plot(*cloud[: picture.joined].T, color=colour, linewidth=1.5)
    axis.scatter(*cloud.T, s=28, color=colour, zorder=3)
    places = range(len(cloud)) if len(cloud) <= FEW else (0, len(cloud) - 1)
    for place in places:
        if np.isfinite(cloud[place]).all():
            axis.annotate(
                str(place + 1),
                cloud[place],
                (5, 5),
                textcoords="offset points",
                color=colour,
            )


def _with_room(low, high):
    room = (high - low) / 20 or 1
    return low - room, high + room


def _outside(numbers, low, high):
    sides = {"above": np.sum(numbers > high), "below": np.sum(numbers < low)}
    return "".join(
        f", {count} of {np.size(numbers)} {side} the picture"
        for side, count in sides.items()
        if count
    )


def _lost(numbers):
    lost = np.sum(~np.isfinite(numbers))
    return f", {lost} of {np.size(numbers)} not finite" if lost else ""
