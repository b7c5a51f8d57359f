"""``pytest --nbval`` on a toy lesson in every state learners leave it in.

Each run is a process of its own, with this repository's configuration, in
which warnings are errors; the longest is shared by two processes.
"""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from grading import toy_notebooks
from grading.toy_notebooks import check, code, lesson, stub, stub_cell, write

ROOT = Path(__file__).parents[1]
TOY_COURSE = Path(__file__).parent / "grading" / "toy_course"
STOPPED = "It did not end within its time limit."
DEAF_LOOP = """\
import time
while True:
    try:
        time.sleep(0.1)
    except BaseException:
        pass"""


class Run:
    """One run of the grader: exit code, output, and each item's fate."""

    def __init__(self, folder, *options):
        report = folder / "report.xml"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--nbval", *options]
            + ["-c", str(ROOT / "pyproject.toml"), f"--rootdir={folder}"]
            + ["-p", "no:cacheprovider", f"--junit-xml={report}"],
            cwd=folder,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(TOY_COURSE)},
        )
        self.code, self.output = done.returncode, done.stdout
        self.cases = {
            (self.where(case), case.get("name")): case
            for case in ElementTree.parse(report).iter("testcase")
        }

    @staticmethod
    def where(case):
        return case.get("classname").removesuffix(".ipynb").split(".")[-1]

    def of(self, notebook):
        """Map the items of a notebook that did not pass to their fate."""
        fates = {}
        for (where, name), case in self.cases.items():
            kinds = [child.tag for child in case if child.tag != "properties"]
            if where == notebook and kinds:
                fates[name] = kinds[0]
        return fates

    def message(self, notebook, item):
        case = self.cases[notebook, item]
        return case.find("failure").text

    def table(self):
        head = " your exercises "
        [_, table] = self.output.split(head)
        return table


def state(path):
    return path.read_bytes(), path.stat().st_mtime_ns


GREEN = {
    "90_untouched": toy_notebooks.untouched(),
    "90_solved": lesson(),
    "90_half": lesson(third=toy_notebooks.unanswered("90.3")),
    "90_saved_in_mid_run": [
        cell | {"outputs": [{"output_type": "stream", "text": "90.1"}]}
        for cell in lesson()
    ],
    "90_stub_without_function": lesson(
        second=[
            stub_cell("90.2", 'raise NotImplementedError("Exercise 90.2")'),
            check("90.2"),
        ]
    ),
    "90_metadata_lost": [cell | {"metadata": {}} for cell in lesson()],
    "90_merged": lesson(
        second=[
            stub_cell("90.2", "square = lambda x: x ** 2\n" + source)
            for source in [check("90.2")["source"]]
        ]
    ),
    "90_error_on_purpose": [
        *lesson(),
        code("1 / 0", metadata={"tags": ["raises-exception"]}),
        code("1 / 0", metadata={"tags": ["nbval-skip"]}),
        code("%matplotlib inline"),
        code("import os; assert os.environ['VAE_COURSE_QUICK'] == '1'"),
    ],
}


@pytest.fixture(scope="module")
def green(tmp_path_factory):
    folder = tmp_path_factory.mktemp("green")
    lessons = folder / "lessons"
    lessons.mkdir()
    for name, cells in GREEN.items():
        write(lessons / f"{name}.ipynb", cells)
    write(lessons / "90_in_r.ipynb", lesson(), kernel="ir", language="R")
    (lessons / "scratch.py").write_text("raise SystemExit('not to be run')")
    before = {path: state(path) for path in lessons.glob("*.ipynb")}
    run = Run(folder, "lessons")
    run.unchanged = before == {path: state(path) for path in before}
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


def test_half_done_lesson_misses_only_what_is_not_started(green):
    assert green.of("90_half") == {"90.3 check": "skipped"}


def test_stub_that_raises_outside_a_function_is_not_started(green):
    fates = green.of("90_stub_without_function")
    assert fates == {"90.2 stub": "skipped", "90.2 check": "skipped"}


def test_check_in_the_cell_of_its_stub_counts(green):
    assert green.of("90_merged") == {"90.2 check": "skipped"}
    assert "  90.2 square                          passed         2/2" in (
        green.table().split("90_merged")[1].splitlines()
    )


