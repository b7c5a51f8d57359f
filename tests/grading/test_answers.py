import json
import random
import subprocess
import sys
import warnings

import numpy as np
import pytest
from grading import handed_in
from grading.handed_in import PDF, answered, as_bytes, code, put, stub

from vae_course.grading.whole_class.answers import NotALesson, read_notebook
from vae_course.grading.whole_class.course import read_course
from vae_course.grading.whole_class.statements import read_code

DENSITY_AT_2 = 0.24197072451914337  # of N(1, 1), from a table
CHECK = "normal_pdf = check.normal_pdf(normal_pdf)"
EMPTY = """\
def normal_pdf(x, mean, variance):
    \"\"\"Give the density.\"\"\"
    raise NotImplementedError("Exercise 3.1")
"""
WRONG = "def normal_pdf(x, mean, variance):\n    return x"
USES = "def normal_pdf(x, mean, variance):\n    return {}"
HELPER = "def bell(t):\n    return np.exp(-t / 2) / ROOT\n"
ROOT = "ROOT = np.sqrt(2 * np.pi)"
BELL = USES.format("bell((x - mean) ** 2 / variance) / variance**0.5")


@pytest.fixture(scope="module")
def course():
    return read_course(handed_in.LESSONS)


@pytest.fixture
def read(course):
    def read(notebook):
        if not isinstance(notebook, bytes):
            notebook = as_bytes(notebook)
        return read_notebook(notebook, course)

    return read


def of(notebook, exercise="3.1"):
    [answer] = [a for a in notebook.answers if a.exercise == exercise]
    return answer


def run(answer, **names):
    names = {"np": np, **names}
    with warnings.catch_warnings(action="ignore"):
        exec(answer.helpers, names)
        exec(answer.source, names)
    return names


def is_right(answer):
    density = run(answer)["normal_pdf"](2, 1, 1)
    return bool(np.isclose(density, DENSITY_AT_2))


def test_a_pristine_course_gives_each_exercise_its_empty_stub(read, course):
    for number, lesson in course.items():
        notebook = read(handed_in.lesson(number))
        exercises = [answer.exercise for answer in notebook.answers]
        assert (notebook.lesson, exercises) == (number, [*lesson.checks])
        assert notebook.finished == 0
        assert notebook.problems == ()
        for answer in notebook.answers:
            left = f'NotImplementedError("Exercise {answer.exercise}")'
            assert left in answer.source
            assert answer.helpers == ""


def test_every_solution_is_taken_as_it_is_with_no_helper(read, course):
    folder = handed_in.LESSONS.parent / "solutions"
    paths = sorted(folder.glob("*.ipynb"))
    assert len(paths) == len(course)
    for path in paths:
        notebook = read(path.read_bytes())
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        stubs = [
            "".join(cell["source"])
            for cell in cells
            if cell["metadata"].get("vae_course", {}).get("role") == "stub"
        ]
        assert notebook.finished == len(stubs)
        for answer, source in zip(notebook.answers, stubs, strict=True):
            assert answer.source.strip() == source.strip()
            assert answer.helpers == ""


def test_a_class_is_read_without_importing_what_is_heavy():
    command = (
        "import sys; from pathlib import Path;"
        "from vae_course.grading.whole_class import course, submissions;"
        f"course.read_course(Path({str(handed_in.LESSONS)!r}));"
        "assert not {'tensorflow', 'keras', 'nbformat'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", command], check=True)


def test_lost_metadata_is_made_up_for_by_names(read):
    notebook = read(handed_in.without_metadata(answered(PDF)))
    assert [a.exercise for a in notebook.answers] == [
        *("3.1", "3.2", "3.3", "3.4")
    ]
    assert notebook.finished == 1
    assert is_right(of(notebook))


def test_names_alone_tell_the_lesson(read):
    notebook = handed_in.without_metadata(answered(PDF))
    notebook["cells"] = [
        cell
        for cell in notebook["cells"]
        if "vae_course" not in "".join(cell["source"])
    ]
    assert read(notebook).lesson == "03"


def test_a_lesson_is_told_across_endless_empty_lines(read):
    lines = "x = 1" + 30_000 * "\n" + "x = 2"
    notebook = handed_in.without_metadata(answered(PDF, code(lines)))
    notebook["cells"] = [
        cell
        for cell in notebook["cells"]
        if "vae_course" not in "".join(cell["source"])
    ]
    notebook = read(notebook)
    assert notebook.lesson == "03"
    assert is_right(of(notebook))


