"""A view of the KL divergence from a bell curve to the standard normal."""

import numpy as np

from vae_course import plots
from vae_course.densities import (
    diagonal_normal_log_pdf,
    kl_monte_carlo,
    kl_to_standard_normal,
)
from vae_course.widgets.explorer import Explorer, Slider

DRAWS = 2_000
Z = np.linspace(-20, 20, 1601)


def kl_explorer():
    """Let sliders move and widen q over the standard normal p.

    Returns:
        The widget, with sliders `z_mean` and `z_log_var`; the title gives
        KL(q || p) by the closed form, by integration and by sampling. A
        still picture where no front end runs.
    """
    log_p = _log_pdf(0.0, 0.0)
    figure = plots.kl_integrand(Z, log_p, log_p)
    above, below = figure.axes
    # One scale wherever the sliders stand, so that areas compare.
    above.set(xlim=(-9, 9), ylim=(0, 1.15))
    below.set(ylim=(-0.3, 3.4))
    title = above.set_title("\n")

    def follow(z_mean, z_log_var):
        plots.move_integrand(figure, Z, _log_pdf(z_mean, z_log_var), log_p)
        closed, integrated, sampled, error = three_numbers(z_mean, z_log_var)
        title.set_text(
            f"KL(q ‖ p): closed form {closed:.3f}, "
            f"integrated {integrated:.3f} nats\n"
            f"sampled {sampled:z.3f} ({DRAWS:,} draws, "
            f"standard error {error:.3f})".replace("d -", "d −")
        )
        return title.get_text().replace("\n", ", ")

    return Explorer(
        figure,
        [
            above.lines[1],
            *below.lines,
            *below.collections,
            below.get_legend(),
            title,
        ],
        follow,
        "The bells p and q, and below them what their KL divergence adds up.",
        z_mean=Slider("z_mean", 1.5, -2.0, 2.0),
        z_log_var=Slider("z_log_var", -1.4, -2.0, 2.0),
    )


def three_numbers(z_mean, z_log_var):
    """Compute the KL divergence from N(z_mean, exp(z_log_var)) to N(0, 1).

    Args:
        z_mean: float, the mean.
        z_log_var: float, the natural log of the variance.

    Returns:
        Four floats, nats: by the closed form, by numerical integration,
        from draws, and the standard error of that mean. The first two agree
        to a millionth where |z_mean| and |z_log_var| are at most 2.
    """
    from scipy import integrate

    log_q = _log_pdf(z_mean, z_log_var)
    integrand = np.exp(log_q) * (log_q - _log_pdf(0.0, 0.0))
    # A row of its own for each draw, so that their spread shows.
    rows = np.full((2, DRAWS, 1), [[[z_mean]], [[z_log_var]]])
    sampled = kl_monte_carlo(*rows, 1, np.random.default_rng(0))
    [closed] = kl_to_standard_normal([[z_mean]], [[z_log_var]])
    return (
        closed,
        integrate.simpson(integrand, x=Z),
        sampled.mean(),
        sampled.std() / np.sqrt(DRAWS),
    )


def _log_pdf(z_mean, z_log_var):
    return diagonal_normal_log_pdf(Z[:, None], [z_mean], [z_log_var])
