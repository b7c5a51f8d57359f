"""What passes between the parts that grade a class."""

from dataclasses import asdict, dataclass

from vae_course.checks import lesson_of

PASSED, FAILED, NOT_STARTED = "passed", "failed", "not started"
# No cell of that exercise was handed in; and what is no learner's fault.
MISSING, NOT_GRADED = "missing", "not graded"
STATUSES = PASSED, FAILED, NOT_STARTED, MISSING, NOT_GRADED
# Characters of what a learner reads of an answer.
LONGEST_MESSAGE = 8_000


@dataclass(frozen=True)
class Answer:
    """A learner's code for one exercise.

    Attributes:
        exercise: its number, such as "5.4".
        source: the code of its cell, as Python.
        helpers: code of definitions in the learner's other cells that the
            answer needs and the lesson does not have; empty where none.
    """

    exercise: str
    source: str
    helpers: str = ""


@dataclass(frozen=True)
class Submission:
    """What one learner handed in.

    Attributes:
        learner: the name of the folder or of the zip.
        answers: tuple of `Answer`, in the order of the exercises.
        problems: tuple of str, what was wrong with the files, for people.
        digests: dict from a lesson's two digits to a digest of its answers.
    """

    learner: str
    answers: tuple
    problems: tuple
    digests: dict


@dataclass(frozen=True)
class Claim:
    """What comes out of the sandbox about one answer: not to be trusted.

    Attributes:
        exercise: its number.
        status: PASSED, FAILED or NOT_STARTED, as the course's check said.
        mistake: slug of a known slip, or None.
        message: str, what the check said.
        rounds: list of dict from names to arrays, one for each set of
            hidden inputs; empty unless the check said PASSED.
        seconds: float, how long it took.
    """

    exercise: str
    status: str
    mistake: str | None
    message: str
    rounds: list
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """The verdict on one exercise.

    Attributes:
        exercise: its number.
        status: PASSED, FAILED, NOT_STARTED, MISSING or NOT_GRADED.
        points: int, what the learner gets.
        out_of: int, what the exercise is worth.
        mistake: slug of a known slip, or None.
        message: str, for the learner.
        seconds: float, how long it took.
    """

    exercise: str
    status: str
    points: int
    out_of: int
    mistake: str | None
    message: str
    seconds: float


@dataclass(frozen=True)
class Record:
    """All that is known of one learner's work.

    Attributes:
        learner: the name of the folder or of the zip.
        key: str, a digest of the version of the checks.
        digests: those of the `Submission`.
        outcomes: tuple of `Outcome`, one for each exercise of the course.
        problems: tuple of str, what was wrong with the files.
        seconds: float, how long it took to grade what was new.
    """

    learner: str
    key: str
    digests: dict
    outcomes: tuple
    problems: tuple
    seconds: float

    def settled(self, digests):
        """List the outcomes that hold for answers of these digests, too.

        No lesson's outcomes depend on another's. One of which something is
        not graded has to be graded again.

        Args:
            digests: those of a `Submission`.

        Returns:
            list of `Outcome`.
        """
        unsettled = {
            lesson_of(each.exercise)
            for each in self.outcomes
            if each.status == NOT_GRADED
        }
        changed = {
            lesson
            for lesson in digests.keys() | self.digests.keys()
            if digests.get(lesson) != self.digests.get(lesson)
        }
        return [
            each
            for each in self.outcomes
            if lesson_of(each.exercise) not in unsettled | changed
        ]

    def as_dict(self):
        """Return what JSON can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told):
        """Make a record of what `as_dict` returned.

        Raises:
            KeyError, TypeError: if it is something else.
        """
        outcomes = tuple(Outcome(**each) for each in told["outcomes"])
        rest = {
            "digests": dict(told["digests"]),
            "problems": tuple(told["problems"]),
        }
        return cls(**{**told, "outcomes": outcomes, **rest})
