"""``pytest --nbval``: how a run looks, what it ends with, its options."""

import json
import subprocess
import sys

import pytest
from grading import toy_notebooks
from grading.hostile import TWICE, answered, half_done
from grading.run import Run, state
from grading.toy_notebooks import code, lesson, write

GREEN = {
    "90_untouched": toy_notebooks.untouched(),
    "90_solved": lesson(),
    "90_half": half_done(),
}


@pytest.fixture(scope="module")
def green(tmp_path_factory):
    folder = tmp_path_factory.mktemp("green")
    lessons = folder / "lessons"
    lessons.mkdir()
    for name, cells in GREEN.items():
        write(lessons / f"{name}.ipynb", cells)
    before = state(lessons)
    run = Run(folder, "lessons")
    run.unchanged = before == state(lessons)
    return run


def test_run_is_green_where_nothing_is_wrong(green):
    assert green.code == 0, green.output


def test_run_says_nothing_of_warnings(green):
    assert "warning" not in green.output


def test_files_are_left_as_they_were(green):
    assert green.unchanged


def test_untouched_lesson_is_not_started_and_runs_to_its_end(green):
    assert green.of("90_untouched") == {
        "90.1 check": "skipped",
        "90.2 check": "skipped",
        "90.3 check": "skipped",
    }


def test_cells_have_names_to_read(green):
    names = [name for where, name in green.cases if where == "90_solved"]
    assert names == [
        "cell 1 · setup",
        "90.1 stub",
        "90.1 check",
        "cell 4 · demo",
        "90.2 stub",
        "90.2 check",
        "cell 7 · demo",
        "90.3 stub",
        "90.3 check",
        "cell 10 · demo",
    ]


def test_next_step_is_the_first_exercise_not_started(green):
    assert (
        "Next: lesson 90, exercise 90.3 in lessons/90_half.ipynb"
        in green.table().splitlines()
    )


@pytest.fixture(scope="module")
def red(tmp_path_factory):
    folder = tmp_path_factory.mktemp("red")
    write(folder / "90_wrong.ipynb", answered(TWICE))
    write(folder / "90_half.ipynb", half_done())
    return Run(folder, ".", "-q")


def test_run_is_red_where_something_is_wrong(red):
    assert red.code == 1


def test_failure_shows_the_message_and_nothing_else(red):
    assert red.message("90_wrong", "90.2 check") == (
        "Exercise 90.2 is not right yet.\n"
        "  Asked  9\n"
        "  Got    6\n"
        "  Think  What do you see at x = 3?"
    )
    for noise in ("Traceback", "vae_course/", "CellFailed", "\x1b"):
        assert noise not in red.output


def test_table_names_the_mistake(red):
    assert red.rows("90_wrong")[:4] == [
        "  (2 of 3 exercises, 5 of 7 points)",
        "  90.1 double                          passed         1/1",
        "  90.2 square                          failed         0/2  doubled",
        "  90.3 halve                           passed         4/4",
    ]


def test_table_comes_after_all_else(red):
    assert len(red.table().split("Next: ")[1].splitlines()) == 2


def test_next_step_is_the_first_that_failed(red):
    assert (
        "Next: lesson 90, exercise 90.2 in 90_wrong.ipynb"
        in red.table().splitlines()
    )


def test_junit_report_carries_what_the_table_says_and_the_message(red):
    properties = red.properties("90_wrong", "90.2 check")
    message = properties.pop("message")
    assert properties == {
        "notebook": "90_wrong.ipynb",
        "exercise": "90.2",
        "what": "90.2 square",
        "status": "failed",
        "points": "0",
        "points_possible": "2",
        "mistake": "doubled",
    }
    assert message == red.message("90_wrong", "90.2 check")


@pytest.mark.parametrize(
    "notebook, item, status, points",
    [
        ("90_wrong", "90.1 check", "passed", "1"),
        ("90_half", "90.3 check", "not started", "0"),
    ],
)
def test_junit_report_carries_every_exercise(
    red, notebook, item, status, points
):
    properties = red.properties(notebook, item)
    assert properties["exercise"] == item.split()[0]
    assert (properties["status"], properties["points"]) == (status, points)


def test_junit_report_counts_no_cell_without_an_exercise(red):
    assert red.properties("90_wrong", "cell 1 · setup") == {}


def test_all_solved_is_demanded_on_request(tmp_path):
    for name in ("90_half", "90_solved"):
        write(tmp_path / f"{name}.ipynb", GREEN[name])
    run = Run(tmp_path, ".", "--all-solved")
    assert run.code == 1
    assert run.of("90_half") == {"90.3 check": "failure"}
    assert run.of("90_solved") == {}


def test_one_cell_alone_runs_after_those_it_needs(tmp_path):
    write(tmp_path / "90_solved.ipynb", lesson())
    run = Run(tmp_path, "90_solved.ipynb::90.3 check")
    assert run.code == 0, run.output
    assert list(run.cases) == [("90_solved", "90.3 check")]
    assert "Every exercise here is solved." in run.table().splitlines()


def test_other_notebooks_and_tests_stay_what_they_were(tmp_path):
    write(tmp_path / "90_solved.ipynb", lesson())
    (tmp_path / "elsewhere").mkdir()
    plain = tmp_path / "elsewhere" / "plain.ipynb"
    write(plain, [code("x = 1"), code("assert x == 1")])
    (tmp_path / "test_plain.py").write_text("def test_it():\n    pass\n")
    run = Run(tmp_path, ".")
    assert run.code == 0, run.output
    assert ("plain", "Cell 0") in run.cases
    assert ("test_plain", "test_it") in run.cases


def test_without_nbval_notebooks_are_left_alone(tmp_path):
    write(tmp_path / "90_solved.ipynb", lesson())
    (tmp_path / "test_plain.py").write_text("def test_it():\n    pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.stdout.startswith(".") and "1 passed" in done.stdout


def test_import_of_the_plugin_brings_nothing_heavy():
    heavy = ["nbval", "nbformat", "zmq", "IPython", "numpy", "tensorflow"]
    program = (
        "import sys, json, pytest; import vae_course.pytest_plugin;"
        "print(json.dumps([name for name in sys.argv[1:]"
        " if name in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *heavy], capture_output=True
    )
    assert json.loads(done.stdout) == []
