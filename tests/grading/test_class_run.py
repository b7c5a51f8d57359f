"""A run keeps what it has, goes on where it ended, and says what is wrong."""

import contextlib
import errno
import io
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from grading import fake_class
from grading.fake_class import Class

from vae_course.grading.whole_class import progress, results, version
from vae_course.grading.whole_class.file_names import file_name
from vae_course.grading.whole_class.results import Results

LEARNERS = ["ada", "bo", "cy", "di", "ed", "flo"]
ALL_PASSED = dict.fromkeys(LEARNERS, "passed")
KILLED = -signal.SIGKILL


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A class of six; `fake_class.main` grades it in this process."""
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    return Class(tmp_path, LEARNERS)


def grade(course, *options):
    return fake_class.main([*course.arguments, *options])


# A shell's jobs in the background ignore them, and so would what they start.
HEARING_INTERRUPTS = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
"""


@contextlib.contextmanager
def another_process(course, *options, shell="exec"):
    """Grade it in a process of its own group, as a terminal starts one."""
    command = [sys.executable, fake_class.__file__, *course.arguments]
    in_shell = ["bash", "-c", f'{shell} "$@"', "bash", *command, *options]
    with subprocess.Popen(
        [sys.executable, "-c", HEARING_INTERRUPTS, *in_shell],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(fact, seconds=60):
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.02)


def has_records(course, number):
    folder = course.results / "records"
    return lambda: len(list(folder.glob("*.json"))) >= number


def path_of(course, learner):
    return course.results / "records" / f"{file_name(learner)}.json"


# --- a run goes on ----------------------------------------------------------


def test_every_submission_is_graded_and_kept(course):
    assert grade(course) == 0
    assert course.graded() == LEARNERS
    assert course.grades() == ALL_PASSED
    assert len(course.records()) == len(LEARNERS)


def test_second_run_grades_nothing_and_has_the_same_grades(course):
    grade(course)
    course.graded()
    (course.results / "grades.csv").unlink()
    assert grade(course) == 0
    assert course.graded() == []
    assert course.grades() == ALL_PASSED


def test_changed_submission_is_graded_again_alone(course):
    grade(course)
    course.graded()
    course.hand_in("cy", "1 + 1")
    assert grade(course) == 0
    assert course.graded() == ["cy"]


def outcomes_of(course, learner):
    told = json.loads(path_of(course, learner).read_text())["outcomes"]
    return {each["exercise"]: each["status"] for each in told}


def test_of_a_changed_submission_only_the_changed_notebook_is_graded(course):
    course.hand_in("cy", "pass", "6.1")
    grade(course)
    course.run()
    course.hand_in("cy", "1 + 1", "6.1")
    assert grade(course) == 0
    assert course.run() == [("cy", "6.1")]
    assert outcomes_of(course, "cy") == {"5.1": "passed", "6.1": "passed"}
    assert course.grades() == ALL_PASSED
    grade(course)
    assert course.run() == []


def test_notebook_that_comes_later_is_graded_alone(course):
    grade(course)
    course.run()
    course.hand_in("bo", "pass", "6.1")
    grade(course)
    assert course.run() == [("bo", "6.1")]
    assert outcomes_of(course, "bo") == {"5.1": "passed", "6.1": "passed"}


def test_notebook_that_was_taken_back_leaves_no_points(course):
    course.hand_in("bo", "pass", "6.1")
    grade(course)
    (course.submissions / "bo" / "answer_06").unlink()
    grade(course)
    assert outcomes_of(course, "bo") == {"5.1": "passed", "6.1": "missing"}


def test_what_could_not_be_graded_is_tried_again_alone(course):
    course.hand_in("ed", "pass", "6.1")
    grade(course)
    told = json.loads(path_of(course, "ed").read_text())
    told["outcomes"][0]["status"] = "not graded"
    path_of(course, "ed").write_text(json.dumps(told))
    course.run()
    grade(course)
    assert course.run() == [("ed", "5.1")]
    assert outcomes_of(course, "ed") == {"5.1": "passed", "6.1": "passed"}


def test_new_version_of_the_checks_grades_everybody_again(course):
    grade(course)
    course.graded()
    course.lesson.write_text('{"cells": []}')
    grade(course)
    assert course.graded() == LEARNERS


