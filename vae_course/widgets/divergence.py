"""A view of the KL divergence from a bell curve to the standard normal."""

import numpy as np

from vae_course import plots
from vae_course.densities import (
    diagonal_normal_log_pdf,
    kl_monte_carlo,
    kl_to_standard_normal,
)
from vae_course.widgets.explorer import Explorer, slider


def kl_explorer():
    """Let sliders move and widen q over the standard normal p.

    Returns:
        The widget, with sliders `z_mean` and `z_log_var`; the title gives
        KL(q || p) by the closed form, by integration and by sampling.
    """
    from scipy import integrate

    grid, n = np.linspace(-14, 14, 1401), 2_000

    def log_densities(z, z_mean, z_log_var):
        z = np.reshape(z, (-1, 1))
        return (
            diagonal_normal_log_pdf(z, [z_mean], [z_log_var]),
            diagonal_normal_log_pdf(z, [0.0], [0.0]),
        )

    def integrand(z, z_mean, z_log_var):
        [log_q], [log_p] = log_densities(z, z_mean, z_log_var)
        return np.exp(log_q) * (log_q - log_p)

    def draw(z_mean, z_log_var):
        reach = 10 * np.exp(z_log_var / 2)
        integrated, _ = integrate.quad(
            integrand,
            z_mean - reach,
            z_mean + reach,
            args=(z_mean, z_log_var),
        )
        # A row of its own for each draw, so that their spread shows.
        rows = np.full((2, n, 1), [[[z_mean]], [[z_log_var]]])
        sampled = kl_monte_carlo(*rows, 1, np.random.default_rng(0))
        [closed] = kl_to_standard_normal([[z_mean]], [[z_log_var]])
        figure = plots.kl_integrand(
            grid,
            *log_densities(grid, z_mean, z_log_var),
            title=f"KL(q ‖ p): closed form {closed:.3f}, "
            f"integrated {integrated:.3f} nats\n"
            f"sampled {sampled.mean():z.3f} ({n:,} draws, "
            f"standard error {sampled.std() / np.sqrt(n):.3f})",
        )
        # One scale wherever the sliders stand, so that areas compare.
        densities, shares = figure.axes
        densities.set(xlim=(-9, 9), ylim=(0, 1.15))
        shares.set(ylim=(-0.3, 3.4))
        return figure

    return Explorer(
        draw,
        z_mean=slider("z_mean", 1.5, -2.0, 2.0),
        z_log_var=slider("z_log_var", -1.4, -2.0, 2.0),
    )
