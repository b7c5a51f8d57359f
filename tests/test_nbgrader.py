"""The course as one of nbgrader's, graded by the real nbgrader and by ours."""

import copy
import csv
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import export_nbgrader
import nbformat
import pytest
from nbgrader.api import Gradebook
from notebooks.handed_in import hand_in, stubs_of

from vae_course.command import main as vae_course

ROOT = Path(__file__).parents[1]
LESSONS = {
    "3": "03_normal_distribution",
    "5": "05_kl_divergence",
    "7": "07_vae",
}
NORMAL, KL, VAE = LESSONS.values()
RAISES = "raise NotImplementedError"
ON_OTHERS = """
    import sys
    print("a warning", file=sys.stderr)
    expected = expected_log_posterior(z_log_var)
    return expected - expected_log_prior(z_mean, z_log_var)
"""
# What each learner deserves, whoever grades. In "mixed" 5.5 stands on 5.3,
# which is wrong, and on 5.4, whose cell does not even run; the class of 7.4
# grows out of that of 7.3, which is wrong.
DUE = {
    ("solved", KL): [2, 2, 1, 1, 3, 2],
    ("mixed", KL): [0, 2, 0, 0, 3, 2],
    ("mixed", VAE): [2, 3, 0, 3],
    ("untouched", NORMAL): [0, 0, 0, 0],
    ("mangled", NORMAL): [1, 1, 0, 0],
}


@dataclass
class Graded:
    """A class after grading: points by learner, lesson and exercise."""

    folder: Path
    theirs: dict
    ours: dict
    of_class: dict
    unchanged: bool


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    export_nbgrader.main([str(folder), "03", "05", "07"])
    nbgrader(folder, "generate_assignment", "*")
    hand_in_all(folder)
    before = contents(folder / "submitted")
    nbgrader(folder, "autograde", "*")
    nbgrader(folder, "generate_feedback", "*")
    theirs = points_by_nbgrader(folder)
    ours, of_class = points_by_nbval(folder), points_by_class_grader(folder)
    unchanged = contents(folder / "submitted") == before
    return Graded(folder, theirs, ours, of_class, unchanged)


def nbgrader(folder, *arguments):
    """Run nbgrader as an instructor does who has set nothing up."""
    own = "VAE_COURSE_", "PYTEST_"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(own)}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=kept | {"PATH": os.defpath},
    )
    assert done.returncode == 0, done.stderr


def hand_in_all(folder):
    solved = stubs_of(ROOT / "solutions" / f"{KL}.ipynb")
    hand_in(released(folder, KL), solved, path_of(folder, "solved", KL))
    stubs = stubs_of(released(folder, KL))
    mixed = solved | {
        "5.1": stubs["5.1"].replace(RAISES, "return #"),
        "5.3": stubs["5.3"].replace(RAISES, "return -z_log_var.sum(1) #"),
        "5.4": stubs["5.4"].replace(RAISES, "return (("),
        "5.5": stubs["5.5"].replace(RAISES, f"{ON_OTHERS.strip()} #"),
    }
    hand_in(released(folder, KL), mixed, path_of(folder, "mixed", KL))
    solved = stubs_of(ROOT / "solutions" / f"{VAE}.ipynb")
    without_beta = solved["7.3"].replace("self.beta * kl", "kl")
    mixed = solved | {"7.3": without_beta}
    hand_in(released(folder, VAE), mixed, path_of(folder, "mixed", VAE))
    untouched = path_of(folder, "untouched", NORMAL)
    hand_in(released(folder, NORMAL), {}, untouched)
    solved = stubs_of(ROOT / "solutions" / f"{NORMAL}.ipynb")
    answers = {each: solved[each] for each in ("3.1", "3.2")}
    mangled = path_of(folder, "mangled", NORMAL)
    hand_in(released(folder, NORMAL), answers, mangled)
    mangle(mangled)


def mangle(path):
    """Copy 3.1's cells, lose 3.2's check, forge 3.3's, lose all of 3.4."""
    notebook = nbformat.read(path, 4)
    cells = {
        (tag["exercise"], tag["role"]): cell
        for cell in notebook.cells
        if "exercise" in (tag := cell.metadata.get("vae_course", {}))
    }
    place = notebook.cells.index(cells["3.1", "check"])
    copies = [copy.deepcopy(cells["3.1", role]) for role in ("stub", "check")]
    for each in copies:
        each.id += "-copy"
    notebook.cells[place + 1 : place + 1] = copies
    cells["3.3", "check"].source = "print('passed')\n2.0"
    for lost in [("3.2", "check"), ("3.4", "stub"), ("3.4", "check")]:
        notebook.cells.remove(cells[lost])
    nbformat.write(notebook, path)


def released(folder, lesson):
    return folder / "release" / lesson / f"{lesson}.ipynb"


