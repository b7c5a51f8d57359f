"""The training view draws while training runs, and leaves one figure."""

import base64
import itertools
import re

import keras
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from vae_course import live, models, networks

TERMS = "total_loss", "reconstruction_loss", "kl_loss"
X = np.linspace(0, 1, 8 * 32 * 32, dtype="float32").reshape(8, 32, 32, 1)


class Reports(keras.Model):
    """A model that reports means and learns nothing."""

    def __init__(self, terms=TERMS):
        super().__init__()
        values = {"total_loss": 7.0, "reconstruction_loss": 5.0}
        self.means = {
            keras.metrics.Mean(term): values.get(term, 2.0) for term in terms
        }
        self.built = True

    @property
    def metrics(self):
        return list(self.means)

    def train_step(self, data):
        for mean, value in self.means.items():
            mean.update_state(value)
        return self.get_metrics_result()

    test_step = train_step


def fit(view, epochs=3, validation=True, model=None, callbacks=(), **options):
    model = model or Reports()
    steps = options.pop("steps_per_execution", 1)
    model.compile(jit_compile=False, steps_per_execution=steps)
    x = options.pop("x", np.zeros((8, 1)))
    if isinstance(x, np.ndarray):
        options["batch_size"] = 2
    model.fit(
        x,
        epochs=epochs,
        validation_data=(np.zeros((8, 1)),) if validation else None,
        callbacks=[*callbacks, view],
        verbose=0,
        **options,
    )


class Front:
    """Stands for a notebook: counts its figures, and ends its cells."""

    kernel = True

    def __init__(self):
        self.shown, self.updates, self.at_the_end = [], [], []
        self.events = self

    def register(self, event, function):
        assert event == "post_run_cell"
        self.at_the_end.append(function)

    def unregister(self, event, function):
        self.at_the_end.remove(function)

    def end_of_cell(self):
        for function in list(self.at_the_end):
            function("the result")

    def display(self, figure, display_id):
        assert display_id is True
        self.shown.append(figure)
        return self

    def update(self, figure):
        self.updates.append(figure)

    @property
    def words(self):
        figures = self.shown + self.updates
        return [figure.get_suptitle().split("\n")[0] for figure in figures]

    def ended(self, words):
        return re.fullmatch(rf"{words}\d+ s", self.words[-1])


@pytest.fixture
def front(monkeypatch):
    front = Front()
    monkeypatch.setattr(live, "_notebook", lambda: front)
    monkeypatch.delenv("VAE_COURSE_QUICK", raising=False)
    monkeypatch.setattr("IPython.display.display", front.display)
    return front


@pytest.fixture
def slow_clock(monkeypatch):
    """Let every look at the clock take a second."""
    clock = itertools.count()
    monkeypatch.setattr(live.time, "perf_counter", lambda: float(next(clock)))
    return clock


def lengths(figure):
    return [len(line.get_xdata()) for line in figure.axes[0].lines]


def test_one_display_follows_the_training(front):
    fit(live.TrainingView(seconds=0))
    [first] = front.shown
    assert lengths(first) == [0, 0, 1]
    assert lengths(front.updates[-1]) == [3, 3]


def test_it_draws_within_the_epochs(front):
    fit(live.TrainingView(seconds=0), epochs=30)
    under_way = [f for f in front.updates if len(lengths(f)) == 3]
    assert under_way


def test_drawings_are_few_where_training_is_fast(front):
    fit(live.TrainingView(seconds=60), epochs=8)
    assert len(front.shown) + len(front.updates) == 2


def test_drawing_leaves_most_of_the_time_to_training(front, slow_clock):
    fit(live.TrainingView(seconds=0), epochs=10)
    # By this clock every look at it, and so every drawing, takes a second.
    assert 2 < len(front.updates) < next(slow_clock) / 8


def test_the_last_figure_is_plain(front):
    fit(live.TrainingView(seconds=0), epochs=2)
    last = front.updates[-1]
    assert lengths(last) == [2, 2]
    assert front.ended("2 epochs in ")
    assert last.get_suptitle().split("\n")[1] == (
        "After epoch 2, images held back: "
        "reconstruction loss 5.00 + KL loss 2.00 nats"
    )


