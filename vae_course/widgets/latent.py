"""Views of the plane of codes: a point is moved, its picture follows."""

import numpy as np

from vae_course import plots
from vae_course.widgets.explorer import Explorer, slider


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
        first=slider("z[:, 0]", start[0], low[0], high[0], step[0]),
        second=slider("z[:, 1]", start[1], low[1], high[1], step[1]),
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
        across=slider("across, std", 0.0, -2.5, 2.5),
        up=slider("up, std", 0.0, -2.5, 2.5),
    )


def _decode_at(decoder, z, place):
    """Return codes, a point by its place among them, and its picture."""
    point = z.mean(axis=0) + np.asarray(place) * z.std(axis=0)
    image = np.asarray(decoder(point[np.newaxis].astype("float32")))[0]
    return z, point, image
