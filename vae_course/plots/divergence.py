"""The KL divergence: what it forgives, where it comes from, how it pulls."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from vae_course.arguments import demand_shape, real_array
from vae_course.densities import normal_pdf
from vae_course.plots.style import (
    FAINT,
    GREY,
    LINE_COLOURS,
    RED,
    code,
    new_figure,
)

KL = r"$\mathrm{KL}(q\,\|\,p)$"
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
        axis.fill_between(
            z, target, facecolor=FAINT, edgecolor=GREY, label="target $p$"
        )
        for (name, (mean, std)), colour, dash in zip(
            bells.items(), LINE_COLOURS, DASHES, strict=False
        ):
            axis.plot(
                z,
                normal_pdf(z, mean, std**2),
                dash,
                color=colour,
                linewidth=2.2,
                label=rf"{name}: mean ${mean:z.2f}$, $\sigma$ {std:.2f}",
            )
        axis.set(title=title, xlabel="$z$", ylim=(0, None))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2))
    axes[0, 0].set_ylabel("density, per unit of $z$")
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
    figure, (above, below) = new_figure(
        2, 1, height=5.6, sharex=True, height_ratios=[2, 3]
    )
    above.plot(z, np.exp(log_p), color=RED, linewidth=3, label="$p$, expected")
    above.plot(
        z, z, "--", color=LINE_COLOURS[0], linewidth=2, label="$q$, happens"
    )
    below.plot(z, z, color="black", linewidth=1)
    for colour, hatch in ("#e76300", ""), ("#3f90da", "///"):
        below.fill_between(
            z,
            z,
            facecolor=colour,
            edgecolor="white",
            linewidth=0,
            hatch=hatch,
            label=" ",
        )
    above.legend(loc="upper right")
    below.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    move_integrand(figure, z, log_q, log_p)
    for axis in above, below:
        axis.relim()
        axis.autoscale_view()
    above.set(title=title, ylabel="density,\nper unit of $z$", ylim=(0, None))
    below.set(
        xlabel="$z$",
        ylabel=r"$q\,(\log\,q - \log\,p)$," "\nnats per unit of $z$",
    )
    return figure


def move_integrand(figure, z, log_q, log_p):
    """Put another q into a figure of `kl_integrand`.

    Args:
        figure: the figure, of which the scales stay.
        z: float (n,), as in the figure.
        log_q: float (n,), the other log-density of what happens, nats.
        log_p: float (n,), nats, as in the figure.
    """
    above, below = figure.axes
    q = np.exp(log_q)
    share = q * (log_q - log_p)
    above.lines[1].set_ydata(q)
    below.lines[0].set_ydata(share)
    for fill, text, sign in zip(
        below.collections, below.get_legend().texts, (1, -1), strict=True
    ):
        side = np.where(sign * share > 0, share, 0)
        fill.set_data(z, side, 0)
        name = "above" if sign > 0 else "below"
        area = abs(np.trapezoid(side, z))
        text.set_text(f"area {name} zero: {area:.3f} nats")


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
        axis.set(title=f"Moving {code(name)} alone", xlabel=code(name))
    axes[0, 0].set_ylabel(f"{KL}, nats")
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
