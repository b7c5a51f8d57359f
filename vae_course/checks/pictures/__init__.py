"""Pictures of what was asked beside what came, for messages that teach.

`kinds` are what a check can show, `lesson_NN` make them from an attempt.
"""

from vae_course.checks.pictures.kinds import (
    Curves,
    Histogram,
    Images,
    Points,
    Tangents,
)

__all__ = ["Curves", "Histogram", "Images", "Points", "Tangents"]