def test_magics_are_counted_across_endless_empty_lines():
    lines = 30_000 * "\n"
    few, many = (lines + number * "%x\n" for number in (20, 21))
    assert len(read_code(few).statements) == 20
    assert read_code(many) is None


def test_a_lesson_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "03_normal.ipynb").write_text("{")
    with pytest.raises(ValueError, match="03_normal.ipynb cannot be read"):
        read_course(tmp_path)


def test_a_notebook_of_another_course_is_none_of_ours(read):
    keras_tutorial = [
        code("import keras"),
        code("class Sampling(keras.layers.Layer):\n    pass"),
        code(
            "class VAE(keras.Model):\n    def train_step(self, data):\n"
            "        return {}"
        ),
    ]
    for cells in ([], [code("print(1)")], keras_tutorial):
        with pytest.raises(NotALesson, match="no lesson of this course"):
            read({"cells": cells, "nbformat": 4})


def test_a_foreign_exercise_s_number_is_no_lesson_of_ours(read):
    cells = [stub("44.1", "x = 1")]
    with pytest.raises(NotALesson, match="no lesson"):
        read({"cells": cells, "nbformat": 4})


def old(notebook):
    cells = [
        {
            "cell_type": "code",
            "language": "python",
            "input": "".join(cell["source"]),
            "metadata": cell["metadata"],
            "outputs": [],
            "collapsed": False,
        }
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]
    return as_bytes(
        {
            "metadata": {"name": "old"},
            "nbformat": 3,
            "nbformat_minor": 0,
            "worksheets": [{"cells": cells, "metadata": {}}],
        }
    )


@pytest.mark.parametrize(
    "write",
    [
        old,
        lambda notebook: b"\xef\xbb\xbf" + as_bytes(notebook),
        lambda notebook: as_bytes(notebook).decode().encode("utf-16"),
    ],
    ids=["nbformat 3", "byte order mark", "UTF-16"],
)
def test_files_of_every_writing_are_read(read, write):
    assert is_right(of(read(write(answered(PDF)))))


@pytest.mark.parametrize(
    "cells",
    {
        "rewritten in a cell of its own": [EMPTY, code(PDF)],
        "copied stub below": [PDF, EMPTY],
        "copied stub above": [EMPTY, PDF],
        "draft above": [WRONG, PDF],
        "split": ["SCALE = 2 * np.pi", PDF.replace("2 * np.pi", "SCALE")],
        "check in its cell": [f"{PDF}\n{CHECK}"],
        "check and a trial in its cell": [f"{PDF}\n{CHECK}\nnormal_pdf(x_)"],
        "check beside": [f"{PDF}\n{CHECK}; print(x_test)"],
        "lines of Windows": [PDF.replace("\n", "\r\n")],
        "lambda": [
            "normal_pdf = lambda x, m, v: ("
            "np.exp(-((x - m) ** 2) / 2 / v) / np.sqrt(2 * np.pi * v))"
        ],
        "decorated": [f"@np.vectorize\n{PDF}"],
        "decorated by a helper": [
            f"def same(f):\n    return f\n\n@same\n{PDF}"
        ],
        "wrapped below": [f"{PDF}\nnormal_pdf = np.vectorize(normal_pdf)"],
        "wrapped in another cell": [
            PDF,
            code("normal_pdf = np.vectorize(normal_pdf)"),
        ],
        "changed in another cell": [
            code("bell = lambda t: np.exp(-t / 2) / ROOT"),
            code("ROOT = np.array([1.0])"),
            code("ROOT[0] = np.sqrt(2 * np.pi)"),
            BELL,
        ],
        "helper in another cell": [code(f"{ROOT}\n{HELPER}"), BELL],
        "helpers in other cells": [code(ROOT), code(HELPER), BELL],
        "helper below": [BELL, code(f"{ROOT}\n{HELPER}")],
        "helper with a trial": [
            code(f"{ROOT}\nprint(x_train[:3])\n{HELPER}\nbell(x_train)"),
            BELL,
        ],
        "import in another cell": [
            code("from math import exp, pi, sqrt"),
            USES.format(
                "exp(-((x - mean) ** 2) / 2 / variance)"
                " / sqrt(2 * pi * variance)"
            ),
        ],
        "everything imported": [
            code("from math import *"),
            USES.format(
                "exp(-((x - mean) ** 2) / 2 / variance)"
                " / sqrt(2 * pi * variance)"
            ),
        ],
        "import with a way out": [
            code(
                "try:\n    from no_such_module import pi\n"
                "except ImportError:\n    from math import pi"
            ),
            PDF.replace("np.pi", "pi"),
        ],
        "two helpers of one name": [
            code("def bell(t):\n    return 0"),
            code(f"{ROOT}\n{HELPER}"),
            BELL,
        ],
        "a name of Python's own in a later cell": [
            PDF.replace("(x - mean)", "sum([x, -mean])"),
            code("sum = 0"),
        ],
        "trials on what is not there": [
            f"print(normal_pdf)\n{PDF}\nplt.plot(grid, normal_pdf(grid))\n"
            "y = boots.mean(); print(y)\nfor k in boots:\n    print(k)\n"
            "[normal_pdf(0, m, 1) for m in boots]\ndel boots"
        ],
        "magics": [
            f"%matplotlib inline\n!pip list\n{PDF}\nnormal_pdf?\n"
            "files = !ls\n%timeit normal_pdf(0, 0, 1)"
        ],
        "timed": [f"%%time\n{PDF}"],
        "captured": [f"\n%%capture out\n{PDF}"],
        "warnings of the parser": [f'"\\d"; 1 is 1\n{PDF}'],
        "letters outside of ASCII": [f'"größe"; π = np.pi\n{PDF}'],
    }.items(),
    ids=lambda case: case[0],
)
def test_an_answer_is_found_however_its_cells_are(read, cells):
    answer = of(read(answered(*cells[1])))
    assert is_right(answer), answer


