"""Held noise becomes draws that follow their mean and their spread."""

import numpy as np

from vae_course.arguments import real_array
from vae_course.densities import normal_pdf
from vae_course.plots.style import (
    FAINT,
    GREY,
    LINE_COLOURS,
    RED,
    code,
    new_figure,
)

# The chosen one stands for itself, the others say where the rest goes.
OTHERS = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
GRID = np.linspace(-8, 8, 801)


def reparametrisation(z_mean, z_log_var, epsilon):
    """Draw how held noise is shifted and scaled, and the slopes of one draw.

    z = z_mean + σ · epsilon with σ = exp(z_log_var / 2). Its slope by
    z_mean is 1, that by z_log_var is σ · epsilon / 2.

    Args:
        z_mean: float, without unit.
        z_log_var: float, natural log of the variance.
        epsilon: float, the draw in red; grey ones stand at whole numbers.

    Returns:
        The figure: left the standard normal above, N(z_mean, σ²) hanging
        below, and a line from each epsilon to its z; right the two slopes
        of the red z.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if one is not a single finite number.

    Source: Kingma and Welling (2014), arXiv:1312.6114, section 2.4.
    """
    figure, (ways, slopes) = new_figure(
        1, 2, width=8.4, height=4.2, width_ratios=[3, 1]
    )
    _prepare_ways(ways)
    _prepare_slopes(slopes)
    move_reparametrisation(figure, z_mean, z_log_var, epsilon)
    return figure


def move_reparametrisation(figure, z_mean, z_log_var, epsilon):
    """Put other numbers into a figure of `reparametrisation`.

    Args:
        figure: the figure, of which the scales stay.
        z_mean: float, without unit.
        z_log_var: float, natural log of the variance.
        epsilon: float, the draw in red.

    Returns:
        Three floats: z, its slope by z_mean and its slope by z_log_var.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if one is not a single finite number.
    """
    z_mean = real_array("z_mean", z_mean, ())
    z_log_var = real_array("z_log_var", z_log_var, ())
    epsilon = real_array("epsilon", epsilon, ())
    std = np.exp(z_log_var / 2)
    held = np.append(OTHERS, epsilon)
    z = z_mean + std * held
    ways, slopes = figure.axes
    bell, *lines = ways.lines
    bell.set_ydata(-normal_pdf(GRID, z_mean, std**2))
    for line, start, end in zip(lines, held, z, strict=True):
        line.set_data([start, end], [1, 0])
    by_mean, by_log_var = 1.0, float(std * epsilon / 2)
    for bar, text, slope in zip(
        slopes.patches, slopes.texts, (by_mean, by_log_var), strict=True
    ):
        bar.set_width(slope)
        text.set_x(max(slope, 0) + 0.15)
        text.set_text(f"{slope:z.2f}".replace("-", "−"))
    return float(z[-1]), by_mean, by_log_var


def _prepare_ways(axis):
    standard = 1 + normal_pdf(GRID, 0.0, 1.0)
    axis.fill_between(GRID, 1, standard, facecolor=FAINT, edgecolor=GREY)
    axis.plot(GRID, GRID, color=LINE_COLOURS[0], linewidth=2)
    for _ in OTHERS:
        axis.plot([], "o-", color=GREY, linewidth=1, markersize=4)
    axis.plot([], "D-", color=RED, linewidth=2.5, markersize=7)
    axis.hlines([0, 1], -8, 8, color="black", linewidth=0.8, zorder=0)
    axis.set(
        title=" ",
        xlim=(-7.5, 7.5),
        ylim=(-1.15, 1.5),
        yticks=[0, 1],
        yticklabels=["$z$", r"$\varepsilon$"],
        xlabel=r"above, the noise $\varepsilon$, held; below, what becomes "
        r"of it, $z = \mu + \sigma\,\varepsilon$",
    )
    axis.tick_params(axis="y", length=0, labelsize=13)
    axis.spines["left"].set_visible(False)


def _prepare_slopes(axis):
    axis.barh([1, 0], 0, height=0.35, color=RED)
    for height in 1, 0:
        axis.text(0, height, "", va="center")
    axis.vlines(0, -0.5, 1.5, color="black", linewidth=0.8)
    axis.set(
        title="Slopes of the red $z$",
        xlim=(-3, 4),
        ylim=(-0.5, 1.5),
        xticks=[-2, 0, 2],
        yticks=[1, 0],
        yticklabels=[f"by {code(name)}" for name in ("z_mean", "z_log_var")],
        xlabel="change of $z$ per unit",
    )
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