def test_without_images_held_back_the_training_means_are_told(front):
    fit(live.TrainingView(), validation=False)
    said = front.updates[-1].get_suptitle()
    assert "training images: reconstruction loss 5.00 + KL loss 2.00" in said


def test_an_epoch_without_validation_tells_the_training_means(front):
    view = live.TrainingView()
    fit(view, validation_freq=2)
    assert "After epoch 3, training" in front.updates[-1].get_suptitle()
    assert np.isnan(view.history["val_kl_loss"]).tolist() == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "terms, panels, said",
    [
        (["reconstruction_loss"], 1, "images: reconstruction loss 5.00 nats"),
        (["total_loss"], 1, "images: total loss 7.00 nats"),
        (["loss"], 1, "images: loss 2.00"),
        (["a", "b"], 2, "images: a 2.00, b 2.00"),
    ],
)
def test_it_draws_what_the_model_reports(front, terms, panels, said):
    fit(live.TrainingView(), model=Reports(terms), validation=False)
    assert len(front.updates[-1].axes) == panels
    assert front.updates[-1].get_suptitle().endswith(said)


def test_it_says_how_long_is_left_as_soon_as_it_knows(front, slow_clock):
    fit(live.TrainingView(seconds=0), epochs=11)
    first, *on_the_way, last = front.words
    told = [words.partition(" so far, about ")[2] for words in on_the_way]
    seconds = [int(words.removesuffix(" s left")) for words in told]
    assert len(seconds) >= 3
    assert seconds == sorted(seconds, reverse=True)
    assert "left" not in first and "left" not in last


def test_a_resumed_training_goes_on_at_its_epoch(front):
    fit(live.TrainingView(), epochs=5, initial_epoch=3)
    line = front.updates[-1].axes[0].lines[0]
    assert line.get_xdata().tolist() == [4, 5]
    assert front.words[0].startswith("Epoch 4 of 5, ")
    assert front.ended("2 epochs in ")


def test_a_training_with_nothing_left_to_do_draws_nothing(front):
    fit(live.TrainingView(X), epochs=3, initial_epoch=3, model=Draws())
    assert not front.shown
    assert not front.at_the_end


def test_a_second_training_begins_a_new_figure(front):
    view = live.TrainingView()
    fit(view)
    fit(view)
    assert len(front.shown) == 2
    assert lengths(front.updates[-1]) == [3, 3]


def test_it_keeps_the_history(front):
    view = live.TrainingView()
    fit(view, epochs=2)
    names = [prefix + term for prefix in ("", "val_") for term in TERMS]
    assert sorted(view.history) == sorted(names)
    assert view.history["val_kl_loss"] == [2.0, 2.0]


@pytest.mark.parametrize("steps", [2, 3, 16])
def test_calls_of_several_steps_are_followed(front, steps):
    fit(live.TrainingView(seconds=0), steps_per_execution=steps)
    [done] = front.shown[0].axes[0].lines[-1].get_xdata()
    assert done == min(steps, 4) / 4
    assert lengths(front.updates[-1]) == [3, 3]


# Keras warns of every dataset whose length it does not know.
@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_a_dataset_of_unknown_length_is_followed(front, slow_clock):
    tf = pytest.importorskip("tensorflow")

    def batches():
        yield from np.zeros((4, 2, 1))

    spec = tf.TensorSpec((2, 1))
    x = tf.data.Dataset.from_generator(batches, output_signature=spec)
    fit(live.TrainingView(seconds=0), x=x, epochs=20, shuffle=False)
    assert front.shown[0].axes[0].lines[-1].get_xdata() == [0.5]
    assert "left" not in front.words[0]
    assert "left" in front.words[-2]
    assert lengths(front.updates[-1]) == [20, 20]


# Ends that are none


class Fails(keras.callbacks.Callback):
    """Raise at a batch of an epoch."""

    def __init__(self, epoch, error):
        super().__init__()
        self.at, self.error = epoch, error

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if (self.epoch, batch) == (self.at, 2):
            raise self.error


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_a_training_that_is_broken_off_leaves_a_plain_figure(front, error):
    with pytest.raises(error):
        fit(live.TrainingView(), callbacks=[Fails(1, error)])
    front.end_of_cell()
    assert len(front.shown) == 1
    assert front.ended("Stopped in epoch 2 of 3, ")
    line, _, dot = front.updates[-1].axes[0].lines
    assert line.get_xdata().tolist() == [1]
    assert dot.get_xdata() == [1.5]
    assert not front.at_the_end