@pytest.mark.parametrize(
    "cells",
    {
        "not started": [EMPTY],
        "docstring changed": [EMPTY.replace("Give", "Tell")],
        "copied": [EMPTY, EMPTY],
    }.items(),
    ids=lambda case: case[0],
)
def test_an_empty_stub_is_not_finished(read, cells):
    notebook = read(answered(*cells[1]))
    assert notebook.finished == 0
    assert "raise NotImplementedError" in of(notebook).source


def test_what_stands_below_the_check_does_not_replace_an_answer(read):
    notebook = put(answered(PDF), "3.1", CHECK, code(WRONG), role="check")
    assert is_right(of(read(notebook)))


def test_an_answer_below_its_check_counts_where_the_stub_is_empty(read):
    notebook = put(answered(EMPTY), "3.1", CHECK, code(PDF), role="check")
    assert is_right(of(read(notebook)))


def test_an_answer_in_the_cell_of_its_check_is_found(read):
    notebook = handed_in.lesson("03")
    put(notebook, "3.1", role="stub")
    put(notebook, "3.1", f"{PDF}\n{CHECK}", role="check")
    assert is_right(of(read(notebook)))


def test_two_different_answers_are_told_of(read):
    notebook = read(answered(WRONG, PDF))
    [problem] = notebook.problems
    assert "2 different answers to exercise 3.1" in problem
    assert read(answered(PDF, PDF, EMPTY)).problems == ()


def test_a_deleted_exercise_has_no_answer(read):
    notebook = handed_in.lesson("03")
    put(notebook, "3.1", role="stub")
    exercises = [answer.exercise for answer in read(notebook).answers]
    assert exercises == ["3.2", "3.3", "3.4"]


def test_lines_of_an_answer_stay_where_they_are(read):
    source = f"print(\n    x_train\n)\n{PDF}"
    answer = of(read(answered(source)))
    assert answer.source == f"\n\n\n{PDF}"
    assert run(answer)["normal_pdf"].__code__.co_firstlineno == 4


def test_code_that_is_not_python_is_kept_as_it_is(read):
    source = "def normal_pdf(x, mean, variance):\n    return x +"
    assert of(read(answered(source))).source == source
    lost = handed_in.without_metadata(answered(source))
    assert of(read(lost)).source == source


def test_a_right_answer_goes_before_one_that_is_not_python(read):
    assert is_right(of(read(answered(PDF, f"{WRONG} +"))))


def test_a_cell_that_binds_its_name_by_stealth_is_kept(read):
    source = f"exec({PDF!r})"
    assert is_right(of(read(answered(source))))


