"""The live curve draws while training runs, and leaves one figure."""

import base64

import keras
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from vae_course import live, plots

TERMS = "total_loss", "reconstruction_loss", "kl_loss"


class Reports(keras.Model):
    """A model that reports three means and learns nothing."""

    def __init__(self):
        super().__init__()
        self.means = [keras.metrics.Mean(name) for name in TERMS]
        self.built = True

    @property
    def metrics(self):
        return self.means

    def train_step(self, data):
        for mean, value in zip(self.means, (7.0, 5.0, 2.0), strict=True):
            mean.update_state(value)
        return self.get_metrics_result()

    test_step = train_step


def fit(curve, epochs=3, validation=True, **options):
    model = Reports()
    model.compile(jit_compile=False)
    x = np.zeros((8, 1))
    model.fit(
        x,
        batch_size=2,
        epochs=epochs,
        validation_data=(x,) if validation else None,
        callbacks=[curve],
        verbose=0,
        **options,
    )


class Front:
    """Stands for a notebook's front end: counts, and keeps the last."""

    def __init__(self):
        self.shown, self.updates = [], []

    def display(self, figure, display_id):
        assert display_id is True
        self.shown.append(figure)
        return self

    def update(self, figure):
        self.updates.append(figure)


@pytest.fixture
def front(monkeypatch):
    monkeypatch.setattr(live, "_in_a_notebook", lambda: True)
    monkeypatch.delenv("VAE_COURSE_QUICK", raising=False)
    front = Front()
    monkeypatch.setattr("IPython.display.display", front.display)
    return front


def lengths(figure):
    return [len(line.get_xdata()) for line in figure.axes[0].lines]


def test_one_display_follows_the_training(front):
    fit(live.LiveCurve(seconds=0))
    [first] = front.shown
    assert lengths(first) == [0, 0, 1]
    assert lengths(front.updates[-1]) == [3, 3]


def test_drawings_are_few_where_training_is_fast(front):
    fit(live.LiveCurve(seconds=60), epochs=8)
    assert len(front.shown) + len(front.updates) == 2


def test_drawing_leaves_most_of_the_time_to_training(front, monkeypatch):
    clock = iter(np.arange(0.0, 1e6, 5.0))
    monkeypatch.setattr(live.time, "perf_counter", lambda: next(clock))
    fit(live.LiveCurve(seconds=0), epochs=10)
    # By this clock every look at it, and so every drawing, takes 5 s.
    asked = next(clock) / 5
    assert len(front.updates) < asked / 8


def test_the_last_figure_is_clean(front):
    fit(live.LiveCurve(seconds=0), epochs=2)
    last = front.updates[-1]
    assert lengths(last) == [2, 2]
    assert "After 2 epochs" in last.get_suptitle()
    assert "images held back: reconstruction 5.0 + KL 2.00" in (
        last.get_suptitle()
    )


def test_without_images_held_back_the_training_means_are_told(front):
    fit(live.LiveCurve(), validation=False)
    said = front.updates[-1].get_suptitle()
    assert "training images: reconstruction 5.0 + KL 2.00" in said


def test_a_resumed_training_goes_on_at_its_epoch(front):
    fit(live.LiveCurve(), epochs=5, initial_epoch=3)
    line = front.updates[-1].axes[0].lines[0]
    assert line.get_xdata().tolist() == [4, 5]
    assert "After 5 epochs" in front.updates[-1].get_suptitle()


def test_a_second_training_begins_a_new_figure(front):
    curve = live.LiveCurve()
    fit(curve)
    fit(curve)
    assert len(front.shown) == 2
    assert lengths(front.updates[-1]) == [3, 3]


def test_it_keeps_the_history(front):
    curve = live.LiveCurve()
    fit(curve, epochs=2)
    names = [prefix + term for prefix in ("", "val_") for term in TERMS]
    assert sorted(curve.history) == sorted(names)
    assert curve.history["val_kl_loss"] == [2.0, 2.0]


def test_quick_mode_shows_the_last_figure_alone(front, monkeypatch, capsys):
    monkeypatch.setenv("VAE_COURSE_QUICK", "1")
    fit(live.LiveCurve(seconds=0))
    assert front.updates == []
    assert [lengths(figure) for figure in front.shown] == [[3, 3]]
    assert capsys.readouterr().out == ""


def test_outside_a_notebook_it_prints_a_line_an_epoch(capsys, monkeypatch):
    monkeypatch.setattr(plots, "loss_terms", None)
    fit(live.LiveCurve(), epochs=3)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "After 1 epoch",
        "After 2 epochs",
        "After 3 epochs",
    ]


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
        live.LiveCurve(seconds)


CELL = """
import sys
sys.path.insert(0, {folder!r})
from test_live import fit, live
fit(live.LiveCurve(seconds=0), epochs=3)
"""


def test_a_saved_notebook_holds_one_static_figure(monkeypatch):
    monkeypatch.delenv("VAE_COURSE_QUICK", raising=False)
    folder = __file__.rpartition("/")[0]
    cell = nbformat.v4.new_code_cell(CELL.format(folder=folder))
    notebook = nbformat.v4.new_notebook(cells=[cell])
    NotebookClient(notebook, timeout=120).execute()
    [output] = notebook.cells[0].outputs
    assert output.output_type == "display_data"
    png = base64.b64decode(output.data["image/png"])
    assert png.startswith(b"\x89PNG")
    assert len(png) < 100_000
