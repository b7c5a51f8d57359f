"""The KL divergence: what it forgives, where it comes from, how it pulls."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from vae_course.arguments import demand_shape, real_array
from vae_course.densities import normal_pdf
from vae_course.plots.style import LINE_COLOURS, RED, new_figure

GREY = "#d5dade"
DASHES = "--", "-.", ":"
ARROW = {"arrowstyle": "-|>", "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0}


def fitted_bells(z, target, panels):
    """Draw bells that were fitted to a target density, panels side by side.

    Args:
        z: float (n,), where the densities are computed.
        target: float (n,), the target density, per unit of z.
        panels: dict from title to a dict from name to the mean and the
            standard deviation of a bell; at most three bells a panel.

    Returns:
        The figure: the target filled in grey, the bells as lines, their
        numbers in the legend.

    Raises:
        ValueError: if the target has not as many values as z, or a
            standard deviation is not above 0.
    """
    z = real_array("z", z, ("n",))
    demand_shape("target", np.shape(target), "z", z.shape)
    figure, axes = new_figure(
        1, len(panels), squeeze=False, sharey=True, width=8.6
    )
    for axis, (title, bells) in zip(axes[0], panels.items(), strict=True):
        axis.fill_between(z, target, color=GREY, label="target p")
        for (name, (mean, std)), colour, dash in zip(
            bells.items(), LINE_COLOURS, DASHES, strict=False
        ):
            axis.plot(
                z,
                normal_pdf(z, mean, std**2),
                dash,
                color=colour,
                linewidth=2.2,
                label=f"{name}: mean {mean:z.2f}, σ {std:.2f}".replace(
                    "mean -", "mean −"
                ),
            )
        axis.set(title=title, xlabel="z", ylim=(0, None))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2))
    axes[0, 0].set_ylabel("density, per unit of z")
    return figure


def kl_integrand(z, log_q, log_p, title=""):
    """Draw two densities, and below them what their KL divergence adds up.

    Args:
        z: float (n,), where the densities were computed.
        log_q: float (n,), the log-density of what happens, nats.
        log_p: float (n,), the log-density of what is expected, nats.
        title: of the figure.

    Returns:
        The figure. Below stands q(z) (log q(z) - log p(z)): the area above
        zero minus the area below it is KL(q || p).

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if one is not finite, or the shapes differ.
    """
    z = real_array("z", z, ("n",))
    log_q, log_p = real_array("log_q", log_q), real_array("log_p", log_p)
    demand_shape("log_q", log_q.shape, "z", z.shape)
    demand_shape("log_p", log_p.shape, "z", z.shape)
    q, p = np.exp(log_q), np.exp(log_p)
    share = q * (log_q - log_p)
    figure, (above, below) = new_figure(
        2, 1, height=5.6, sharex=True, height_ratios=[2, 3]
    )
    above.plot(z, p, color=RED, linewidth=3, label="p, expected")
    above.plot(
        z, q, "--", color=LINE_COLOURS[0], linewidth=2, label="q, happens"
    )
    above.set(title=title, ylabel="density,\nper unit of z", ylim=(0, None))
    above.legend(loc="upper right")
    below.plot(z, share, color="black", linewidth=1)
    for sign, colour, hatch in (1, "#e76300", ""), (-1, "#3f90da", "///"):
        side = np.where(sign * share > 0, share, 0)
        name = "above" if sign > 0 else "below"
        area = np.trapezoid(side, z)
        below.fill_between(
            z,
            side,
            facecolor=colour,
            edgecolor="white",
            linewidth=0,
            hatch=hatch,
            label=f"area {name} zero: {abs(area):.3f} nats",
        )
    below.set(xlabel="z", ylabel="q · (log q − log p),\nnats per unit of z")
    below.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return figure


def kl_pull(panels):
    """Draw KL divergences with the slopes at some places, and their pull.

    Args:
        panels: dict from the name of what is moved to (x, kl, places,
            heights, slopes): the curve, two of float (n,), and the places,
            the divergence and its slope there, three of float (k,).

    Returns:
        The figure: a curve in each panel, and at each place a dot, the
        tangent in red, and a level arrow half as long as minus the slope,
        with its size; where the slope is 0, that number and no arrow.

    Raises:
        ValueError: if a curve or its places are of unlike lengths.
    """
    figure, axes = new_figure(
        1, len(panels), squeeze=False, sharey=True, width=8.6, height=3.9
    )
    for axis, (name, arrays) in zip(axes[0], panels.items(), strict=True):
        x, kl, places, heights, slopes = (
            real_array(name, array, ("n",)) for array in arrays
        )
        demand_shape(f"kl by {name}", kl.shape, "x", x.shape)
        demand_shape(
            f"heights by {name}", heights.shape, "places", places.shape
        )
        demand_shape(f"slopes by {name}", slopes.shape, "places", places.shape)
        axis.plot(x, kl, color=LINE_COLOURS[0], linewidth=2)
        axis.plot(places, heights, "ko", markersize=3.5)
        for at, height, slope in zip(places, heights, slopes, strict=True):
            _tangent_and_pull(axis, at, height, slope)
        axis.axhline(0, color="black", linewidth=0.8)
        axis.set(title=f"Moving {name} alone", xlabel=name)
    axes[0, 0].set_ylabel("KL(q ‖ p), nats")
    return figure


def _tangent_and_pull(axis, at, height, slope):
    """Draw a tangent of even length, an arrow against it, and its size."""
    reach = 0.5 / np.hypot(1, slope)
    step = np.array([-reach, reach])
    axis.plot(at + step, height + slope * step, color=RED, linewidth=1.6)
    if np.isclose(slope, 0, atol=1e-9):
        axis.text(at, height + 0.1, "0", ha="center", va="bottom")
        return
    arrow = -slope / 2
    axis.annotate("", (at + arrow, height), (at, height), arrowprops=ARROW)
    axis.text(
        at + np.sign(arrow) * max(0.34, abs(arrow) / 2),
        height + 0.08,
        f"{-slope:+.2f}".replace("-", "−"),
        ha="center",
        va="bottom",
    )