@pytest.fixture
def changed(course, tmp_path, monkeypatch):
    """Return a function that writes to a package, and gives its version."""
    monkeypatch.setattr(version, "PACKAGE", tmp_path / "package")

    def changed(name, text):
        path = version.PACKAGE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return version.version_of_checks(course.lessons)

    return changed


@pytest.mark.parametrize(
    "name", ["checks/lesson_05.py", "clinic_charts/A.npz"]
)
def test_code_and_data_are_part_of_the_version(changed, name):
    assert len({changed(name, "1"), changed(name, "2")}) == 2


@pytest.mark.parametrize(
    "name", ["reports/lesson_05.py", "__pycache__/a.pyc", ".a.swp"]
)
def test_reports_and_what_programs_keep_are_no_part_of_it(changed, name):
    assert changed(name, "1") == changed(name, "2")


@pytest.mark.parametrize("name", ["tensorflow", "keras", "numpy", "scipy"])
def test_what_checks_compute_with_is_part_of_the_version(
    course, monkeypatch, name
):
    before = version.version_of_checks(course.lessons)
    installed = version.versions()
    monkeypatch.setattr(version, "versions", lambda: installed | {name: "0"})
    assert version.version_of_checks(course.lessons) != before


def test_other_hidden_inputs_grade_everybody_again(course):
    grade(course)
    course.graded()
    grade(course, "--seed", "7")
    assert course.graded() == LEARNERS


def test_seed_is_fresh_and_only_for_the_owner_to_read(course):
    grade(course)
    told = json.loads((course.results / "run.json").read_text())
    assert (course.results / "run.json").stat().st_mode & 0o077 == 0
    course.hand_in("ada", "2")
    grade(course)
    again = json.loads((course.results / "run.json").read_text())
    assert told["seed"] != again["seed"] > 2**64
    assert told["enforced"] == {"this machine": {"no network": ""}}
    assert told["versions"]["tensorflow"]


def test_what_an_earlier_run_could_not_enforce_stays_told(course, monkeypatch):
    monkeypatch.setenv("NETWORK", "no bubblewrap")
    grade(course)
    monkeypatch.delenv("NETWORK")
    for text in "23":
        course.hand_in("ada", text)
        grade(course)
    told = json.loads((course.results / "run.json").read_text())
    assert told["enforced"] == {
        "this machine": {"no network": ""},
        "this machine, in an earlier run": {"no network": "no bubblewrap"},
    }


def test_what_was_enforced_stays_told_while_half_a_record_does(
    course, monkeypatch
):
    monkeypatch.setenv("NETWORK", "no bubblewrap")
    grade(course)
    monkeypatch.delenv("NETWORK")
    for learner in LEARNERS:
        course.hand_in(learner, "pass", "6.1")
    grade(course)
    told = json.loads((course.results / "run.json").read_text())
    assert "this machine, in an earlier run" in told["enforced"]


def test_record_tells_of_problems_as_they_are_now(course):
    (course.submissions / "ed" / "problems").write_text("two notebooks")
    grade(course)
    (course.submissions / "ed" / "problems").write_text("a broken zip")
    course.graded()
    grade(course)
    told = json.loads(path_of(course, "ed").read_text())
    assert told["problems"] == ["a broken zip"]
    assert course.graded() == []


def test_learner_who_has_left_is_not_in_the_grades(course):
    grade(course)
    (course.submissions / "bo" / "answer").unlink()
    (course.submissions / "bo").rmdir()
    grade(course)
    assert "bo" not in course.grades()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: "null",
        lambda text: "[" * 100_000,
        lambda text: text.replace('"outcomes"', '"results"'),
        lambda text: text.replace('"ada"', '"bo"'),
        lambda text: text.replace('"passed"', '"not graded"'),
        lambda text: text.replace('"outcomes": [', '"outcomes": [3, '),
    ],
)
def test_corrupt_record_is_made_anew(course, damage):
    grade(course)
    course.graded()
    path = path_of(course, "ada")
    whole = path.read_text()
    assert damage(whole) != whole
    path.write_text(damage(whole))
    assert grade(course) == 0
    assert course.graded() == ["ada"]
    assert (
        Results(course.results).record("ada", json.loads(whole)["key"]).learner
        == "ada"
    )


# --- stopped in the middle --------------------------------------------------


