"""Views of the normal distribution, in one dimension and in two."""

import numpy as np

from vae_course import plots
from vae_course.densities import normal_pdf
from vae_course.widgets.explorer import Explorer, Slider


def normal_explorer():
    """Let sliders move and widen a bell curve beside the standard normal.

    Returns:
        The widget, with sliders `mean` and `variance`; a still picture
        where no front end runs.
    """
    x = np.linspace(-6, 6, 601)
    standard = normal_pdf(x, 0.0, 1.0)
    figure = plots.density_curves(
        x,
        {"standard normal": standard, "yours": standard},
        highlight="standard normal",
    )
    [axis] = figure.axes
    # One scale wherever the sliders stand, so that areas compare.
    axis.set(xlim=(-6, 6), ylim=(0, 1.3))
    curve, title = axis.lines[1], axis.set_title(" ")

    def follow(mean, variance):
        density = normal_pdf(x, mean, variance)
        curve.set_ydata(density)
        words = (
            f"Mean {mean:z.1f}, variance {variance:.1f}: "
            f"standard deviation {np.sqrt(variance):.2f}, "
            f"height {normal_pdf(mean, mean, variance):.2f}"
        ).replace("-", "−")
        title.set_text(words)
        return words

    return Explorer(
        figure,
        [curve, title],
        follow,
        "A bell curve over the standard normal.",
        mean=Slider("mean", 1.5, -3.0, 3.0),
        variance=Slider("variance", 0.5, 0.1, 4.0),
    )


def covariance_explorer():
    """Let sliders shape the ellipse of a covariance in two dimensions.

    Returns:
        The widget, with sliders for the two variances and the correlation;
        a still picture where no front end runs.
    """
    epsilon = np.random.default_rng(0).standard_normal((400, 2))
    figure = plots.covariance_ellipses({"\n": (epsilon, (0, 0), np.eye(2))})
    [axis] = figure.axes
    ticks = range(-6, 7, 2)
    axis.set(xlim=(-6, 6), ylim=(-6, 6), xticks=ticks, yticks=ticks)
    title = axis.set_title("\n")

    def follow(first, second, correlation):
        covariance = correlation * np.sqrt(first * second) * np.ones((2, 2))
        np.fill_diagonal(covariance, [first, second])
        points = epsilon @ np.linalg.cholesky(covariance).T
        plots.move_ellipses(axis, points, (0, 0), covariance)
        title.set_text(
            f"covariance {covariance[0, 1]:z.2f}\n".replace("-", "−")
            + f"determinant {np.linalg.det(covariance):.2f}"
        )
        return title.get_text().replace("\n", ", ")

    return Explorer(
        figure,
        [*axis.lines, *axis.texts, title],
        follow,
        "A cloud of points and its ellipses, one and two standard "
        "deviations out.",
        first=Slider("variance 1", 3.0, 0.1, 4.0),
        second=Slider("variance 2", 1.0, 0.1, 4.0),
        correlation=Slider("correlation", 0.7, -0.95, 0.95, step=0.05),
    )
