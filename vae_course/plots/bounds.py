"""Bounds seen from below: Jensen's inequality, and the ELBO over q."""

import itertools

import numpy as np

from vae_course.arguments import real_array
from vae_course.plots.style import LINE_COLOURS, RED, code, new_figure


def jensen(low, high):
    """Draw the log of a mean of two numbers above the mean of their logs.

    Args:
        low: float > 0.
        high: float > low.

    Returns:
        The figure.

    Raises:
        TypeError: if an argument is no real number.
        ValueError: if one is not finite, or not 0 < low < high.
    """
    low, high = real_array("low", low, ()), real_array("high", high, ())
    if not 0 < low < high:
        raise ValueError(f"low: expected 0 < low < high, got {low}, {high}")
    figure, axis = new_figure(height=3.2)
    a = np.linspace(low / 2, high * 1.1, 200)
    ends = np.array([low, high])
    mean, over, under = ends.mean(), np.log(ends.mean()), np.log(ends).mean()
    axis.plot(a, np.log(a), color=LINE_COLOURS[0], linewidth=2)
    axis.plot(ends, np.log(ends), "o--", color="black")
    axis.plot([mean, mean], [under, over], "_-", color=RED, linewidth=2)
    for height, words, offset, side in [
        (over, f"log of the mean, {over:.3f}", (-8, 8), "right"),
        (
            under,
            f"mean of the logs, {under:.3f}: {over - under:.3f} lower",
            (10, -14),
            "left",
        ),
    ]:
        axis.annotate(
            words,
            (mean, height),
            xytext=offset,
            textcoords="offset points",
            ha=side,
        )
    axis.set(
        title=f"The logarithm bends down: {low:g}, {high:g} and their mean",
        xlabel="$a$, any positive number",
        ylabel=r"$\log\,a$",
    )
    return figure


def evidence_bound(z_mean, bounds, log_evidence):
    """Draw the ELBO over the mean of q, below the log-evidence.

    Args:
        z_mean: float (n,), the means of q.
        bounds: dict from label to ELBO, float (n,), nats.
        log_evidence: float, nats.

    Returns:
        The figure: a curve for each label, with a mark at its top, below
        the log-evidence as a level line.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if one is not finite, or a curve has not as many values
            as z_mean.
    """
    z_mean = real_array("z_mean", z_mean, ("n",))
    log_evidence = real_array("log_evidence", log_evidence, ())
    figure, axis = new_figure(width=8.4, height=3.8)
    axis.axhline(log_evidence, color="black")
    axis.annotate(
        r"$\log\,p(x)$",
        (z_mean.min(), log_evidence),
        xytext=(0, 5),
        textcoords="offset points",
    )
    dashes = itertools.cycle(["-", "--", "-.", ":"])
    looks = zip(itertools.cycle(LINE_COLOURS), dashes, itertools.cycle("osD^"))
    for (label, bound), look in zip(bounds.items(), looks, strict=False):
        bound = real_array(f"bounds[{label!r}]", bound, z_mean.shape)
        colour, dash, marker = look
        axis.plot(z_mean, bound, dash, color=colour, linewidth=2, label=label)
        top = bound.argmax()
        axis.plot(z_mean[top], bound[top], marker, color=colour)
    axis.set(
        title=r"The ELBO never rises above $\log\,p(x)$",
        xlabel=f"{code('z_mean')} of $q$, in the unit of $z$",
        ylabel="nats",
        ylim=(log_evidence - 6, log_evidence + 0.8),
    )
    figure.legend(loc="outside right center")
    return figure
