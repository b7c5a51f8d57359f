"""What all views share: a front end that moves numbers, and an answer."""

from pathlib import Path

import anywidget
import traitlets

HERE = Path(__file__).parent


def source_of(*names):
    """Join the front end's files into the one module that is sent to it."""
    return "\n".join((HERE / name).read_text("utf-8") for name in names)


class Moved(anywidget.AnyWidget):
    """A view whose numbers are moved, on the page or in Python.

    A subclass says how with `move(*numbers)`.

    Attributes:
        answered: int, the serial number of the last move from the front
            end that has been answered.
        label: what a screen reader calls the view.
        words: what there is to say of the numbers.
    """

    _css = HERE / "views.css"

    answered = traitlets.Int().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)

    def __init__(self, **traits):
        super().__init__(**traits)
        self.on_msg(self._receive)

    def _receive(self, _, message, buffers):
        """Answer a move of the front end, in one message."""
        with self.hold_sync():
            try:
                self.move(*message["numbers"])
            finally:
                self.answered = message["serial"]