@pytest.mark.parametrize("place", ["", "a = 1; ", "a = 1; b = 2\n"])
def test_a_trial_that_shares_a_line_is_left_out(read, place):
    source = f"{PDF}\n{place}print(x_test); c = 3"
    answer = of(read(answered(source)))
    names = run(answer)
    assert names["c"] == 3
    assert is_right(answer)


def test_two_exercises_in_one_cell_are_found(read):
    second = "def sample_normal(mean, variance, n, rng):\n    return mean"
    notebook = answered(f"{PDF}\n\n{second}")
    put(notebook, "3.2", role="stub")
    notebook = read(notebook)
    assert is_right(of(notebook))
    assert run(of(notebook, "3.2"))["sample_normal"](4, 1, 1, None) == 4
    assert notebook.finished == 2


def test_a_helper_of_an_earlier_exercise_s_cell_is_found(read):
    notebook = answered(f"{ROOT}\n{HELPER}\n{BELL}")
    source = (
        "def sample_normal(mean, variance, n, rng):\n    return bell(mean)"
    )
    answer = of(read(put(notebook, "3.2", source)), "3.2")
    assert "normal_pdf" not in answer.helpers
    assert (
        run(answer)["sample_normal"](0, 1, 1, None) == 1 / run(answer)["ROOT"]
    )


def test_an_earlier_exercise_is_no_helper(read):
    source = (
        "def sample_normal(mean, variance, n, rng):\n    return normal_pdf"
    )
    notebook = put(answered(PDF), "3.2", source)
    assert of(read(notebook), "3.2").helpers == ""


def test_what_the_lesson_defines_is_no_helper(read):
    source = USES.format("grey_of_halves(x) + integrate + SEED + stats")
    assert of(read(answered(source))).helpers == ""


def test_what_a_learner_changed_in_the_lesson_is_a_helper(read):
    notebook = answered(USES.format("grey_of_halves(SEED)"))
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        source = source.replace("SEED = 0", "SEED = 5")
        cell["source"] = source.replace("images.reshape", "images + 1\n    #")
    answer = of(read(notebook))
    assert answer.helpers.startswith("SEED = 5")
    # The lesson runs that cell below the exercise.
    assert "def grey_of_halves" not in answer.helpers


def test_a_helper_that_shadows_a_name_of_the_lesson_is_taken(read):
    source = "def stats(x):\n    return 7"
    notebook = answered(code(source), USES.format("stats(x)"))
    answer = of(read(notebook))
    assert run(answer)["normal_pdf"](1, 2, 3) == 7


def test_what_takes_a_name_of_the_lesson_away_is_no_helper(read):
    notebook = answered(code("np = None\nOWN = None"), USES.format("np, OWN"))
    assert of(read(notebook)).helpers == "OWN = None"


def test_a_variable_inside_a_function_is_no_helper(read):
    notebook = answered(code("scale = boots.mean()\nx = grid"), PDF)
    assert of(read(notebook)).helpers == ""


@pytest.mark.parametrize("role", ["train", "demo"])
def test_no_helper_is_computed_in_cells_that_train(read, role):
    cell = code("model = fit()\nLIMIT = 3", {"role": role})
    answer = of(read(answered(cell, USES.format("model + LIMIT"))))
    assert answer.helpers == "LIMIT = 3"


def model(*methods, base="VAE"):
    body = "\n".join(
        f"    def {method}(self, x):\n        return {method!r}"
        for method in methods
    )
    return f"class VAE({base}):\n{body}\n"


METHODS = "compute_losses", "train_step", "test_step"
EXERCISES = "7.2", "7.3", "7.4"


def vae(*sources):
    """Return lesson 07 with these cells in the place of the model's."""
    notebook = handed_in.lesson("07")
    for exercise, source in zip(EXERCISES, sources, strict=True):
        put(notebook, exercise, *([] if source is None else [source]))
    return notebook


def run_in_order(notebook):
    """Return what each answer's model has of its own."""
    vae, defined = object, []
    for exercise in EXERCISES:
        answer = of(notebook, exercise)
        vae = run(answer, VAE=vae, keras=KerasAlone)["VAE"]
        defined.append([name for name in METHODS if hasattr(vae, name)])
    return defined


class KerasAlone:
    Model = object


SPREAD = [model("compute_losses", base="keras.Model")]
SPREAD += [model("train_step"), model("test_step")]


