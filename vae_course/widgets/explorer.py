"""A figure that follows its sliders."""

import base64
import io

import ipywidgets


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
        for moved in sliders.values():
            moved.observe(self._redraw, "value")
        self._redraw()

    def _redraw(self, change=None):
        figure = self._draw(**{k: s.value for k, s in self._sliders.items()})
        self.image.value = png_of(figure)

    def _repr_mimebundle_(self, **kwargs):
        return with_still(
            super()._repr_mimebundle_(**kwargs), self.image.value
        )


def slider(description, value, low, high, step=0.1):
    """Make a slider of one number."""
    return ipywidgets.FloatSlider(
        value, min=low, max=high, step=step, description=description
    )


def png_of(figure, dpi="figure"):
    """Return a figure as the bytes of a PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()


def with_still(bundle, png):
    """Add to a view's data the picture to show where no front end runs."""
    return {**bundle, "image/png": base64.b64encode(png).decode()}