@pytest.mark.parametrize(
    "notebook",
    [
        "90_solved",
        "90_saved_in_mid_run",
        "90_metadata_lost",
        "90_error_on_purpose",
        "90_in_r",
    ],
)
def test_right_answers_pass_in_any_notebook(green, notebook):
    assert green.of(notebook) == {}
    assert f"{notebook}.ipynb  (3 of 3 exercises, 7 of 7 points)" in (
        green.table()
    )


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


def second(*cells):
    return lesson(second=cells)


RED = {
    "90_wrong": second(stub("90.2", "return 2 * x"), check("90.2")),
    "90_stub_crashes": second(
        stub_cell("90.2", "x = 1\nsquares = x + nothing"), check("90.2")
    ),
    "90_syntax_error": second(
        stub_cell("90.2", "def square(x)\n    return 1"), check("90.2")
    ),
    "90_check_kills_kernel": second(
        stub("90.2", "__import__('os')._exit(0)"), check("90.2")
    ),
    "90_stub_kills_kernel": second(
        stub_cell("90.2", "import os\nos._exit(0)"), check("90.2")
    ),
    "90_stub_loops": second(
        stub_cell("90.2", "while True:\n    print('again')"), check("90.2")
    ),
    "90_stub_loops_deafly": second(
        stub_cell("90.2", DEAF_LOOP), check("90.2")
    ),
    "90_stub_exits": second(stub_cell("90.2", "exit()"), check("90.2")),
    "90_check_exits": second(stub("90.2"), check("90.2", "quit()")),
    "90_system_exit": second(
        stub_cell("90.2", "raise SystemExit"), check("90.2")
    ),
    "90_check_deleted": second(stub("90.2", "raise NotImplementedError")),
    "90_exercise_deleted": second(),
    "90_check_commented_out": second(
        stub("90.2"), check("90.2", "# square = check.square(square)")
    ),
    "90_check_of_another": second(
        stub("90.2"), check("90.2", "double = check.double(double)")
    ),
    "90_copied": second(
        stub("90.2", "return 2 * x"),
        check("90.2"),
        stub("90.2"),
        check("90.2"),
    ),
    "90_name_missing": second(stub_cell("90.2", ""), check("90.2")),
    "90_learners_own_names": second(
        stub_cell("90.2", "def square(x):\n    return 6\nmine = undefined"),
        check("90.2"),
        code("mine + 1"),
    ),
    "90_two_wrong": lesson(
        first=[stub("90.1", "return x * x"), check("90.1")],
        second=[stub_cell("90.2", ""), check("90.2")],
    ),
    "90_setup_broken": [code("import nowhere"), *lesson()[1:]],
    "90_demo_loops": [*lesson()[:4], code("while True: pass"), *lesson()[4:]],
    "90_strange_metadata": [
        code("1", metadata={"vae_course": "no", "tags": None}),
        code("1", {"exercise": None, "role": "check"}),
        code("1", {"exercise": [], "role": {}}),
        *second(stub("90.2", "return 2 * x"), check("90.2")),
    ],
}
BROKEN = {
    "90_z_empty": "",
    "90_z_no_json": '{"cells": [',
    "90_z_list": "[]",
    "90_z_no_cells": '{"cells": 3}',
    "90_z_cells_of_nothing": '{"cells": [null]}',
}
SAID = {
    "90_wrong": "Exercise 90.2 is not right yet.",
    "90_stub_crashes": "at your line 2: squares = x + nothing",
    "90_syntax_error": "at your line 1: def square(x)",
    "90_check_kills_kernel": "The kernel died while it ran.",
    "90_stub_kills_kernel": "The kernel died while it ran.",
    "90_stub_loops": STOPPED,
    "90_stub_loops_deafly": STOPPED,
    "90_stub_exits": "It ends the kernel: exit() or quit().",
    "90_check_exits": "It ends the kernel: exit() or quit().",
    "90_system_exit": "SystemExit",
    "90_check_deleted": "The check of exercise 90.2 is missing.",
    "90_exercise_deleted": "    square = check.square(square)",
    "90_check_commented_out": "The check of exercise 90.2 did not run.",
    "90_check_of_another": "The check of exercise 90.2 did not run.",
    "90_copied": "Exercise 90.2 is not right yet.",
    "90_name_missing": "NameError: name 'square' is not defined",
    "90_strange_metadata": "Exercise 90.2 is not right yet.",
}


