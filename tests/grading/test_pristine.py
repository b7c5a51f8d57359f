"""An answer finds in a pristine lesson what the notebook would have given."""

import ast
import inspect
import json
import sys
import types
from unittest import mock

import numpy as np
import pytest

from vae_course.grading.whole_class.pristine import (
    Lesson,
    read_lessons,
    run_statement,
)

CELLS = [
    (
        "setup",
        "import numpy as np\nSEED = 3\nrng = np.random.default_rng(SEED)",
    ),
    (
        "setup",
        "from vae_course import runtime\ntf = runtime.start_tensorflow()",
    ),
    ("other", "STEP = -1e-4\nWIDTHS = (2, 3)\nmany = [1] * 10\nSHOWN = SEED"),
    ("other", "def double(x):\n    return 2 * x\n\n\nprint(double(3))"),
    ("other", "def quadruple(x):\n    return double(double(x))\n"),
    ("other", "import math as m\nraise RuntimeError('a demonstration')"),
    ("other", "%matplotlib inline\nclass Box:\n    side = WIDTHS[0]\n"),
    ("train", "def trained():\n    return 1\n"),
    ("stub", "def answer():\n    raise NotImplementedError('Exercise 3.1')"),
]


# It could not compute if it were asked to.
NOT_STARTED = types.ModuleType("tensorflow")


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lessons")
    cells = [
        {
            "cell_type": "code",
            "metadata": {"vae_course": {"role": role}},
            "source": source.splitlines(keepends=True),
        }
        for role, source in CELLS
    ]
    notebook = json.dumps({"cells": [*cells, {"cell_type": "markdown"}]})
    (folder / "03_toy.ipynb").write_text(notebook, encoding="utf-8")
    with mock.patch.dict(sys.modules, tensorflow=NOT_STARTED):
        return read_lessons(folder)["03"]


def test_setup_has_run(lesson):
    names = lesson.namespace({}, "")
    assert names["SEED"] == 3 and names["np"] is np


def test_tensorflow_is_imported_and_not_started(lesson):
    assert lesson.namespace({}, "")["tf"] is NOT_STARTED


@pytest.mark.parametrize(
    "code, name",
    [
        ("x = STEP", "STEP"),
        ("x = double(1)", "double"),
        ("def f():\n    return m.pi", "m"),
        ("Box()", "Box"),
    ],
)
def test_definitions_of_other_cells_come_when_asked_for(lesson, code, name):
    assert name not in lesson.namespace({}, "")
    assert name in lesson.namespace({}, code)


def test_definitions_bring_what_they_need(lesson):
    names = lesson.namespace({}, "y = quadruple(1)")
    assert names["quadruple"](3) == 12
    assert lesson.namespace({}, "Box")["Box"].side == 2


@pytest.mark.parametrize("name", ["trained", "answer", "SHOWN"])
def test_training_stubs_and_what_is_computed_stay_away(lesson, name):
    assert name not in lesson.namespace({}, f"x = {name}")


def test_what_earlier_exercises_left_goes_before_the_lesson_s(lesson):
    names = lesson.namespace({"double": abs}, "y = quadruple(-1)")
    assert names["quadruple"](-3) == 3


def test_namespaces_share_no_names(lesson):
    lesson.namespace({}, "")["np"] = None
    assert lesson.namespace({}, "")["np"] is np


def test_code_that_cannot_be_read_asks_for_nothing():
    assert Lesson({"x": 1}).namespace({}, "def (", "\0")["x"] == 1


def test_a_definition_can_be_read_as_a_graph_wants_it():
    text = "def twice(x):\n    if x > 0:\n        x = 2 * x\n    return x"
    names = {}
    run_statement(ast.parse(text).body[0], names)
    assert inspect.getsource(names["twice"]).strip() == text
    assert names["twice"](3) == 6


def test_a_folder_without_lessons_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no lessons"):
        read_lessons(tmp_path)