def test_a_class_grows_over_three_exercises(read):
    for notebook in (vae(*SPREAD), handed_in.without_metadata(vae(*SPREAD))):
        notebook = read(notebook)
        assert run_in_order(notebook) == [[*METHODS[:n]] for n in (1, 2, 3)]
        assert notebook.finished == 3
        assert all(answer.helpers == "" for answer in notebook.answers)


def test_a_class_in_one_cell_answers_all_its_exercises(read):
    whole = model(*METHODS, base="keras.Model")
    notebook = read(vae(whole, None, None))
    assert run_in_order(notebook) == [[*METHODS]] * 3


def test_merged_cells_of_a_class_answer_each_exercise(read):
    notebook = read(vae("\n".join(SPREAD), None, None))
    assert run_in_order(notebook) == [[*METHODS]] * 3


def test_merged_cells_with_checks_are_cut_below_each(read):
    checks = [f"VAE = check.{method}(VAE)\n" for method in METHODS]
    merged = "".join(a + b for a, b in zip(SPREAD, checks, strict=True))
    notebook = vae(merged, None, None)
    for exercise in EXERCISES:
        put(notebook, exercise, role="check")
    notebook = read(notebook)
    assert run_in_order(notebook) == [[*METHODS[:n]] for n in (1, 2, 3)]


def test_a_method_that_is_not_started_is_told_from_one_that_is(read):
    empty = model("train_step").replace("return", "raise NotImplementedError(")
    empty = empty.replace("'train_step'", '"Exercise 7.3")')
    notebook = read(vae(SPREAD[0], empty, SPREAD[2]))
    assert notebook.finished == 2
    assert "raise NotImplementedError" in of(notebook, "7.3").source


def test_the_lesson_s_own_last_class_is_no_answer(read):
    notebook = read(handed_in.without_metadata(vae(*SPREAD)))
    sources = [of(notebook, each).source for each in EXERCISES]
    assert not any("get_config" in source for source in sources)


DEEP = "+".join(["1"] * 5000)


@pytest.mark.parametrize(
    "source",
    {
        "a long sum": DEEP,
        "deep brackets": "(" * 10_000,
        "minus upon minus": "-" * 20_000 + "1",
        "calls of calls": "f" + "()" * 10_000,
        "a null character": "\0",
        "half a character": "'\ud800'",
        "only magics": "%x\n" * 8_000,
        "many lines": "x=1\n" * 7_500,
        "a long chain": "\n".join(f"x{n} = x{n + 1}" for n in range(1_900)),
        "a check that is deep": f"normal_pdf = check.normal_pdf({DEEP})",
        "not text": ["a", "b"],
    }.items(),
    ids=lambda case: case[0],
)
def test_code_made_to_break_a_reader_costs_its_cell_alone(read, source):
    second = "def sample_normal(mean, variance, n, rng):\n    return mean"
    notebook = answered(code(source[1]), PDF, code(source[1]))
    notebook = read(put(notebook, "3.2", second))
    assert is_right(of(notebook))
    assert of(notebook, "3.2").source == second


def test_a_huge_cell_is_left_out_and_told_of(read):
    notebook = read(answered(PDF, code("x = 1\n" * 10_000)))
    assert is_right(of(notebook))
    [problem] = notebook.problems
    assert problem == "has a cell of 60,000 characters, which was left out"


def test_a_notebook_of_endless_code_is_refused(read):
    cells = [code("x = 1\n" * 5_000)] * 20
    with pytest.raises(NotALesson, match="128,000 characters of code"):
        read(answered(PDF, *cells))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[" * 100_000,
        b"null",
        b"[]",
        b'{"cells": 3}',
        b'{"cells": [3]}',
        b'{"cells": [{"cell_type": "code"}]}',
        b'{"nbformat": "four", "cells": []}',
        b'{"nbformat": -7, "cells": []}',
        b'{"nbformat": 3, "worksheets": [{"cells": [{}]}]}',
        b'{"nbformat": 3, "worksheets": 8}',
        b"\xff\xfe\xfa",
        as_bytes(handed_in.lesson("03"))[:5_000],
    ],
)
def test_what_is_no_notebook_is_refused_in_words(read, content):
    with pytest.raises(NotALesson, match="cannot be read|no lesson"):
        read(content)


def test_damaged_bytes_raise_nothing_else(read):
    whole = as_bytes(answered(PDF))
    dice = random.Random(5)
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(dice.choice([1, 3, 30])):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        try:
            read(bytes(damaged))
        except NotALesson as error:
            assert str(error)
