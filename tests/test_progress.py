"""Progress is read from what saved notebooks hold, and runs nothing."""

import json
import os
import subprocess
import sys

import pytest

from vae_course.checks.show import MIME
from vae_course.command import main
from vae_course.progress import next_step, read_progress, sum_of, table

LESSON = "03_normal_distribution"
RUN = "from vae_course.command import main; main()"
CALL = "normal_pdf = check.normal_pdf(normal_pdf)"


def cell(source, *results):
    return {
        "cell_type": "code",
        "metadata": {},
        "source": source,
        "outputs": [
            {"output_type": "display_data", "data": {MIME: result}}
            for result in results
        ],
    }


def result(status, exercise="3.1"):
    return {"exercise": exercise, "status": status, "points": 99}


def status(folder, *cells, exercise="3.1"):
    """Save a lesson of these cells and read how an exercise stands."""
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4}
    path = folder / f"{LESSON}.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    [found] = [
        each
        for each in read_progress(folder)[LESSON]
        if each.exercise == exercise
    ]
    return found.status


@pytest.mark.parametrize("said", ["passed", "failed", "not started"])
def test_status_is_what_the_check_left(tmp_path, said):
    assert status(tmp_path, cell(CALL, result(said))) == said


def test_exercise_without_result_is_not_started(tmp_path):
    assert status(tmp_path, cell(CALL)) == "not started"


def test_result_in_a_cell_that_calls_no_check_does_not_count(tmp_path):
    for source in (f"# {CALL}", "1 + 1", "display(result)"):
        said = status(tmp_path, cell(source, result("passed")))
        assert said == "not started"


def test_result_of_another_exercise_does_not_count(tmp_path):
    said = cell(CALL, result("passed", exercise="3.2"))
    assert status(tmp_path, said) == "not started"
    assert status(tmp_path, said, exercise="3.2") == "not started"


@pytest.mark.parametrize("worse", ["failed", "not started"])
def test_worst_of_two_copies_counts(tmp_path, worse):
    copies = cell(CALL, result("passed")), cell(CALL, result(worse))
    assert status(tmp_path, *copies) == worse
    assert status(tmp_path, *copies[::-1]) == worse


def test_check_in_the_cell_of_its_answer_counts(tmp_path):
    source = ["def normal_pdf(x): ...\n", CALL]
    assert status(tmp_path, cell(source, result("passed"))) == "passed"


def test_points_are_the_checks_own(tmp_path):
    status(tmp_path, cell(CALL, result("passed")))
    assert sum_of(read_progress(tmp_path)[LESSON]) == (
        " 1 of  4 solved, 1/6 points"
    )


@pytest.mark.parametrize(
    "text", ["", "[]", '{"cells": 3}', "\x00\xff", "[" * 100_000]
)
def test_file_that_cannot_be_read_has_nothing_solved(tmp_path, text):
    (tmp_path / f"{LESSON}.ipynb").write_text(text, encoding="utf-8")
    [standings] = read_progress(tmp_path).values()
    assert [each.status for each in standings] == ["not started"] * 4


@pytest.mark.parametrize(
    "source",
    [
        "check.normal_pdf(lambda x, mean, std: 1)",
        f"try:\n    {CALL}\nexcept Exception:\n    pass",
        "normal_pdf = check.normal_pdf(",
    ],
)
def test_result_counts_where_the_grader_would_call_the_check(tmp_path, source):
    assert status(tmp_path, cell(source, result("passed"))) == "not started"


@pytest.mark.parametrize(
    "source", [f"%%time\n{CALL}", CALL.replace("check.", "c.")]
)
def test_call_in_other_words_counts(tmp_path, source):
    assert status(tmp_path, cell(source, result("passed"))) == "passed"


@pytest.mark.parametrize(
    "broken",
    [
        None,
        {},
        {"cell_type": "code", "source": "x"},
        {**cell("x"), "source": None},
        cell(CALL, {"exercise": "3.1", "status": []}),
        cell(CALL, {"exercise": ["3.1"], "status": "failed"}),
    ],
)
def test_broken_cell_does_not_hide_the_others(tmp_path, broken):
    solved = cell(CALL, result("passed"))
    assert status(tmp_path, broken, solved) == "passed"


def test_broken_output_does_not_hide_the_others(tmp_path):
    broken = {**cell("x"), "outputs": [{"data": None}, 3, {"data": {MIME: 7}}]}
    solved = cell(CALL, result("passed"))
    assert status(tmp_path, broken, solved) == "passed"


def test_other_notebooks_are_left_alone(tmp_path):
    status(tmp_path, cell(CALL))
    (tmp_path / "scratch.ipynb").write_text("{}")
    (tmp_path / "77_unknown.ipynb").write_text("{}")
    assert list(read_progress(tmp_path)) == [LESSON]


def test_failed_exercise_comes_before_one_not_started(tmp_path):
    failed = cell(
        "check.sample_normal(sample_normal)", result("failed", "3.2")
    )
    status(tmp_path, failed)
    lessons = read_progress(tmp_path)
    assert next_step(lessons) == f"Next: 3.2 sample_normal in {LESSON}"


def test_table_tells_status_by_sign(tmp_path):
    failed = cell(
        "check.sample_normal(sample_normal)", result("failed", "3.2")
    )
    status(tmp_path, cell(CALL, result("passed")), failed)
    assert f"{LESSON}  ●×○○" in table(read_progress(tmp_path))


def test_command_prints_the_table(tmp_path, capsys):
    status(tmp_path, cell(CALL, result("passed")))
    before = (tmp_path / f"{LESSON}.ipynb").read_bytes()
    assert main(["progress", str(tmp_path)]) == 0
    assert "1 of  4 solved" in capsys.readouterr().out
    assert (tmp_path / f"{LESSON}.ipynb").read_bytes() == before


def test_console_without_the_signs_stops_nothing(tmp_path):
    status(tmp_path, cell(CALL, result("passed")))
    done = subprocess.run(
        [sys.executable, "-c", RUN, "progress", tmp_path],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "1 of  4 solved" in done.stdout


def test_command_finds_the_lessons_from_the_courses_folder(
    tmp_path, capsys, monkeypatch
):
    (tmp_path / "lessons").mkdir()
    status(tmp_path / "lessons", cell(CALL, result("passed")))
    for folder in (tmp_path, tmp_path / "lessons"):
        monkeypatch.chdir(folder)
        assert main(["progress"]) == 0
    assert capsys.readouterr().out.count("1 of  4 solved") == 4


def test_folder_without_lessons_is_named(tmp_path, capsys):
    assert main(["progress", str(tmp_path)]) == 2
    assert f"{tmp_path}: expected" in capsys.readouterr().err
