"""The command grades real notebooks, from the folders to the grades."""

import csv
import json
from pathlib import Path

from grading.handed_in import put

from vae_course.command import main

SOLUTIONS = Path(__file__).parents[2] / "solutions"
LESSON = "03_normal_distribution.ipynb"
NO_NORMALISER = """\
def normal_pdf(x, mean, variance):
    return np.exp(-((x - mean) ** 2) / (2 * variance))
"""


def solution():
    return json.loads((SOLUTIONS / LESSON).read_text(encoding="utf-8"))


def hand_in(folder, notebook):
    folder.mkdir(parents=True)
    (folder / LESSON).write_text(json.dumps(notebook), encoding="utf-8")


def grade(submissions, results):
    """Return a dict from (learner, exercise) to the row of the grades."""
    assert main(["grade", str(submissions), "--out", str(results)]) == 0
    with open(results / "grades.csv", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    return {(row["learner"], row["exercise"]): row for row in rows}


def test_class_is_graded_and_nothing_is_graded_twice(tmp_path, capsys):
    submissions, results = tmp_path / "class", tmp_path / "results"
    hand_in(submissions / "ada", solution())
    hand_in(submissions / "bo", put(solution(), "3.1", NO_NORMALISER))
    grades = grade(submissions, results)
    for exercise in ("3.2", "3.3", "3.4"):
        assert grades["ada", exercise]["status"] == "passed"
        assert grades["bo", exercise]["status"] == "passed"
    assert grades["ada", "3.1"]["status"] == "passed"
    assert grades["bo", "3.1"]["status"] == "failed"
    assert grades["bo", "3.1"]["points"] == "0"
    assert grades["bo", "3.1"]["mistake"] == "normaliser_missing"
    assert grades["ada", "5.1"]["status"] == "missing"
    for name in ("index.html", "items.html", "junit.xml", "run.json"):
        assert (results / name).is_file()
    capsys.readouterr()
    assert grade(submissions, results) == grades
    assert "2 of them graded before, 0 to grade" in capsys.readouterr().err


def test_where_there_is_no_fence_nothing_is_graded(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr("sys.platform", "darwin")
    (tmp_path / "class").mkdir()
    out = tmp_path / "results"
    assert main(["grade", str(tmp_path / "class"), "--out", str(out)]) == 2
    assert "expected Linux" in capsys.readouterr().err
    assert not out.exists()
