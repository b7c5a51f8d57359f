"""A plane in which a point is moved, and the pictures that belong to it."""

import traitlets

from vae_course.widgets.moved import Moved, source_of
from vae_course.widgets.still import png_of


class Plane(Moved):
    """A plane that is touched: a click, a drag, or the arrow keys.

    It knows nothing of networks: whoever observes `x` and `y` sets the
    pictures, the words and the trail that belong to the point, and whoever
    observes `ends` the points of the walk.

    Attributes:
        x: float, the point's first number; set from either side.
        y: float, its second number.
        backdrop: bytes, a PNG of the plane with its axes.
        area: float (4,), where the axes stand in the backdrop: left, top,
            width and height, as shares of its sides.
        limits: float (4,), of the axes: left, right, bottom, top, in the
            unit of the codes. No point lies beyond.
        wide: float, the backdrop's width on the page, CSS pixels.
        captions: a string for each picture.
        pictures: bytes, uint8 (k, height, width), 255 is full ink.
        shape: int (2,), height and width of a picture.
        trail: bytes, float32 (n, 2), where one has been; set last.
        ends: float (2, 2), the ends of a walk; set from either side.
        walk: bytes, float32 (n, 2), the points of the walk.
    """

    _esm = source_of("moved.js", "plane.js")

    x = traitlets.Float().tag(sync=True)
    y = traitlets.Float().tag(sync=True)
    backdrop = traitlets.Bytes().tag(sync=True)
    area = traitlets.List(traitlets.Float()).tag(sync=True)
    limits = traitlets.List(traitlets.Float()).tag(sync=True)
    wide = traitlets.Float().tag(sync=True)
    captions = traitlets.List(traitlets.Unicode()).tag(sync=True)
    pictures = traitlets.Bytes().tag(sync=True)
    shape = traitlets.List(traitlets.Int()).tag(sync=True)
    trail = traitlets.Bytes().tag(sync=True)
    ends = traitlets.List().tag(sync=True)
    walk = traitlets.Bytes().tag(sync=True)

    def move(self, x, y):
        """Set both numbers of the point, and tell of it once."""
        with self.hold_sync(), self.hold_trait_notifications():
            self.x, self.y = float(x), float(y)


def backdrop_of(figure):
    """Draw a figure of one plane, and say where in it the plane stands.

    Args:
        figure: a Matplotlib figure; its first axes are the plane.

    Returns:
        dict of `Plane`'s `backdrop`, `area`, `limits` and `wide`.
    """
    backdrop = png_of(figure, dpi=2 * figure.dpi)
    axes = figure.axes[0]
    left, bottom, width, height = map(float, axes.get_position().bounds)
    return {
        "backdrop": backdrop,
        "area": [left, 1 - bottom - height, width, height],
        "limits": [float(x) for x in (*axes.get_xlim(), *axes.get_ylim())],
        "wide": float(figure.get_size_inches()[0] * figure.dpi),
    }
