"""The touchable views of the plane of codes."""

import ipywidgets
import numpy as np

from vae_course import plots
from vae_course.latent import interpolate
from vae_course.widgets.explorer import png_of, with_still
from vae_course.widgets.latent import as_ink, draw_points, extend_trail
from vae_course.widgets.plane import Plane, backdrop_of

WALK = 76  # points


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
        first, *_, last = np.unique(ground.labels)
        ends = [ground.middle_of(label).tolist() for label in (first, last)]
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
            # Narrow enough for the pictures to stand below the plane.
            view.layout.width = f"{view.wide + 24:.0f}px"
        super().__init__(
            list(self.views.values()), layout={"flex_flow": "row wrap"}
        )

    def _repr_mimebundle_(self, **kwargs):
        figure = draw_points(
            {name: view.ground for name, view in self.views.items()},
            {name: view.point for name, view in self.views.items()},
        )
        data = super()._repr_mimebundle_(**kwargs)
        return with_still(data, png_of(figure))


def _label(heading):
    which = f", {heading}" if heading else ""
    return (
        f"Plane of codes{which}. Arrow keys move the point, "
        "with Shift ten times as far."
    )