def test_a_training_broken_off_is_left_when_the_next_begins(front):
    view = live.TrainingView()
    with pytest.raises(KeyboardInterrupt):
        fit(view, callbacks=[Fails(1, KeyboardInterrupt)])
    fit(view)
    assert len(front.shown) == 2
    assert sum(words.startswith("Stopped in") for words in front.words) == 1
    assert front.ended("3 epochs in ")
    assert not front.at_the_end


def test_a_training_that_fails_before_its_first_step_shows_nothing(front):
    with pytest.raises(ZeroDivisionError):
        fit(live.TrainingView(), model=Broken())
    front.end_of_cell()
    assert not front.shown


class Broken(Reports):
    def train_step(self, data):
        raise ZeroDivisionError


def test_a_training_stopped_early_says_so(front):
    stop = keras.callbacks.EarlyStopping(
        "val_total_loss", patience=2, mode="min"
    )
    fit(live.TrainingView(), epochs=9, callbacks=[stop])
    assert front.ended("Stopped after epoch 3 of 9, ")
    front.end_of_cell()
    assert len(front.words) == 2


# Pictures


class Draws(Reports):
    """A model that gives each image back, inverted."""

    def call(self, x, training=None):
        assert training is False
        return 1 - x


def drawn_in(figure):
    """The rows of pictures, as one sheet."""
    return figure.axes[-1].images[0].get_array()


def test_the_model_draws_the_images_below_their_originals(front):
    fit(live.TrainingView(X[:3]), model=Draws())
    for figure in front.shown + front.updates:
        sheet = drawn_in(figure)
        assert np.allclose(sheet[:32, :32], X[0, ..., 0])
        second = sheet[len(sheet) // 2 :]
        assert np.allclose(second[:32, :32], 1 - X[0, ..., 0])


class Learns(Draws):
    """A model whose drawings get darker by a tenth with each step."""

    def __init__(self):
        super().__init__()
        self.level = keras.Variable(0.0, trainable=False)

    def train_step(self, data):
        self.level.assign_add(0.1)
        return super().train_step(data)

    def call(self, x, training=None):
        return 0 * x + self.level


def test_the_drawings_are_those_of_the_model_now(front):
    fit(live.TrainingView(X[:1]), model=Learns(), epochs=2)
    seen = [drawn_in(f)[-10, 10] for f in (front.shown[0], front.updates[-1])]
    assert seen == pytest.approx([0.1, 0.8])


def small_vae():
    return models.VAE(
        networks.build_dense_variational_encoder(),
        networks.build_dense_decoder(),
    )


class Bare(keras.Model):
    """A VAE as of lesson 07: it has no `call`."""

    def __init__(self, vae):
        super().__init__()
        self.encoder, self.decoder = vae.encoder, vae.decoder
        self.built = True


def test_a_model_without_call_draws_by_its_parts():
    vae = small_vae()
    assert np.allclose(live.draw(Bare(vae), X), vae(X), atol=1e-6)
    plain = models.Autoencoder(
        networks.build_encoder(), networks.build_decoder()
    )
    assert np.allclose(live.draw(Bare(plain), X), plain(X), atol=1e-6)


def test_to_be_watched_changes_nothing_in_what_is_learnt(front):
    learnt = []
    for callbacks in ([], [live.TrainingView(X, seconds=0)]):
        keras.utils.set_random_seed(1)
        vae = small_vae()
        vae.compile("adam", jit_compile=False)
        vae.fit(X, batch_size=3, epochs=3, callbacks=callbacks, verbose=0)
        z = vae.encoder(X)[2]
        learnt.append([*map(np.array, vae.weights), np.array(z)])
    assert front.shown
    for alone, watched in zip(*learnt, strict=True):
        assert np.array_equal(alone, watched)


class Codes(Reports):
    def call(self, x, training=None):
        return x[:, :, 0, 0]


class Pair(Reports):
    def call(self, x, training=None):
        return x, x[:, :2]


class Crashes(Reports):
    def call(self, x, training=None):
        raise ZeroDivisionError("of my own")


@pytest.mark.parametrize("quick", ["0", "1"])
@pytest.mark.parametrize(
    "model, came",
    [
        (Codes, r"got an array \(8, 32\)"),
        (Pair, "got ValueError"),
        (Crashes, "got ZeroDivisionError: Exception .* Crashes.call"),
        (Reports, "got AttributeError: .* has no attribute 'encoder'"),
    ],
)
def test_a_model_that_cannot_draw_is_told_of_at_once(
    front, monkeypatch, model, came, quick
):
    monkeypatch.setenv("VAE_COURSE_QUICK", quick)
    view = live.TrainingView(X)
    expected = r"expected a model that draws the images, \(8, 32, 32, 1\)"
    with pytest.raises(ValueError, match=f"{expected}[^;]*; {came}"):
        fit(view, model=model())
    front.end_of_cell()
    assert not front.shown
    assert view.history == {}


# Elsewhere


def test_quick_mode_shows_the_last_figure_alone(front, monkeypatch, capsys):
    monkeypatch.setenv("VAE_COURSE_QUICK", "1")
    fit(live.TrainingView(seconds=0))
    assert front.updates == []
    assert [lengths(figure) for figure in front.shown] == [[3, 3]]
    assert capsys.readouterr().out == ""


def test_nothing_is_printed_in_a_notebook(front, capsys):
    fit(live.TrainingView(seconds=0))
    assert capsys.readouterr() == ("", "")


def test_outside_a_notebook_it_prints_a_line_an_epoch(capsys, monkeypatch):
    monkeypatch.setattr(live.plots, "loss_terms", None)
    fit(live.TrainingView(X), epochs=3, model=Draws())
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "Epoch 1 of 3",
        "Epoch 2 of 3",
        "Epoch 3 of 3",
    ]
    assert "about" in lines[1] and "left" in lines[1]
    assert "left" not in lines[2]
    assert lines[2].endswith(
        "images held back: reconstruction loss 5.00 + KL loss 2.00 nats"
    )


