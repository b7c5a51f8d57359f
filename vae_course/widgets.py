"""Interactive views, each a thin skin over a function of `plots`."""

import base64
import io

import ipywidgets
import numpy as np

from vae_course import plots
from vae_course.densities import (
    diagonal_normal_log_pdf,
    kl_monte_carlo,
    kl_to_standard_normal,
    normal_pdf,
)


class Explorer(ipywidgets.VBox):
    """A figure that follows its sliders; a still where no front end runs.

    Args:
        draw: function that takes a value for each slider, by name, and
            returns a figure.
        **sliders: the widgets with a value, by the names of the arguments.
    """

    def __init__(self, draw, **sliders):
        self._draw, self._sliders = draw, sliders
        self.image = ipywidgets.Image(format="png")
        super().__init__(
            [*sliders.values(), self.image],
            layout=ipywidgets.Layout(align_items="flex-start"),
        )
        for slider in sliders.values():
            slider.observe(self._redraw, "value")
        self._redraw()

    def _redraw(self, change=None):
        figure = self._draw(**{k: s.value for k, s in self._sliders.items()})
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
        self.image.value = buffer.getvalue()

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle["image/png"] = base64.b64encode(self.image.value).decode()
        return bundle


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
        mean=_slider("mean", 1.5, -3.0, 3.0),
        variance=_slider("variance", 0.5, 0.05, 4.0, step=0.05),
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
        first=_slider("variance 1", 3.0, 0.1, 4.0),
        second=_slider("variance 2", 1.0, 0.1, 4.0),
        correlation=_slider("correlation", 0.7, -0.95, 0.95, step=0.05),
    )


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
        z_mean=_slider("z_mean", 1.5, -2.0, 2.0),
        z_log_var=_slider("z_log_var", -1.4, -2.0, 2.0),
    )


def latent_explorer(decoder, z, labels, names):
    """Let two sliders choose a point among the codes, and decode it.

    Args:
        decoder: Keras model, (n, 2) -> (n, 32, 32, 1) in [0, 1].
        z: float (n, 2), the codes, without unit.
        labels: int (n,), the class of each, below len(names).
        names: names of the classes, at most ten.

    Returns:
        The widget, with sliders `first` and `second`, the point's numbers.
    """
    z, labels = np.asarray(z), np.asarray(labels)

    def draw(first, second):
        point = np.array([[first, second]], dtype="float32")
        image = np.asarray(decoder(point))[0]
        return plots.decoded_point(z, labels, names, point[0], image)

    low, high = z.min(axis=0), z.max(axis=0)
    start, step = np.median(z, axis=0), (high - low) / 200
    return Explorer(
        draw,
        first=_slider("z[:, 0]", start[0], low[0], high[0], step[0]),
        second=_slider("z[:, 1]", start[1], low[1], high[1], step[1]),
    )


def paired_explorer(models, labels, names):
    """Let two sliders move one point in the planes of several models.

    The sliders count standard deviations from the middle of each model's
    own codes, so that one point means the same in clouds of unlike size.

    Args:
        models: dict from a model's name to its decoder, Keras model
            (n, 2) -> (n, 32, 32, 1) in [0, 1], and the codes of the
            images, float (n, 2), without unit.
        labels: int (n,), the class of each image, below len(names).
        names: names of the classes, at most ten.

    Returns:
        The widget, with sliders `across` and `up`, in standard deviations.
    """

    def draw(across, up):
        return plots.decoded_points(
            {
                name: _decode_at(decoder, np.asarray(z), [across, up])
                for name, (decoder, z) in models.items()
            },
            labels,
            names,
        )

    return Explorer(
        draw,
        across=_slider("across, std", 0.0, -2.5, 2.5),
        up=_slider("up, std", 0.0, -2.5, 2.5),
    )


def _decode_at(decoder, z, place):
    """Return codes, a point by its place among them, and its picture."""
    point = z.mean(axis=0) + np.asarray(place) * z.std(axis=0)
    image = np.asarray(decoder(point[np.newaxis].astype("float32")))[0]
    return z, point, image


def _slider(description, value, low, high, step=0.1):
    return ipywidgets.FloatSlider(
        value, min=low, max=high, step=step, description=description
    )
