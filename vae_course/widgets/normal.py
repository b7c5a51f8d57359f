"""Views of the normal distribution, in one dimension and in two."""

import numpy as np

from vae_course import plots
from vae_course.densities import normal_pdf
from vae_course.widgets.explorer import Explorer, slider


def normal_explorer():
    """Let sliders move and widen a bell curve beside the standard normal.

    Returns:
        The widget, with sliders `mean` and `variance`.
    """

    def draw(mean, variance):
        x = np.linspace(-6, 6, 601)
        name = f"mean {mean:.1f}, variance {variance:.2f}"
        return plots.density_curves(
            x,
            {
                "standard normal": normal_pdf(x, 0.0, 1.0),
                name: normal_pdf(x, mean, variance),
            },
            highlight="standard normal",
            title=f"Standard normal, and {name}",
        )

    return Explorer(
        draw,
        mean=slider("mean", 1.5, -3.0, 3.0),
        variance=slider("variance", 0.5, 0.05, 4.0, step=0.05),
    )


def covariance_explorer():
    """Let sliders shape the ellipse of a covariance in two dimensions.

    Returns:
        The widget, with sliders for the two variances and the correlation.
    """
    epsilon = np.random.default_rng(0).standard_normal((400, 2))

    def draw(first, second, correlation):
        covariance = correlation * np.sqrt(first * second) * np.ones((2, 2))
        np.fill_diagonal(covariance, [first, second])
        points = epsilon @ np.linalg.cholesky(covariance).T
        title = (
            f"covariance {covariance[0, 1]:.2f}\n"
            f"determinant {np.linalg.det(covariance):.2f}"
        )
        figure = plots.covariance_ellipses(
            {title: (points, np.zeros(2), covariance)}
        )
        ticks = range(-6, 7, 2)
        figure.axes[0].set(
            xlim=(-6, 6), ylim=(-6, 6), xticks=ticks, yticks=ticks
        )
        return figure

    return Explorer(
        draw,
        first=slider("variance 1", 3.0, 0.1, 4.0),
        second=slider("variance 2", 1.0, 0.1, 4.0),
        correlation=slider("correlation", 0.7, -0.95, 0.95, step=0.05),
    )
