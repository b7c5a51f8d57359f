"""A view of the reparametrisation trick: noise held, its use moved."""

import numpy as np

from vae_course import plots
from vae_course.widgets.explorer import Explorer, Slider


def reparametrisation_explorer():
    """Let sliders move mean and log-variance while the noise is held.

    Returns:
        The widget, with sliders `z_mean`, `z_log_var` and `epsilon`; the
        title gives z, and bars show its slopes. A still picture where no
        front end runs.
    """
    start = {"z_mean": 1.5, "z_log_var": -1.4, "epsilon": -0.4}
    figure = plots.reparametrisation(**start)
    ways, bars = figure.axes
    title = ways.set_title(" ")

    def follow(z_mean, z_log_var, epsilon):
        z, by_mean, by_log_var = plots.move_reparametrisation(
            figure, z_mean, z_log_var, epsilon
        )
        std = np.exp(z_log_var / 2)
        total = f"{z_mean:z.1f} + {std:.2f} · ({epsilon:z.1f}) = {z:z.2f}"
        slopes = f"by z_mean {by_mean:.2f}, by z_log_var {by_log_var:z.2f}"
        title.set_text(f"$z$ = {total}".replace("-", "−"))
        return f"z = {total}, slopes {slopes}".replace("-", "−")

    return Explorer(
        figure,
        [*ways.lines, *bars.patches, *bars.texts, title],
        follow,
        "Noise held above, and where it is shifted and scaled to below.",
        **{
            name: Slider(name, value, -2.0, 2.0)
            for name, value in start.items()
        },
    )
