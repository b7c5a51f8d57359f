"""A class whose answers are words: how a run goes, without TensorFlow.

Each learner's folder holds `answer`, words of Python that are run when it is
graded, and perhaps `answer_06`, that to another lesson. Who is graded, by
which process and for what, is logged in the file `$LOG`.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from vae_course.checks import lesson_of
from vae_course.grading.whole_class.grade import Parts, grade_class
from vae_course.grading.whole_class.options import add_grade
from vae_course.grading.whole_class.records import (
    MISSING,
    NOT_GRADED,
    PASSED,
    Answer,
    Claim,
    Outcome,
    Submission,
)

FILES = {"5.1": "answer", "6.1": "answer_06"}


def find(folder):
    return sorted(path for path in folder.iterdir() if path.is_dir())


def left_out(folder):
    return [f"{path.name} is no folder" for path in folder.glob("*.txt")]


def reader(lessons):
    return read


def read(path):
    texts = {
        number: (path / name).read_text()
        for number, name in FILES.items()
        if (path / name).exists()
    }
    problems = path / "problems"
    return Submission(
        learner=path.name,
        answers=tuple(Answer(*each) for each in texts.items()),
        problems=tuple(problems.read_text().split("\n"))
        if problems.exists()
        else (),
        digests={lesson_of(number): text for number, text in texts.items()},
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
        numbers = [answer.exercise for answer in submission.answers]
        log(f"{submission.learner} {os.getpid()} {','.join(numbers)}")
        for answer in submission.answers:
            exec(answer.source, {"seconds": time.sleep})
        return [Claim(number, PASSED, None, "", [], 0.0) for number in numbers]

    yield grade


def outcomes(submission, claims, hidden, expected):
    return [_outcome(number, submission, claims) for number in FILES]


def _outcome(number, submission, claims):
    message = "x" * int(os.environ.get("MESSAGE", "0"))
    status, points = NOT_GRADED, 0
    if number not in [answer.exercise for answer in submission.answers]:
        status = MISSING
    elif number in [claim.exercise for claim in claims]:
        status, points = PASSED, 2
    return Outcome(number, status, points, 2, None, message, 0.0)


def write(records, folder, enforced, lessons):
    (folder / "index.html").write_text(repr(enforced))
    lines = [f"{each.learner} {each.outcomes[0].status}" for each in records]
    (folder / "grades.csv").write_text("\n".join(lines))


def log(word):
    with open(os.environ["LOG"], "a") as stream:
        stream.write(f"{word}\n")


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

    def hand_in(self, learner, answer, exercise="5.1"):
        (self.submissions / learner).mkdir(parents=True, exist_ok=True)
        (self.submissions / learner / FILES[exercise]).write_text(answer)

    def graded(self):
        """Who has been graded since this was last asked, in order of name."""
        return sorted(line.split()[0] for line in self._logged())

    def run(self):
        """Which answers have been run since this was last asked."""
        return sorted(
            (learner, number)
            for learner, _, numbers in map(str.split, self._logged())
            for number in numbers.split(",")
        )

    def _logged(self):
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return lines

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
