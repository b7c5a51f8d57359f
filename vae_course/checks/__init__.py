"""The checks of the exercises, one module a lesson.

In a lesson::

    from vae_course.checks import lesson_03 as check

    normal_pdf = check.normal_pdf(normal_pdf)
"""

from vae_course.checks.contract import (
    ExerciseFailed,
    checks_of_lesson,
    lesson_of,
    library_version,
)

__all__ = [
    "ExerciseFailed",
    "checks_of_lesson",
    "lesson_of",
    "library_version",
]
