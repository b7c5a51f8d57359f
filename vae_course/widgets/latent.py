"""Views of the plane of codes: a point is moved, its picture follows."""

import ipywidgets
import numpy as np

from vae_course import plots
from vae_course.latent import interpolate
from vae_course.widgets.ground import Ground, as_ink, extend_trail
from vae_course.widgets.plane import Plane, backdrop_of
from vae_course.widgets.still import png_of, with_still

WALK = 76  # points


def latent_explorer(decoder, z, labels, names, images=None):
    """Choose a point among the codes, and see what it decodes to.

    One clicks or drags in the plane, moves the point with the arrow keys
    or with two sliders, or lets it walk between two chosen points.

    Args:
        decoder: Keras model, (n, 2) -> (n, height, width, 1) in [0, 1].
        z: float (n, 2), the codes, without unit; at least two.
        labels: int (n,), the class of each, below len(names).
        names: names of the classes, at most ten.
        images: float (n, height, width, 1) in [0, 1], the picture of each
            code, to show the nearest one; or None.

    Returns:
        The widget; a still picture where no front end runs.

    Raises:
        ValueError: as `plots.latent_plane`.
    """
    return LatentView(Ground(decoder, z, labels, names, images))


def paired_explorer(models, labels, names, images=None):
    """Move a point in the plane of each of several models, side by side.

    Each model has its own plane, point, walk and pictures.

    Args:
        models: dict from a model's name to its decoder, as in
            `latent_explorer`, and the codes of the images, float (n, 2).
        labels: int (n,), the class of each image, below len(names).
        names: names of the classes, at most ten.
        images: the pictures of the codes, as in `latent_explorer`.

    Returns:
        The widget; a still picture where no front end runs.

    Raises:
        ValueError: as `plots.latent_plane`.
    """
    return PairedView(
        {
            name: Ground(decoder, z, labels, names, images)
            for name, (decoder, z) in models.items()
        }
    )


class LatentView(Plane):
    """A plane of codes that answers a point with what it decodes to.

    Args:
        ground: the codes and their decoder.
        heading: title of the plane, or None.
        width: of the plane, inches.
    """

    def __init__(self, ground, heading=None, width=5.8):
        self.ground, self._trail = ground, np.empty((0, 2))
        figure = plots.code_map(
            ground.z, ground.labels, ground.names, heading, width
        )
        classes = np.unique(ground.labels)[[0, -1]]
        ends = [ground.middle_of(label).tolist() for label in classes]
        x, y = np.median(ground.z, axis=0)
        super().__init__(
            x=x, y=y, ends=ends, label=_label(heading), **backdrop_of(figure)
        )
        self.observe(self._answer, ["x", "y"])
        self.observe(self._make_walk, "ends")
        self._answer()
        self._make_walk()

    @property
    def point(self):
        """The point, float (2,)."""
        return np.array([self.x, self.y])

    def _answer(self, change=None):
        """Send the pictures and the words that belong to the point."""
        trail = extend_trail(self._trail, self.point)
        if trail is self._trail:
            return  # y tells of a move that x has told of
        self._trail = trail
        pictures = self.ground.pictures_at(self.point)
        ink = as_ink([np.squeeze(image) for image in pictures.values()])
        with self.hold_sync():
            self.captions = list(pictures)
            self.shape = ink.shape[1:]
            self.pictures = ink.tobytes()
            self.words = self.ground.words_at(self.point)
            self.trail = trail.tobytes()

    def _make_walk(self, change=None):
        walk = interpolate(*self.ends, WALK)
        self.walk = walk.astype(np.float32).tobytes()

    def _repr_mimebundle_(self, **kwargs):
        ground = self.ground
        figure = plots.decoded_point(
            ground.z,
            ground.labels,
            ground.names,
            self.point,
            ground.pictures_at(self.point),
        )
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return with_still(data, png_of(figure)), metadata


class PairedView(ipywidgets.HBox):
    """Several planes side by side, each with its own point and walk.

    Args:
        grounds: dict from a model's name to its codes and decoder.
    """

    def __init__(self, grounds):
        self.views = {
            name: LatentView(ground, heading=name, width=4.6)
            for name, ground in grounds.items()
        }
        for view in self.views.values():
            view.layout.flex, view.layout.min_width = "1 1 340px", "0"
            # Narrow enough for the pictures to stand below the plane.
            view.layout.max_width = f"{view.wide + 24:.0f}px"
        super().__init__(
            list(self.views.values()), layout={"flex_flow": "row wrap"}
        )

    def _repr_mimebundle_(self, **kwargs):
        some = next(iter(self.views.values())).ground
        figure = plots.decoded_points(
            {
                name: (
                    view.ground.z,
                    view.point,
                    view.ground.pictures_at(view.point),
                )
                for name, view in self.views.items()
            },
            some.labels,
            some.names,
        )
        data = super()._repr_mimebundle_(**kwargs)
        return with_still(data, png_of(figure))


def _label(heading):
    which = f", {heading}" if heading else ""
    return (
        f"Plane of codes{which}. Arrow keys move the point, "
        "with Shift ten times as far."
    )
