"""Watch a training while it runs."""

import sys
import time

import keras
import numpy as np

from vae_course import plots, runtime
from vae_course.arguments import real_array
from vae_course.pace import Pace
from vae_course.plots.training import IN_NATS, in_words, reported_terms

MOST_IMAGES = 10


class TrainingView(keras.callbacks.Callback):
    """Draw the terms of the loss, and some reconstructions, as `fit` runs.

    In a notebook it keeps one figure up to date, within the epochs too,
    says about how long is left, and leaves a plain figure there when
    training has ended, also where it was stopped or failed. Elsewhere it
    prints a line an epoch. In quick mode a notebook gets the last figure
    alone. Drawing takes at most about a tenth of the time, and leaves
    training as it is: not even its noise is another.

    Args:
        images: float (n, 32, 32, 1), in [0, 1], n from 1 to 10: the model
            draws them again and again. None for none.
        seconds: float >= 0, the shortest time between two drawings.

    Raises:
        TypeError: if the images or seconds are no real numbers.
        ValueError: if they are out of range or of another shape; when
            training begins, if the model does not turn the images into
            drawings: as it is called, or, where it has no `call`, by its
            `encoder`, whose first output counts, and its `decoder`.

    Attributes:
        history: dict from the name of each reported mean to its list, one
            number an epoch, nan where there was none.
    """

    def __init__(self, images=None, seconds=1.0):
        super().__init__()
        if real_array("seconds", seconds, shape=()) < 0:
            raise ValueError(f"seconds: expected at least 0, got {seconds}")
        self.images = None if images is None else _few_images(images)
        self.seconds = seconds
        self._shell = None

    def on_train_begin(self, logs=None):
        """Begin anew, once the model has shown that it can draw."""
        self._leave()
        self.history, self._latest, self._so_far = {}, {}, {}
        self._pace = self._display = None
        if self.images is not None:
            draw(self.model, self.images)
        self._elapsed = self._next = 0.0
        self._started = time.perf_counter()
        self._shell = _notebook()
        if self._shell:
            # An exception passes `fit` by unseen, but not the cell's end.
            self._shell.events.register("post_run_cell", self._leave)

    def on_epoch_begin(self, epoch, logs=None):
        """Note which epoch comes first; a resumed training begins later."""
        if self._pace is None:
            epochs, steps = self.params["epochs"], self.params["steps"]
            self._pace = Pace(epochs, first=epoch + 1, steps=steps)

    def on_train_batch_end(self, batch, logs=None):
        """Draw the means of the epoch so far."""
        self._so_far = logs
        self._pace.step(batch + 1, self._look_at_the_clock())
        self._draw_if_due()

    def on_epoch_end(self, epoch, logs=None):
        """Add the epoch's means, and draw or print them."""
        missed = [np.nan] * (self._pace.complete + 1 - self._pace.first)
        for name in {**self.history, **logs}:
            means = self.history.setdefault(name, list(missed))
            means.append(float(logs.get(name, np.nan)))
        self._latest, self._so_far = logs, {}
        self._pace.epoch(self._look_at_the_clock())
        if not self._shell:
            print(f"{self._where()}; {_in_words(logs)}")
        self._draw_if_due()

    def on_train_end(self, logs=None):
        """Leave one plain figure."""
        self._look_at_the_clock()
        self._leave()

    def _leave(self, result=None):
        """Leave the last figure of a training, however it ended."""
        shell, self._shell = self._shell, None
        if shell:
            shell.events.unregister("post_run_cell", self._leave)
            self._draw(ended=True)

    def _look_at_the_clock(self):
        self._elapsed = time.perf_counter() - self._started
        return self._elapsed

    def _draw_if_due(self):
        due = self._elapsed >= self._next and not runtime.quick_mode()
        if not self._shell or not due:
            return
        begun = self._elapsed
        self._draw()
        now = self._look_at_the_clock()
        self._next = now + max(self.seconds, 10 * (now - begun))

    def _draw(self, ended=False):
        """Show the figure, or put it in the place of the one before."""
        from IPython.display import display

        if not self.history and not self._so_far:
            return
        words = [self._how_it_ended() if ended else self._where()]
        if self._latest:
            means = _in_words(self._latest)
            words.append(f"After epoch {self._pace.complete}, {means}")
        figure = plots.loss_terms(
            self.history,
            self._pace.first,
            (self._pace.done, self._so_far) if self._so_far else None,
            self._pace.epochs,
            "\n".join(words),
            self._pictures(),
        )
        if self._display is None:
            self._display = display(figure, display_id=True)
        else:
            self._display.update(figure)

    def _pictures(self):
        if self.images is None:
            return None
        drawn = draw(self.model, self.images)
        return {"pictures": self.images, "drawn": drawn}

    def _where(self):
        """Say how far training has come, and how long is left."""
        pace, left = self._pace, self._pace.left()
        number = pace.complete + bool(self._so_far)
        words = f"Epoch {number} of {pace.epochs}, "
        words += f"{_duration(self._elapsed)} so far"
        return words + (f", about {_roughly(left)} left" if left else "")

    def _how_it_ended(self):
        pace, seconds = self._pace, _duration(self._elapsed)
        count = pace.complete + 1 - pace.first
        if self._so_far:
            where = f"in epoch {pace.complete + 1}"
        elif pace.complete < pace.epochs:
            where = f"after epoch {pace.complete}"
        else:
            return f"{count} epoch{'s' * (count > 1)} in {seconds}"
        return f"Stopped {where} of {pace.epochs}, {seconds}"


