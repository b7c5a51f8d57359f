"""What a learner reads where an answer took its whole process with it."""

from vae_course.checks.failure import ExerciseFailed
from vae_course.grading.whole_class.records import FAILED, Claim

ENDED = (
    "its process ended while it ran",
    "Is there an `exit()`, a call that never comes back to itself, or a step "
    "that no notebook survives?",
)
REASONS = {
    "memory": (
        "it took more memory than there is for an answer",
        "Which array is far larger than the task needs?",
    ),
    "too much": (
        "it gave far more than it was asked for",
        "Which shapes does the exercise name?",
    ),
    "nonsense": (
        "its process said what no check says",
        "Does the cell do anything besides what is asked?",
    ),
}


def took_too_long(name, seconds):
    """Return what says that an answer never came to an end.

    Args:
        name: of what should answer.
        seconds: float, how long it had.
    """
    return ExerciseFailed(
        f"{name} answers at once",
        f"no answer within {seconds:g} seconds",
        "Is there a loop that never ends, or far more work than the task "
        "needs?",
        "takes_too_long",
    )


def lost_claim(exercise, how, seconds):
    """Return the claim on an exercise whose process was lost.

    Args:
        exercise: its number.
        how: str, that of `frames.Broken`, or "nonsense".
        seconds: float, how long it took.
    """
    if how == "late":
        failure = took_too_long("your cell", round(seconds))
    else:
        got, question = REASONS.get(how, ENDED)
        failure = ExerciseFailed("your cell runs to its end", got, question)
    failure.exercise = exercise
    return Claim(
        exercise, FAILED, failure.mistake, str(failure), [], round(seconds, 3)
    )


def too_late_claim(exercise):
    """Return the claim on an exercise for which no time was left.

    Args:
        exercise: its number.
    """
    message = (
        f"Exercise {exercise} was not run: the answers before it used up the "
        "time for all exercises."
    )
    return Claim(exercise, FAILED, "takes_too_long", message, [], 0.0)
