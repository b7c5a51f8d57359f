"""The course as a learner hands it in: untouched, solved, one answer wrong.

Each state is one run of the grader over copies of all lessons, in a process
of its own, as the README tells it.
"""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from notebooks.handed_in import hand_in, stubs_of

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))


def solution_of(lesson):
    return ROOT / "solutions" / lesson.name


def exercises():
    return [
        (lesson, exercise)
        for lesson in LESSONS
        for exercise in stubs_of(lesson)
    ]


def fill(lesson, path, wrong=None):
    """Write a lesson solved, but for one exercise that returns nothing."""
    answers = stubs_of(solution_of(lesson))
    if wrong:
        stub = stubs_of(lesson)[wrong]
        answers[wrong] = stub.replace("raise NotImpl", "return #")
        assert answers[wrong] != stub
    hand_in(lesson, answers, path)


def grade(folder, *options):
    """Run the grader; return its exit code, output and items' fates."""
    report = folder / "report.xml"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", str(folder), *options]
        + [f"--junit-xml={report}", "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "VAE_COURSE_OFFLINE": "1"},
    )
    fates = {}
    for case in ElementTree.parse(report).iter("testcase"):
        path = case.get("classname").removesuffix(".ipynb")
        name = f"{path.split('.')[-1]}: {case.get('name')}"
        kinds = [child.tag for child in case if child.tag != "properties"]
        fates[name] = kinds[0] if kinds else "passed"
    return done.returncode, done.stdout, fates


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    folder = tmp_path_factory.mktemp("untouched")
    for lesson in LESSONS:
        shutil.copy(lesson, folder)
    return grade(folder)


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("solved")
    for lesson in LESSONS:
        fill(lesson, folder / lesson.name)
    return grade(folder, "--all-solved")


@pytest.fixture(scope="module")
def one_wrong(tmp_path_factory):
    """Grade a copy for each exercise, in which that one is wrong."""
    folder = tmp_path_factory.mktemp("one_wrong")
    for lesson, exercise in exercises():
        name = f"{lesson.stem}_wrong_{exercise.replace('.', '_')}.ipynb"
        fill(lesson, folder / name, wrong=exercise)
    return grade(folder, "-n", "2", "--dist", "loadfile")


def test_untouched_course_is_green(untouched):
    code, output, _ = untouched
    assert code == 0, output


def test_untouched_course_has_every_exercise_not_started(untouched):
    _, output, fates = untouched
    skipped = [name for name, fate in fates.items() if fate == "skipped"]
    assert len(skipped) == len(exercises())
    assert output.count("not started") >= len(exercises())


def test_untouched_course_runs_every_other_cell(untouched):
    _, output, fates = untouched
    assert set(fates.values()) == {"passed", "skipped"}, output


def test_solved_course_is_green_even_if_all_is_demanded(solved):
    code, output, _ = solved
    assert code == 0, output


def test_solved_course_gets_all_points(solved):
    _, output, fates = solved
    total = len(exercises())
    assert f"In all: {total} of {total} exercises" in output
    assert set(fates.values()) == {"passed"}, output


def test_one_wrong_answer_turns_the_run_red(one_wrong):
    code, output, _ = one_wrong
    assert code == 1, output


@pytest.mark.parametrize(
    "lesson, exercise",
    [(lesson.stem, exercise) for lesson, exercise in exercises()],
)
def test_one_wrong_answer_fails_alone(one_wrong, lesson, exercise):
    _, output, fates = one_wrong
    here = f"{lesson}_wrong_{exercise.replace('.', '_')}"
    not_passed = {
        name: fate
        for name, fate in fates.items()
        if here in name and fate != "passed"
    }
    assert list(not_passed.values()) == ["failure"], output
    assert f"{exercise} check" in next(iter(not_passed))


def test_failure_shows_the_checks_message_and_nothing_else(one_wrong):
    _, output, _ = one_wrong
    for _, exercise in exercises():
        assert f"Exercise {exercise} is not right yet." in output
    for noise in ("Traceback", "contract.py", "site-packages"):
        assert noise not in output


def test_grading_leaves_the_lessons_as_they_were(tmp_path):
    copy = shutil.copy2(LESSONS[0], tmp_path)
    before = Path(copy).read_bytes(), os.stat(copy).st_mtime_ns
    grade(tmp_path)
    assert (Path(copy).read_bytes(), os.stat(copy).st_mtime_ns) == before
