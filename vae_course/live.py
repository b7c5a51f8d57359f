"""Watch a training while it runs."""

import sys
import time

import keras

from vae_course import plots, runtime
from vae_course.arguments import real_array

TERMS = "reconstruction_loss", "kl_loss"


class LiveCurve(keras.callbacks.Callback):
    """Draw both terms of a VAE's loss while `fit` runs.

    In a notebook it keeps one figure up to date, within the epochs too, and
    leaves it there when training has ended. Elsewhere it prints a line an
    epoch. In quick mode a notebook gets the last figure alone. Drawing
    takes at most about a tenth of the time.

    Args:
        seconds: float >= 0, the shortest time between two drawings.

    Raises:
        TypeError: if seconds is no real number.
        ValueError: if it is negative or not finite.

    Attributes:
        history: dict from the name of each reported mean to its list, one
            number an epoch, nats an image.
    """

    def __init__(self, seconds=1.0):
        super().__init__()
        if real_array("seconds", seconds, shape=()) < 0:
            raise ValueError(f"seconds: expected at least 0, got {seconds}")
        self.seconds = seconds

    def on_train_begin(self, logs=None):
        """Begin with an empty history."""
        self.history, self.first_epoch = {}, None
        self._display, self._next = None, 0.0
        self._started = time.perf_counter()

    def on_epoch_begin(self, epoch, logs=None):
        """Remember which epoch runs; a resumed training begins later."""
        self._epoch = epoch
        if self.first_epoch is None:
            self.first_epoch = epoch + 1

    def on_train_batch_end(self, batch, logs=None):
        """Draw the means of the epoch so far."""
        steps = self.params.get("steps")
        if steps and self._is_due():
            done = self._epoch + (batch + 1) / steps
            self._draw((done, {term: float(logs[term]) for term in TERMS}))

    def on_epoch_end(self, epoch, logs=None):
        """Add the epoch's means, and draw or print them."""
        for name, mean in logs.items():
            self.history.setdefault(name, []).append(float(mean))
        if not _in_a_notebook():
            print(self._words())
        elif self._is_due():
            self._draw()

    def on_train_end(self, logs=None):
        """Leave one clean figure."""
        if self.history and _in_a_notebook():
            self._draw()

    def _is_due(self):
        return (
            _in_a_notebook()
            and not runtime.quick_mode()
            and time.perf_counter() >= self._next
        )

    def _draw(self, running=None):
        """Show the figure, or put it in the place of the one before."""
        from IPython.display import display

        begun = time.perf_counter()
        figure = plots.loss_terms(
            self.history,
            self.first_epoch,
            running,
            self.params["epochs"],
            self._words() if self.history else "The first epoch is under way",
        )
        if self._display is None:
            self._display = display(figure, display_id=True)
        else:
            self._display.update(figure)
        now = time.perf_counter()
        self._next = now + max(self.seconds, 10 * (now - begun))

    def _words(self):
        """Say the latest means, of images held back where there are any."""
        held_back = "val_kl_loss" in self.history
        prefix = "val_" if held_back else ""
        reconstruction, kl = (self.history[prefix + t][-1] for t in TERMS)
        done = self.first_epoch - 1 + len(self.history["kl_loss"])
        plural = "s" if done > 1 else ""
        seconds = time.perf_counter() - self._started
        which = "images held back" if held_back else "training images"
        return (
            f"After {done} epoch{plural}, {seconds:.0f} s, {which}: "
            f"reconstruction {reconstruction:.1f} + KL {kl:.2f} nats"
        )


def _in_a_notebook():
    """Tell whether a kernel runs this, whose front end shows figures."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")
