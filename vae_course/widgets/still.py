"""The pictures of views: what a front end shows, and what stands in for it."""

import base64
import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import imsave


def png_of(figure, dpi="figure"):
    """Return a figure as the bytes of a PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()


def with_still(bundle, png):
    """Add to a view's data the picture to show where no front end runs."""
    return {**bundle, "image/png": base64.b64encode(png).decode()}


class Film:
    """Draw a figure again and again, of which little moves.

    What stays is drawn once, and so is the layout made.

    Args:
        figure: a Matplotlib figure.
        moving: its artists that will change; they lie above all others.
    """

    def __init__(self, figure, moving):
        self._figure = figure
        self._moving = sorted(moving, key=lambda artist: artist.zorder)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        figure.set_layout_engine("none")
        for artist in self._moving:
            artist.set_animated(True)
        canvas.draw()
        self._staying = canvas.copy_from_bbox(figure.bbox)

    def picture(self):
        """Return what the figure shows now, as the bytes of a PNG."""
        canvas = self._figure.canvas
        canvas.restore_region(self._staying)
        for artist in self._moving:
            self._figure.draw_artist(artist)
        pixels = np.asarray(canvas.buffer_rgba())[..., :3]
        buffer = io.BytesIO()
        # Packed in haste: it is shown for a moment.
        imsave(buffer, pixels, format="png", pil_kwargs={"compress_level": 1})
        return buffer.getvalue()
