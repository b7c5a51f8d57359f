"""The figure of training times shows the benchmark's numbers."""

import json

import pytest

from vae_course import plots, training

TOLD = {
    "target": 132.7,
    "machine": {"device": "CPU (2 cores)"},
    "titles": {"old": "an old way", "new": "a new way", "lost": "lost"},
    "medians": {
        "old": {"to_target": 300.0},
        "new": {"to_target": 7.5},
        "lost": {"to_target": None},
    },
}


def test_a_bar_is_as_long_as_the_training_took():
    [axis] = plots.training_times(TOLD, ["old", "new"]).axes
    assert [bar.get_width() for bar in axis.patches] == [300.0, 7.5]
    names = [label.get_text() for label in axis.get_yticklabels()]
    assert names == ["an old way", "a new way"]


def test_behind_a_bar_stands_how_many_times_faster_it_is():
    [axis] = plots.training_times(TOLD, ["old", "new"]).axes
    assert [text.get_text() for text in axis.texts] == [
        "300 s",
        "7.5 s (40 ×)",
    ]


def test_the_slowest_stands_on_top_and_the_axis_says_what_it_counts():
    [axis] = plots.training_times(TOLD, ["old", "new"]).axes
    assert axis.yaxis_inverted()
    assert axis.get_xlabel() == (
        "seconds to a test loss of 132.7 (logarithmic axis)"
    )
    titles = axis.get_title(), axis.get_title(loc="left")
    assert "To the same loss, on a CPU (2 cores)" in titles


def test_a_training_that_did_not_reach_the_loss_is_refused():
    with pytest.raises(ValueError, match=r"reached the loss, got \['lost'\]"):
        plots.training_times(TOLD, ["old", "lost"])


def test_the_benchmark_that_comes_with_the_course_can_be_drawn():
    told = json.loads(training.BENCHMARK.read_text(encoding="utf-8"))
    names = ["published", "dense", "dense-1"]
    [axis] = plots.training_times(told, names).axes
    assert len(axis.patches) == 3
