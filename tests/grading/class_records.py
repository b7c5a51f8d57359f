"""Records of a small class, as the grader would make them."""

from vae_course.checks import ExerciseFailed, checks_of_lesson
from vae_course.grading.whole_class.records import (
    FAILED,
    MISSING,
    NOT_GRADED,
    NOT_STARTED,
    PASSED,
    Outcome,
    Record,
)

CHECKS = [
    check for lesson in range(11) for check in checks_of_lesson(f"{lesson:02}")
]
HOSTILE = (
    "<script>alert(1)</script> \"onerror='alert(2)' & \x1b[31m\u202e"
    "\x00\ud800\n{{ 7 * 7 }} ]]>"
)
MACHINES = {"this machine": {"no network": "", "own processes": HOSTILE}}


def failure(got, mistake=None, asked="(4,) numbers", question="Which axis?"):
    """Return (status, mistake, message) of a failed exercise."""
    failed = ExerciseFailed(asked, got, question, mistake)
    failed.exercise = "5.5"
    return FAILED, mistake, str(failed)


def record(learner, ends=(), problems=(), usual=PASSED):
    """Make a record of which all exercises end as usual but those named.

    Args:
        learner: str.
        ends: dict from exercise to a status or what `failure` returned.
        problems: tuple of str.
        usual: a status.
    """
    return Record(
        learner,
        "key",
        {},
        tuple(_outcome(check, dict(ends), usual) for check in CHECKS),
        problems,
        2.5,
    )


def _outcome(check, ends, usual):
    end = ends.get(check.exercise, usual)
    status, mistake, message = (end, None, "") if type(end) is str else end
    points = check.points if status == PASSED else 0
    return Outcome(
        check.exercise, status, points, check.points, mistake, message, 0.25
    )


def small_class():
    """Return records that hold every status and something hostile."""
    return [
        record("finished"),
        record(
            "half-way",
            {
                "5.5": failure("at index [0] 0.52807, expected 1.69"),
                "7.1": NOT_STARTED,
                "8.1": MISSING,
                "9.1": NOT_GRADED,
            },
        ),
        record(
            HOSTILE,
            {
                "5.5": (FAILED, HOSTILE, HOSTILE),
                "6.1": failure(HOSTILE, asked=HOSTILE, question=HOSTILE),
                "6.2": (NOT_GRADED, None, HOSTILE),
            },
            (HOSTILE,),
        ),
        record("=1+1", {"5.5": failure("(3,)", "averages_latent")}),
        record("absent", usual=MISSING, problems=("No notebook was found.",)),
    ]