def test_interrupted_run_keeps_what_is_under_way_and_goes_on(course):
    for learner in LEARNERS:
        course.hand_in(learner, "seconds(0.4)")
    with another_process(course, "--jobs", "1") as run:
        wait_until(has_records(course, 2))
        run.send_signal(signal.SIGINT)
        said = run.communicate()[1]
    assert run.returncode == 130
    assert "the same command goes on from there" in said
    begun = course.graded()
    assert 2 <= len(begun) == len(course.records()) < len(LEARNERS)
    assert grade(course) == 0
    assert sorted(begun + course.graded()) == LEARNERS
    assert course.grades() == ALL_PASSED


def test_second_interrupt_stops_at_once(course):
    course.hand_in("ada", "seconds(300)")
    with another_process(course, "--jobs", "2") as run:
        wait_until(has_records(course, 5))
        run.send_signal(signal.SIGINT)
        assert any("Stopping" in line for line in run.stderr)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=20)
    assert run.returncode == 130
    assert len(course.records()) == 5


def test_killed_run_goes_on_with_what_has_no_record(course):
    for learner in LEARNERS:
        course.hand_in(learner, "seconds(0.4)")
    with another_process(course, "--jobs", "2") as run:
        wait_until(has_records(course, 2))
        run.kill()
        assert run.wait() == KILLED
    kept = course.records()
    course.graded()
    assert grade(course) == 0
    again = [file_name(learner) + ".json" for learner in course.graded()]
    assert not set(again) & set(kept)
    assert len(again) + len(kept) == len(LEARNERS)


def test_what_a_killed_run_left_half_written_is_removed(course):
    grade(course)
    half = course.results / "records" / f".x.json{results.HALF_WRITTEN}"
    half.write_text("{")
    grade(course)
    assert not half.exists()


# --- what can go wrong with the folders -------------------------------------


def test_full_disk_ends_with_a_clear_line_and_nothing_half_written(
    course, monkeypatch, capsys
):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    grade(course, "--seed", "3")
    course.hand_in("ada", "2")
    (course.results / "grades.csv").write_text("as it was")
    course.graded()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert grade(course) == 3
    said = capsys.readouterr().err
    assert "No space left on device" in said and "goes on" in said
    assert len(course.records()) == len(LEARNERS)
    assert (course.results / "grades.csv").read_text() == "as it was"
    assert not list(course.results.rglob(f"*{results.HALF_WRITTEN}"))


def test_limit_of_the_system_on_a_file_is_told_alike(course, monkeypatch):
    monkeypatch.setenv("MESSAGE", "200000")
    with another_process(course, shell="ulimit -f 64; exec") as run:
        said = run.communicate()[1]
    assert run.returncode == 3
    assert "Cannot write" in said and "File too large" in said
    assert course.records() == []
    assert grade(course) == 0
    assert course.grades() == ALL_PASSED


def test_reports_that_cannot_be_written_are_told_alike(course, capsys):
    grade(course)
    (course.results / "grades.csv").unlink()
    (course.results / "grades.csv").mkdir()
    assert grade(course) == 3
    assert "grades.csv" in capsys.readouterr().err


def test_second_run_in_the_same_folder_is_refused(course, capsys):
    course.hand_in("ada", "seconds(300)")
    with another_process(course) as run:
        wait_until(has_records(course, 1))
        assert grade(course) == 2
        said = capsys.readouterr().err
        assert str(course.results) in said and f"process {run.pid}" in said
        run.kill()
        run.wait()
    course.hand_in("ada", "pass")
    assert grade(course) == 0


@pytest.mark.parametrize("inside", ["class/results", "class", "."])
def test_results_and_submissions_must_lie_apart(course, capsys, inside):
    before = sorted(course.results.parent.rglob("*"))
    out = course.results.parent / inside
    arguments = course.arguments[:2] + [out] + course.arguments[3:]
    assert fake_class.main(arguments) == 2
    assert "neither within the other" in capsys.readouterr().err
    assert sorted(course.results.parent.rglob("*")) == before


def test_link_into_the_submissions_is_no_way_round(course):
    course.results.symlink_to(course.submissions / "ada")
    assert grade(course) == 2
    assert os.listdir(course.submissions / "ada") == ["answer"]


