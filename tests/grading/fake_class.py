"""A class whose answers are words: how a run goes, without TensorFlow.

Each learner's folder holds `answer`, words of Python that are run when it is
graded. Who is graded, by which process, is logged in the file `$LOG`.
"""

import argparse
import contextlib
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

from vae_course.grading.whole_class.grade import Parts, grade_class
from vae_course.grading.whole_class.options import add_grade
from vae_course.grading.whole_class.records import (
    NOT_GRADED,
    PASSED,
    Answer,
    Claim,
    Outcome,
    Submission,
)


def find(folder):
    return sorted(path for path in folder.iterdir() if path.is_dir())


def left_out(folder):
    return [f"{path.name} is no folder" for path in folder.glob("*.txt")]


def reader(lessons):
    return read


def read(path):
    text = (path / "answer").read_text()
    problems = path / "problems"
    return Submission(
        learner=path.name,
        answers=(Answer("5.1", text),),
        problems=tuple(problems.read_text().split("\n"))
        if problems.exists()
        else (),
        key=hashlib.sha256(text.encode()).hexdigest(),
    )


def enforced():
    return {"no network": os.environ.get("NETWORK", "")}


def in_sight(folders, lessons):
    return {}


def hidden(seed):
    return {"5.1": [{"seed": seed}]}


def expected(seed):
    if os.environ.get("CANNOT_EXPECT"):
        raise subprocess.CalledProcessError(1, "library")
    return {"5.1": [{}]}


@contextlib.contextmanager
def open_grader(hidden, lessons):
    if os.environ.get("CANNOT_OPEN"):
        log("OPENED")
        raise OSError("no such program")

    def grade(submission):
        log(submission.learner)
        exec(submission.answers[0].source, {"seconds": time.sleep})
        return [Claim("5.1", PASSED, None, "", [], 0.0)]

    yield grade


def outcomes(submission, claims, hidden, expected):
    message = "x" * int(os.environ.get("MESSAGE", "0"))
    status = PASSED if claims else NOT_GRADED
    points = 2 if claims else 0
    return [Outcome("5.1", status, points, 2, None, message, 0.0)]


def write(records, folder, enforced, lessons):
    (folder / "index.html").write_text(repr(enforced))
    lines = [f"{each.learner} {each.outcomes[0].status}" for each in records]
    (folder / "grades.csv").write_text("\n".join(lines))


def log(word):
    with open(os.environ["LOG"], "a") as stream:
        stream.write(f"{word} {os.getpid()}\n")


PARTS = Parts(
    find,
    left_out,
    reader,
    enforced,
    in_sight,
    hidden,
    expected,
    open_grader,
    outcomes,
    write,
)


def main(arguments=None):
    parser = argparse.ArgumentParser()
    add_grade(parser.add_subparsers(required=True))
    options = ["grade", *map(str, arguments or sys.argv[1:])]
    return grade_class(parser.parse_args(options), PARTS)


class Class:
    """Folders of a class, of its lessons and of its results."""

    def __init__(self, folder, learners, answer="pass"):
        self.submissions, self.results = folder / "class", folder / "results"
        self.lessons, self.log = folder / "lessons", folder / "log"
        self.lessons.mkdir()
        self.lesson = self.lessons / "05_kl_divergence.ipynb"
        self.lesson.write_text("{}")
        for learner in learners:
            self.hand_in(learner, answer)
        self.arguments = [
            self.submissions,
            "--out",
            self.results,
            "--lessons",
            self.lessons,
        ]

    def hand_in(self, learner, answer):
        (self.submissions / learner).mkdir(parents=True, exist_ok=True)
        (self.submissions / learner / "answer").write_text(answer)

    def graded(self):
        """Who has been graded since this was last asked, in order of name."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return sorted(line.split()[0] for line in lines)

    def records(self):
        """Names of the records' files; a half-written one is among them."""
        folder = self.results / "records"
        return sorted(path.name for path in folder.iterdir())

    def grades(self):
        text = (self.results / "grades.csv").read_text()
        return dict(line.split(" ", 1) for line in text.splitlines())


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from grading import fake_class

    sys.exit(fake_class.main())