def draw(model, images):
    """Have a model draw images again, without chance where it can.

    Nothing of the model changes, not even the state of its dice.

    Args:
        model: keras.Model, which turns images into drawings when it is
            called, or which has no `call`, but an `encoder`, whose first
            output counts, and a `decoder`.
        images: float (n, 32, 32, 1), in [0, 1].

    Returns:
        float32, same shape.

    Raises:
        ValueError: if the model fails, or gives anything else.
    """
    try:
        with keras.StatelessScope():
            drawn = _pass_through(model, keras.ops.convert_to_tensor(images))
        drawn = np.asarray(drawn, "float32")
        came = f"an array {drawn.shape}"
    except Exception as error:  # a learner's model may raise anything
        cause = error
        came = f"{type(error).__name__}: {error}".partition("\n")[0]
    else:
        if drawn.shape == images.shape:
            return drawn
        cause = None
    raise ValueError(
        "TrainingView(images): expected a model that draws the images, "
        f"{images.shape}, when it is called, or by its encoder and decoder; "
        f"got {came}"
    ) from cause


def _pass_through(model, images):
    if type(model).call is not keras.Model.call:
        return model(images, training=False)
    codes = model.encoder(images, training=False)
    z = codes[0] if isinstance(codes, list | tuple) else codes
    return model.decoder(z, training=False)


def _few_images(images):
    """Return a few images as float32, or refuse them."""
    array = real_array("images", images, shape=("n", 32, 32, 1))
    if len(array) > MOST_IMAGES:
        raise ValueError(
            f"images: expected at most {MOST_IMAGES}, got {len(array)}"
        )
    if array.min() < 0 or array.max() > 1:
        raise ValueError(
            "images: expected values from 0 to 1, got "
            f"{array.min():g} to {array.max():g}"
        )
    return array.astype("float32")


def _in_words(means):
    """Say the means of an epoch, of images held back where there are any."""
    terms = reported_terms(means)
    which, prefix = "training images", ""
    if all(f"val_{term}" in means for term in terms):
        which, prefix = "images held back", "val_"
    said = [f"{in_words(t)} {_rounded(means[prefix + t])}" for t in terms]
    if set(terms) <= set(IN_NATS):
        return f"{which}: {' + '.join(said)} nats"
    return f"{which}: {', '.join(said)}"


def _rounded(mean):
    return f"{mean:.1f}" if abs(mean) >= 100 else f"{mean:.2f}"


def _roughly(seconds):
    """Write a time that is not known to the second.

    >>> [_roughly(seconds) for seconds in (0.2, 7.4, 43, 200)]
    ['1 s', '7 s', '45 s', '3 min']
    """
    step = 1 if seconds < 20 else 5 if seconds < 120 else 60
    return _duration(step * max(1, round(seconds / step)))


def _duration(seconds):
    """Write a time.

    >>> [_duration(seconds) for seconds in (0.2, 59.6, 3605)]
    ['0 s', '1 min', '1 h 5 s']
    """
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = {"h": hours, "min": minutes, "s": seconds}
    said = [f"{number} {unit}" for unit, number in parts.items() if number]
    return " ".join(said) or "0 s"


def _notebook():
    """Return the shell of the kernel that runs this, None where there is none.

    A kernel has a front end, which shows figures; a terminal has not.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if hasattr(shell, "kernel") else None