def path_of(folder, learner, lesson):
    path = folder / "submitted" / learner / lesson
    path.mkdir(parents=True)
    return path / f"{lesson}.ipynb"


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*.ipynb")}


def points_by_nbgrader(folder):
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        return {
            (submission.student_id, assignment.name): [
                grade.auto_score
                for notebook in submission.notebooks
                for grade in sorted(notebook.grades, key=lambda g: g.name)
            ]
            for assignment in gradebook.assignments
            for submission in assignment.submissions
        }


def points_by_nbval(folder):
    """Run `pytest --nbval` over all that was handed in."""
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "--nbval", "submitted"]
    subprocess.run(
        [*command, f"--junit-xml={report}", "-p", "no:cacheprovider"],
        cwd=folder,
        capture_output=True,
        env={**os.environ, "VAE_COURSE_OFFLINE": "1"},
    )
    points = {}
    for case in ElementTree.parse(report).iter("testcase"):
        told = {p.get("name"): p.get("value") for p in case.iter("property")}
        if told.get("exercise"):
            *_, learner, lesson, _ = told["notebook"].split("/")
            exercises = points.setdefault((learner, lesson), {})
            exercises[told["exercise"]] = int(told["points"])
    return {
        handed_in: [points for _, points in sorted(exercises.items())]
        for handed_in, exercises in points.items()
    }


def points_by_class_grader(folder):
    """Run `vae-course grade` over the folder that nbgrader grades."""
    results = folder / "results"
    assert (
        vae_course(["grade", str(folder / "submitted"), "--out", str(results)])
        == 0
    )
    points = {each: [] for each in DUE}
    with open(results / "grades.csv", encoding="utf-8-sig") as stream:
        for row in csv.DictReader(stream):
            lesson = LESSONS.get(row["exercise"].split(".")[0])
            if (row["learner"], lesson) in points:
                points[row["learner"], lesson].append(int(row["points"]))
    return points


def test_nbgrader_gives_what_each_exercise_deserves(graded):
    assert graded.theirs == DUE


def test_nbgrader_and_the_class_grader_give_the_same_points(graded):
    assert graded.of_class == graded.theirs


@pytest.mark.parametrize(
    "handed_in", [each for each in DUE if each[0] != "mangled"]
)
def test_nbgrader_and_nbval_give_the_same_points(graded, handed_in):
    assert graded.theirs[handed_in] == graded.ours[handed_in]


def test_nbval_asks_for_a_lost_check_and_agrees_in_all_else(graded):
    assert graded.ours["mangled", NORMAL] == [1, 0, 0, 0]


def test_grading_leaves_what_was_handed_in_as_it_was(graded):
    assert graded.unchanged


def test_learners_get_the_lessons_that_we_build(graded):
    for lesson in LESSONS.values():
        path = ROOT / "lessons" / f"{lesson}.ipynb"
        due = nbformat.read(path, 4)
        found = nbformat.read(released(graded.folder, lesson), 4)
        assert [each.source for each in found.cells] == [
            each.source for each in due.cells
        ]


def test_feedback_shows_the_points_and_the_checks_message(graded):
    path = graded.folder / "feedback" / "mixed" / KL / f"{KL}.html"
    page = path.read_text(encoding="utf-8")
    assert "(Score: 7.0 / 11.0)" in page
    assert "Exercise 5.1 is not right yet." in page
    assert "contract.py" not in page


def test_feedback_says_what_is_not_started(graded):
    path = graded.folder / "feedback" / "untouched" / NORMAL
    page = (path / f"{NORMAL}.html").read_text(encoding="utf-8")
    assert "Exercise 3.1 is not started." in page
    assert "strict.py" not in page


def test_names_of_graded_cells_come_from_lesson_and_exercise(graded):
    path = graded.folder / "source" / NORMAL / f"{NORMAL}.ipynb"
    claims = [
        cell.metadata["nbgrader"]
        for cell in nbformat.read(path, 4).cells
        if "nbgrader" in cell.metadata
    ]
    assert [claim["grade_id"] for claim in claims] == [
        f"03-{n}-{role}" for n in (1, 2, 3, 4) for role in ("stub", "check")
    ]


def test_a_changed_configuration_is_left_alone(tmp_path, capsys):
    config = tmp_path / "nbgrader_config.py"
    config.write_text("c = get_config()\n")
    assert export_nbgrader.main([str(tmp_path), "03"]) == 0
    assert config.read_text() == "c = get_config()\n"
    assert "kept as it is" in capsys.readouterr().out


def test_a_lesson_that_is_not_there_is_refused(tmp_path, capsys):
    assert export_nbgrader.main([str(tmp_path / "new"), "77"]) == 1
    assert "no source of lesson 77" in capsys.readouterr().out
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert export_nbgrader.main([str(tmp_path / "file" / "new"), "03"]) == 1
    assert str(tmp_path / "file") in capsys.readouterr().out