@pytest.mark.parametrize("kind", ["missing", "file", "empty"])
def test_folder_without_submissions_is_refused(tmp_path, capsys, kind):
    course = Class(tmp_path, [])
    if kind == "file":
        course.submissions.write_text("")
    if kind == "empty":
        course.submissions.mkdir()
    assert grade(course) == 2
    assert str(course.submissions) in capsys.readouterr().err
    assert not course.results.exists()


def test_folder_without_lessons_is_refused(course, capsys):
    course.lesson.unlink()
    assert grade(course) == 2
    assert "no lesson" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--jobs", "0"], ["--seed", "-1"]])
def test_senseless_number_is_refused(course, capsys, option):
    with pytest.raises(SystemExit) as end:
        grade(course, *option)
    assert end.value.code == 2
    assert "expected" in capsys.readouterr().err


# --- what can go wrong with a grader ----------------------------------------


ONCE = """
import os
if not os.path.exists({mark!r}):
    open({mark!r}, "w").close()
    raise OSError("the process is gone")
"""


def test_submission_that_loses_its_grader_is_graded_again(course, tmp_path):
    course.hand_in("bo", ONCE.format(mark=str(tmp_path / "mark")))
    assert grade(course, "--jobs", "2") == 0
    assert course.graded() == sorted([*LEARNERS, "bo"])
    assert course.grades() == ALL_PASSED


def test_submission_that_always_does_is_not_graded_and_tried_next_time(
    course, capsys
):
    course.hand_in("bo", "raise OSError('the process is gone')")
    assert grade(course) == 1
    assert course.grades() == {**ALL_PASSED, "bo": "not graded"}
    said = capsys.readouterr().err
    assert "'bo' is not graded: OSError: the process is gone" in said
    course.graded()
    course.hand_in("ada", "3")
    assert grade(course) == 1
    assert course.graded() == ["ada", "bo", "bo"]


def test_grader_that_cannot_be_opened_is_not_tried_for_each(
    course, monkeypatch, capsys
):
    monkeypatch.setenv("CANNOT_OPEN", "1")
    assert grade(course, "--jobs", "2") == 1
    assert course.graded() == ["OPENED"] * 3
    assert set(course.grades().values()) == {"not graded"}
    assert "no such program" in capsys.readouterr().err


def test_nothing_is_kept_where_the_library_has_no_answers(
    course, monkeypatch, capsys
):
    monkeypatch.setenv("CANNOT_EXPECT", "1")
    assert grade(course, "--jobs", "2") == 2
    assert "The course cannot be run here" in capsys.readouterr().err
    monkeypatch.delenv("CANNOT_EXPECT")
    assert grade(course) == 0
    assert set(course.grades().values()) == {"passed"}


def test_what_is_not_enforced_is_said(course, monkeypatch, capsys):
    monkeypatch.setenv("NETWORK", "bubblewrap is not installed")
    assert grade(course) == 0
    line = "this machine: no network (bubblewrap is not installed)"
    assert f"Not enforced on {line}" in capsys.readouterr().err


def test_required_sandbox_is_not_done_without(course, monkeypatch, capsys):
    monkeypatch.setenv("NETWORK", "bubblewrap is not installed")
    assert grade(course, "--require-sandbox") == 2
    assert course.graded() == []
    assert "bubblewrap is not installed" in capsys.readouterr().err


# --- how far it is ----------------------------------------------------------


class Terminal(io.StringIO):
    """What takes itself for a terminal."""

    def isatty(self):
        return True


def test_bar_shows_how_many_are_done_and_escapes_nothing():
    stream = Terminal()
    with progress.show_progress("Grading", 3, stream) as bar:
        bar.step()
        bar.say("[bold]a name[/bold] :smile:")
    assert "Grading" in stream.getvalue() and "1/3" in stream.getvalue()
    assert "[bold]a name[/bold] :smile:" in stream.getvalue()


def test_log_gets_a_line_now_and_then_with_the_time_left():
    stream, now = io.StringIO(), iter([0.0, 20.0, 40.0, 60.0, 80.0])
    lines = progress.Lines("Grading", 4, stream, clock=lambda: next(now))
    for _ in range(4):
        lines.step()
    assert stream.getvalue().splitlines() == [
        "Grading: 2 of 4, 40 seconds left",
        "Grading: 4 of 4, 0 seconds left",
    ]