@pytest.mark.parametrize(
    "seconds, error, message",
    [
        (-1, ValueError, "at least 0, got -1"),
        (float("nan"), ValueError, "finite numbers"),
        ("1", TypeError, "real numbers"),
    ],
)
def test_what_is_no_time_is_refused(seconds, error, message):
    with pytest.raises(error, match=f"seconds: expected {message}"):
        live.TrainingView(seconds=seconds)


@pytest.mark.parametrize(
    "images, error, message",
    [
        (X[0], ValueError, r"shape \(n, 32, 32, 1\), got \(32, 32, 1\)"),
        (X[:0], ValueError, "shape"),
        (np.zeros((11, 32, 32, 1)), ValueError, "at most 10, got 11"),
        (255 * X, ValueError, "values from 0 to 1, got 0"),
        (-X, ValueError, "values from 0 to 1, got -"),
        ("shoes", TypeError, "real numbers"),
    ],
)
def test_what_are_no_images_is_refused(images, error, message):
    with pytest.raises(error, match=f"images: expected {message}"):
        live.TrainingView(images)


CELL = """
import sys
sys.path.insert(0, {folder!r})
from test_live import X, Draws, Fails, fit, live
fit(
    live.TrainingView(X, seconds=0), epochs=3, model=Draws(),
    callbacks=[Fails({fails_at}, KeyboardInterrupt)],
)
"""


@pytest.mark.parametrize("fails_at", [None, 1])
def test_a_saved_notebook_holds_one_static_figure(monkeypatch, fails_at):
    monkeypatch.delenv("VAE_COURSE_QUICK", raising=False)
    folder = __file__.rpartition("/")[0]
    source = CELL.format(folder=folder, fails_at=fails_at)
    cell = nbformat.v4.new_code_cell(source)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    client = NotebookClient(notebook, timeout=120, allow_errors=True)
    client.execute()
    kinds = [output.output_type for output in cell.outputs]
    assert kinds == ["display_data"] + ["error"] * (fails_at is not None)
    png = base64.b64decode(cell.outputs[0].data["image/png"])
    assert png.startswith(b"\x89PNG")
    assert len(png) < 100_000
