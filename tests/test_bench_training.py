"""The benchmark of the training runs, and says what it measured."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from training_bench import report

BENCHMARK = Path(__file__).parents[1] / "tools" / "bench_training.py"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Run both kinds of contestant on a few images."""
    file = tmp_path_factory.mktemp("bench") / "told.json"
    settings = "--tiny --runs 1 --only published,dense-1 --target 1e9"
    done = subprocess.run(
        [sys.executable, BENCHMARK, *settings.split(), "--out", file],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(file.read_text()), done.stdout


def test_the_benchmark_measures_every_number(tiny):
    told, _ = tiny
    assert list(told["medians"]) == ["published", "dense-1"]
    for numbers in told["medians"].values():
        for name, value in numbers.items():
            assert math.isfinite(value), name
            assert value > 0, name


def test_the_benchmark_prints_a_row_for_each_contestant(tiny):
    told, printed = tiny
    rows = [line for line in printed.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(told["medians"])
    assert len({row.count("|") for row in rows}) == 1


def epochs(*losses):
    return [
        {"seconds": 2.0 * number, "loss": loss, "negative_elbo": 2 * loss}
        for number, loss in enumerate(losses, 1)
    ]


def run(name, losses, speed=100.0):
    return {
        "name": name,
        "images_a_second": speed,
        "first_call": 1.0,
        "peak_mib": 500.0,
        "epochs": epochs(*losses),
    }


@pytest.mark.parametrize(
    "target, losses, seconds",
    [
        (5.0, [9.0, 5.0, 6.0], 4.0),
        (5.0, [9.0, 5.1], None),
        (5.0, [math.nan, 4.0], 4.0),
        (5.0, [], None),
        (None, [1.0], None),
    ],
)
def test_the_target_is_reached_at_the_end_of_an_epoch(target, losses, seconds):
    assert report.seconds_to(target, epochs(*losses)) == seconds


def test_runs_are_summed_up_by_their_medians():
    results = [
        run("a", [9.0, 4.0], speed=100.0),
        run("b", []),
        run("a", [4.0, 3.0], speed=300.0),
        run("a", [8.0, 2.0], speed=120.0),
    ]
    medians = report.summarise(results, target=5.0)
    assert medians["a"]["images_a_second"] == 120.0
    assert medians["a"]["loss"] == 3.0
    assert medians["a"]["to_target"] == 4.0
    assert medians["b"]["loss"] is medians["b"]["to_target"] is None


def test_a_target_that_one_run_misses_is_not_reached():
    results = [run("a", [4.0]), run("a", [6.0])]
    assert report.summarise(results, 5.0)["a"]["to_target"] is None


def test_what_was_not_run_to_its_end_is_told_as_a_projection():
    part = {"seconds": None, "images_a_second": 50.0, "first_call": 3.0}
    assert report.own_time(part, 1000) == (23.0, False)
    assert report.own_time({**part, "seconds": 30.0}, 1000) == (30.0, True)
