"""A figure that follows its sliders."""

from dataclasses import asdict, dataclass

import traitlets

from vae_course.widgets.moved import Moved, source_of
from vae_course.widgets.still import Film, with_still


@dataclass(frozen=True)
class Slider:
    """A slider of one number.

    Attributes:
        label: the number's name, and its unit if it has one.
        start: float, where it stands at first.
        low: float, its left end.
        high: float, its right end.
        step: float > 0, the smallest move.
        names: what each place is called, from the left; empty where the
            number itself says enough.
    """

    label: str
    start: float
    low: float
    high: float
    step: float = 0.1
    names: tuple[str, ...] = ()


class Explorer(Moved):
    """A figure that follows its sliders; a still where no front end runs.

    Args:
        figure: a Matplotlib figure.
        moving: its artists that `follow` changes.
        follow: function that takes the value of each slider, by name,
            changes the artists, and returns what they show in words.
        label: what a screen reader calls the figure.
        **sliders: a Slider for each argument of `follow`, by its name.

    Attributes:
        figure: the figure.
        sliders: a dict for each slider, its Slider's attributes.
        numbers: list of floats, where the sliders stand.
        picture: bytes, the figure as a PNG.
        size: float (2,), its width and height on the page, CSS pixels.
    """

    _esm = source_of("moved.js", "explorer.js")

    sliders = traitlets.List().tag(sync=True)
    numbers = traitlets.List(traitlets.Float()).tag(sync=True)
    picture = traitlets.Bytes().tag(sync=True)
    size = traitlets.List(traitlets.Float()).tag(sync=True)

    def __init__(self, figure, moving, follow, label, **sliders):
        self._follow, self._names = follow, tuple(sliders)
        self.figure, self._film = figure, Film(figure, moving)
        super().__init__(
            label=label,
            sliders=[asdict(slider) for slider in sliders.values()],
            size=list(figure.bbox.size),
        )
        self.move(*(slider.start for slider in sliders.values()))

    def move(self, *numbers):
        """Set all sliders, in their order, and let the figure follow.

        Args:
            *numbers: float, one a slider; at most at its ends.

        Raises:
            ValueError: if there are more or fewer than sliders.
        """
        if len(numbers) != len(self.sliders):
            raise ValueError(
                f"numbers: expected {len(self.sliders)}, one a slider, "
                f"got {len(numbers)}"
            )
        with self.hold_sync():
            self.numbers = [
                min(max(float(number), slider["low"]), slider["high"])
                for number, slider in zip(numbers, self.sliders, strict=True)
            ]
            by_name = dict(zip(self._names, self.numbers, strict=True))
            self.words = self._follow(**by_name)
            self.picture = self._film.picture()

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return with_still(data, self.picture), metadata