@pytest.fixture(scope="module")
def red(tmp_path_factory):
    folder = tmp_path_factory.mktemp("red")
    for name, cells in RED.items():
        write(folder / f"{name}.ipynb", cells)
    for name, text in BROKEN.items():
        (folder / f"{name}.ipynb").write_text(text)
    before = {path: state(path) for path in folder.glob("*.ipynb")}
    options = "-q", "-n2", "--nbval-cell-timeout=2"
    run = Run(folder, ".", *options)
    run.unchanged = before == {path: state(path) for path in before}
    return run


def test_run_is_red_where_something_is_wrong(red):
    assert red.code == 1


def test_no_broken_file_is_written_to(red):
    assert red.unchanged


@pytest.mark.parametrize("notebook", SAID)
def test_what_is_wrong_fails_one_exercise_alone(red, notebook):
    [(failure, fate), *rest] = red.of(notebook).items()
    assert fate == "failure" and failure.startswith("90.2 ")
    assert rest in ([], [("90.2 check", "skipped")])
    message = red.message(notebook, failure)
    assert SAID[notebook] in message.splitlines()[:4] or (
        SAID[notebook] in message.split(" Its cell")[0]
    )
    lines = red.table().split(f"{notebook}.ipynb")[1].splitlines()
    assert lines[0] == "  (2 of 3 exercises, 5 of 7 points)"
    assert lines[2].startswith("  90.2 square                          failed")


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
    table = red.table().split("90_wrong.ipynb")[1].splitlines()
    assert table[:4] == [
        "  (2 of 3 exercises, 5 of 7 points)",
        "  90.1 double                          passed         1/1",
        "  90.2 square                          failed         0/2  doubled",
        "  90.3 halve                           passed         4/4",
    ]


def test_table_comes_after_all_else(red):
    assert len(red.table().split("Next: ")[1].splitlines()) == 2


def test_next_step_is_the_first_that_failed(red):
    assert (
        "Next: lesson 90, exercise 90.2 in 90_check_commented_out.ipynb"
        in red.table().splitlines()
    )


def test_one_wrong_check_of_two_fails_the_exercise(red):
    assert red.of("90_copied") == {"90.2 check": "failure"}
    assert ("90_copied", "90.2 check (2)") in red.cases


def test_cell_that_needs_what_a_failed_stub_leaves_out_is_blocked(red):
    assert red.of("90_learners_own_names") == {
        "90.2 stub": "failure",
        "90.2 check": "skipped",
        "cell 7": "skipped",
    }


def test_second_wrong_exercise_is_not_laid_to_the_first(red):
    fates = red.of("90_two_wrong")
    assert fates == {"90.1 check": "failure", "90.2 check": "failure"}


def test_broken_setup_is_one_failure_and_blocks_the_exercises(red):
    assert red.of("90_setup_broken") == {
        "cell 1": "failure",
        "90.1 check": "skipped",
        "90.2 check": "skipped",
        "90.3 check": "skipped",
    }
    message = red.message("90_setup_broken", "cell 1")
    assert "ModuleNotFoundError: No module named 'nowhere'" in message


def test_endless_demo_fails_alone_and_exercises_count(red):
    assert red.of("90_demo_loops") == {"cell 5": "failure"}
    assert STOPPED in red.message("90_demo_loops", "cell 5")
    assert "90_demo_loops.ipynb  (3 of 3 exercises" in red.table()


@pytest.mark.parametrize("notebook", BROKEN)
def test_file_that_is_no_notebook_fails_once(red, notebook):
    assert red.of(notebook) == {
        "file": "failure",
        "90.1 check": "skipped",
        "90.2 check": "skipped",
        "90.3 check": "skipped",
    }


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
    write(tmp_path / "plain.ipynb", [code("x = 1"), code("assert x == 1")])
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
